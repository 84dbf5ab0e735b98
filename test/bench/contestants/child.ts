import { now } from '../measure/clock.ts';

/** What a contestant's process is started with: given by its parent in the environment. */
export interface ChildSettings {
  readonly brokers: string[];
  readonly databaseUrl: string;
  readonly topic: string;
  readonly group: string;
  /** Connections and batch cap of the hub, for those who are to have the same. */
  readonly lanes: number;
  readonly cap: number;
}

/** What a contestant's process tells its parent. Times are milliseconds since 1970, with a fraction. */
export type ChildMessage =
  | { readonly type: 'progress'; readonly count: number; readonly at: number }
  | { readonly type: 'stopped'; readonly next: Readonly<Record<string, string>> };

const REPORT_MS = 20;

export function childSettings(): ChildSettings {
  const need = (name: string): string => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set: contestants are started by the bench`);
    return value;
  };
  return {
    brokers: need('BENCH_BROKERS').split(','),
    databaseUrl: need('BENCH_DATABASE_URL'),
    topic: need('BENCH_TOPIC'),
    group: need('BENCH_GROUP'),
    lanes: Number(need('BENCH_LANES')),
    cap: Number(need('BENCH_CAP')),
  };
}

/**
 * Counts what was handled and stops on request: work that was begun is finished, nothing new begins, and the parent gets the offset after
 * the last handled record of each partition.
 */
export class HandledRecords {
  private count = 0;
  private at = 0;
  private told = 0;
  private stopping = false;
  private busy = 0;
  private readonly next = new Map<number, bigint>();

  constructor() {
    setInterval(() => this.tell(), REPORT_MS);
    process.on('message', (message) => {
      if (message !== 'stop') return;
      this.stopping = true;
      if (this.busy === 0) this.leave();
    });
    process.on('disconnect', () => process.exit(1));
  }

  /** Runs `work` on records of a partition and counts them; after the stop it never starts and never answers, so that nothing is committed. */
  async handle(partition: number, next: bigint, records: number, work: () => Promise<void>): Promise<void> {
    if (this.stopping) return new Promise(() => undefined);
    this.busy += 1;
    try {
      await work();
    } finally {
      this.busy -= 1;
    }
    this.count += records;
    this.at = now();
    this.next.set(partition, next);
    if (this.stopping && this.busy === 0) this.leave();
  }

  private tell(): void {
    if (this.count === this.told) return;
    this.told = this.count;
    this.send({ type: 'progress', count: this.count, at: this.at });
  }

  private leave(): void {
    const next = Object.fromEntries([...this.next].map(([partition, offset]) => [String(partition), offset.toString()]));
    this.send({ type: 'stopped', next }, () => process.exit(0));
  }

  private send(message: ChildMessage, after: () => void = () => undefined): void {
    process.send?.(message, after);
  }
}
