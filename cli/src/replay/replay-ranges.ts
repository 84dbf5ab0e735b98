import { offsetsAt, type Kafka, type OffsetRange, type Watermark } from '@tributary/kafka';
import type { StoredOffset } from '@tributary/persistence';

/** An end of a range: an offset, or a moment by Kafka's own timestamps. */
export type Bound = bigint | Date;

/** Which part of a topic: everything the group has consumed unless bounded. `to` is not part of it. */
export interface Bounds {
  readonly from?: Bound;
  readonly to?: Bound;
  readonly partition?: number;
}

/**
 * The offsets to be read of a topic: what fits the bounds, but nothing that the group has not consumed yet (that comes by itself, and
 * would come before its turn). Without `from` a partition begins where the broker still has records.
 */
export async function replayRanges(
  kafka: Kafka,
  topic: string,
  stored: readonly StoredOffset[],
  marks: readonly Watermark[],
  { from, to, partition }: Bounds,
): Promise<OffsetRange[]> {
  const at = async (bound: Bound | undefined): Promise<(partition: number, otherwise: bigint) => bigint> => {
    if (!(bound instanceof Date)) return (_partition, otherwise) => bound ?? otherwise;
    const found = await offsetsAt(kafka, [topic], bound.getTime());
    return (place, otherwise) => found.get(`${topic}/${place}`) ?? otherwise;
  };
  const [begin, end] = [await at(from), await at(to)];
  return stored
    .filter((row) => row.topic === topic && (partition === undefined || row.partition === partition))
    .map((row) => {
      const low = marks.find((mark) => mark.topic === topic && mark.partition === row.partition)?.low ?? 0n;
      const until = end(row.partition, row.nextOffset);
      return { topic, partition: row.partition, from: begin(row.partition, low), to: until < row.nextOffset ? until : row.nextOffset };
    })
    .filter((range) => range.to > range.from)
    .sort((left, right) => left.partition - right.partition);
}
