import type { RawRecord } from '@tributary/persistence';

/** Records of one partition that wait for a transaction. */
export interface Pending {
  readonly topic: string;
  readonly partition: number;
  readonly expected: bigint;
  readonly next: bigint;
  readonly records: readonly RawRecord[];
  readonly bytes: number;
  readonly settle: (outcome: { readonly ok: true } | { readonly ok: false; readonly error: unknown }) => void;
}

/** Bounds of one transaction. */
export interface AccumulatorLimits {
  readonly events: number;
  readonly bytes: number;
}

/**
 * One accumulator over all partitions: a free lane takes the oldest waiting partitions up to the bounds. A partition is in it at most
 * once, so its order holds; batches grow by themselves while transactions are in flight (no linger).
 */
export class Accumulator {
  private readonly waiting: Pending[] = [];

  constructor(private readonly limits: AccumulatorLimits) {}

  get size(): number {
    return this.waiting.length;
  }

  add(pending: Pending): void {
    this.waiting.push(pending);
  }

  /** The oldest partitions that fit; at least one when any waits. */
  take(): Pending[] {
    const taken: Pending[] = [];
    let events = 0;
    let bytes = 0;
    while (this.waiting.length > 0) {
      const [next] = this.waiting;
      if (next === undefined) break;
      if (taken.length > 0 && (events + next.records.length > this.limits.events || bytes + next.bytes > this.limits.bytes)) break;
      this.waiting.shift();
      taken.push(next);
      events += next.records.length;
      bytes += next.bytes;
    }
    return taken;
  }

  /** Empties the accumulator, settling everything in it with an error. */
  abandon(error: unknown): void {
    for (const pending of this.waiting.splice(0)) pending.settle({ ok: false, error });
  }
}
