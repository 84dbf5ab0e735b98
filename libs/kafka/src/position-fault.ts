import type { Watermark } from './topic-admin.ts';

/**
 * Why a partition cannot go on from `next`, or `undefined`.
 * @param before where it was when the marks were asked for: what was removed is judged by where it is now, the end by where it was.
 */
export function positionFault(next: bigint, mark: Watermark, before = next): string | undefined {
  if (mark.low > next) return `offsets ${next} to ${mark.low - 1n} were removed by the broker before they were read`;
  if (mark.high >= before) return undefined;
  return `stored offset ${before} is beyond the end ${mark.high}: the topic was deleted and made again, or restored from an older copy`;
}
