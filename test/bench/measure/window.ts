import type { Progress } from '../contestants/contestant.ts';

/** Events a second between two moments. */
export interface Window {
  readonly from: Progress;
  readonly to: Progress;
  readonly events: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/**
 * The measured part of a turn: from the first report past the warm-up (a share of what was handled in all) to the last report that brought
 * something new. Without a warm-up it begins with the first report. Both ends are moments at which the count is known, so nothing is guessed in between. Throws `RangeError` when there are
 * no two such moments.
 */
export function windowOf(reports: readonly Progress[], warmUp: number): Window {
  const final = reports.at(-1)?.count ?? 0;
  const from = reports.find(({ count }) => (count > 0 || warmUp === 0) && count >= final * warmUp);
  const to = reports.find(({ count }) => count === final);
  if (from === undefined || to === undefined || to.at <= from.at)
    throw new RangeError(`too few reports to measure by: ${reports.length}, the last at ${final} events`);
  const events = to.count - from.count;
  const seconds = (to.at - from.at) / 1000;
  return { from, to, events, seconds, perSecond: events / seconds };
}
