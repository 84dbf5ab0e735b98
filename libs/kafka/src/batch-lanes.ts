import {
  applyBatch,
  failureKind,
  groupNumber,
  storedOffsets,
  type BatchResult,
  type Database,
  type ParkingLimits,
  type RawRecord,
  type Stage,
  type StepHook,
} from '@tributary/persistence';
import { Accumulator, type Pending } from './accumulator.ts';
import { recordBytes } from './batch-records.ts';
import type { KafkaLog } from './kafka-client.ts';
import { retryUntilStopped } from './retry-until-stopped.ts';
import { StoppingError } from './stopping-error.ts';

/** What the lanes need. */
export interface BatchLanesOptions {
  readonly stage: Stage;
  readonly database: Database;
  readonly log: KafkaLog;
  /** Transactions at once. */
  readonly lanes: number;
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly now: () => Date;
  /** A shadow: nothing is published. */
  readonly silent?: boolean;
  /** How much may wait behind failed records; the defaults of `applyBatch` without it. */
  readonly limits?: ParkingLimits;
  readonly onStep?: StepHook;
  readonly onBatch: (result: BatchResult, milliseconds: number) => void;
}

/** Transactions of one stage: all partitions feed one accumulator, a free lane takes the oldest of it. */
export class BatchLanes {
  private readonly accumulator: Accumulator;
  private busy = 0;
  private groupId = 0;
  private stopping = false;
  private yielding = false;
  private idle: (() => void) | undefined;

  constructor(private readonly options: BatchLanesOptions) {
    this.accumulator = new Accumulator({ events: options.maxEvents, bytes: options.maxBytes });
  }

  async open(): Promise<void> {
    this.groupId = await groupNumber(this.options.database, this.options.stage.group);
  }

  /** Nothing new is taken, what waits is given up with a `StoppingError`, what is in flight ends. */
  async close(): Promise<void> {
    this.stopping = true;
    this.accumulator.abandon(new StoppingError());
    if (this.busy > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  /**
   * The group is being divided anew: what waits is given up with a `StoppingError`, and what is in flight ends or, when the database does
   * not answer, is given up too. Until `resume` nothing is taken.
   */
  yield(): void {
    if (this.yielding) return;
    this.yielding = true;
    this.accumulator.abandon(new StoppingError());
  }

  /** This process has its new share. */
  resume(): void {
    this.yielding = false;
  }

  /** Applies records of one partition, in a transaction shared with whatever else waits. Resolves when they are committed. */
  apply(topic: string, partition: number, expected: bigint, next: bigint, records: readonly RawRecord[]): Promise<void> {
    if (this.givesUp()) return Promise.reject(new StoppingError());
    return new Promise((resolve, reject) => {
      const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
      const settle: Pending['settle'] = (outcome) => (outcome.ok ? resolve() : reject(outcome.error as Error));
      this.accumulator.add({ topic, partition, expected, next, records, bytes, settle });
      // The fetch hands over several partitions in one turn of the event loop: let them gather before a lane takes them.
      setImmediate(() => this.runLanes());
    });
  }

  private givesUp(): boolean {
    return this.stopping || this.yielding;
  }

  private runLanes(): void {
    while (this.busy < this.options.lanes && this.accumulator.size > 0) {
      this.busy += 1;
      void this.runLane(this.accumulator.take());
    }
  }

  private async runLane(batch: readonly Pending[]): Promise<void> {
    const { database, stage, now, onBatch, log, limits, onStep, silent = false } = this.options;
    try {
      const started = performance.now();
      const context = { database, stage, groupId: this.groupId, now, silent, ...(limits && { limits }), ...(onStep && { onStep }) };
      const result = await retryUntilStopped(
        () => applyBatch(context, batch),
        () => this.givesUp(),
        log,
        () => this.learnOutcome(batch),
      );
      if (result !== undefined) onBatch(result, performance.now() - started);
      for (const pending of batch) pending.settle({ ok: true });
    } catch (error) {
      // Given up while the database did not answer: whether it was applied is read from the offset rows by whoever goes on.
      const isLeft = this.givesUp() && failureKind(error) !== 'fenced';
      if (isLeft)
        log.warn({ err: error, group: stage.group }, 'a batch in flight was given up: whoever goes on reads whether it was applied');
      const reason = isLeft ? new StoppingError({ cause: error }) : error;
      for (const pending of batch) pending.settle({ ok: false, error: reason });
    } finally {
      this.busy -= 1;
      if (this.busy === 0) this.idle?.();
      this.runLanes();
    }
  }

  /**
   * After a lost connection the COMMIT may have arrived: the offset rows say so. Returns true when the whole batch is in; a part of it
   * (a batch that was being separated from a bad record) goes to the fence, and the positions are read again.
   */
  private async learnOutcome(batch: readonly Pending[]): Promise<boolean> {
    const { database, stage } = this.options;
    const stored = new Map((await storedOffsets(database, stage.group)).map((row) => [`${row.topic}/${row.partition}`, row.nextOffset]));
    return batch.every(({ topic, partition, next }) => stored.get(`${topic}/${partition}`) === next);
  }
}
