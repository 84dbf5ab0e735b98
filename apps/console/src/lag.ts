/** Where a partition ended when it was looked at. */
export interface EndSample {
  /** Offset of the next record to be written. */
  readonly end: bigint;
  /** When, milliseconds. */
  readonly at: number;
}

/** How far a consumer is behind a partition. */
export interface Lag {
  readonly records: bigint;
  /** Age of the oldest record not yet consumed; `null` when the partition was never seen before that record. */
  readonly seconds: number | null;
}

/** Samples kept of one partition: half an hour of one every two seconds. */
const KEPT = 900;

/** Adds a sample, oldest first, keeping the first sample of every distinct end (and the latest look) and forgetting the oldest. */
export function withSample(samples: readonly EndSample[], sample: EndSample): readonly EndSample[] {
  const last = samples.at(-1);
  // A lower end: the topic was made anew, what was known of the old one is void.
  if (last !== undefined && sample.end < last.end) return [sample];
  const before = samples.at(-2);
  const kept =
    last !== undefined && before !== undefined && before.end === last.end && last.end === sample.end ? samples.slice(0, -1) : samples;
  return [...kept, sample].slice(-KEPT);
}

/**
 * Lag in records and seconds without reading a record: when did the end of the partition pass the consumer's position? The time is
 * interpolated between the two looks around it, as lag exporters do (Burrow, kafka-lag-exporter).
 * @param samples oldest first; the last one is now.
 * @param position the consumer's next offset.
 */
export function lagOf(samples: readonly EndSample[], position: bigint): Lag | undefined {
  const now = samples.at(-1);
  if (now === undefined) return undefined;
  const records = now.end > position ? now.end - position : 0n;
  if (records === 0n) return { records, seconds: 0 };
  const passed = samples.findIndex((sample) => sample.end > position);
  const after = samples[passed];
  const before = samples[passed - 1];
  if (after === undefined || before === undefined) return { records, seconds: null };
  const share = Number(position - before.end) / Number(after.end - before.end);
  return { records, seconds: Math.max(0, (now.at - (before.at + share * (after.at - before.at))) / 1000) };
}
