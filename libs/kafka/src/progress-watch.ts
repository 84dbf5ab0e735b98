/** A partition as the watchdog looks at it. */
export interface WatchedPosition {
  readonly name: string;
  readonly next: bigint;
  readonly high: bigint;
}

/** A partition that lags and has not moved for long. */
export interface Stall {
  readonly lag: bigint;
  /** Milliseconds without progress. */
  readonly milliseconds: number;
}

/**
 * Finds partitions that lag without moving, by the broker's watermarks alone: also one that is silently not fetched is seen (kafkajs issues
 * 1456, 1072, 659), of which nothing else would ever report anything.
 */
export class ProgressWatch {
  private readonly seen = new Map<string, { next: bigint; since: number; stalled: boolean }>();

  constructor(private readonly stallMs: number) {}

  /**
   * Compares with the last look. Partitions that are not in this one are forgotten.
   * @param now milliseconds of a clock that only goes forward.
   * @returns stalled partitions, at every look as long as they stand, and `undefined` once for those that move again or are forgotten.
   */
  look(now: number, positions: readonly WatchedPosition[]): Map<string, Stall | undefined> {
    const found = new Map<string, Stall | undefined>();
    const names = new Set(positions.map(({ name }) => name));
    for (const [name, { stalled }] of this.seen) {
      if (names.has(name)) continue;
      this.seen.delete(name);
      if (stalled) found.set(name, undefined);
    }
    for (const { name, next, high } of positions) {
      const before = this.seen.get(name);
      if (high > next && before?.next === next) {
        const milliseconds = now - before.since;
        if (milliseconds < this.stallMs) continue;
        before.stalled = true;
        found.set(name, { lag: high - next, milliseconds });
        continue;
      }
      if (before?.stalled === true) found.set(name, undefined);
      if (high > next) this.seen.set(name, { next, since: now, stalled: false });
      else this.seen.delete(name);
    }
    return found;
  }
}
