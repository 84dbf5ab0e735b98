import { OUTBOX_CHANNEL, type Database } from '@tributary/persistence';
import { Wake } from '../../../libs/kafka/src/wake.ts';
import { TOPIC, type Workload } from '../workload/workload.ts';
import { now } from './clock.ts';

/** Which event lies at which offset of which partition, and when it was due. */
export class EventSchedule {
  private readonly byPartition = new Map<number, number[]>();

  /**
   * @param first index of the first event of the workload.
   * @param begins offset of the first of them in each partition.
   */
  constructor(
    workload: Workload,
    first: number,
    count: number,
    private readonly begins: ReadonlyMap<number, bigint>,
    private readonly startedAt: number,
    private readonly rate: number,
  ) {
    for (let index = 0; index < count; index += 1) {
      const partition = workload.partitionOf(workload.customerOf(first + index));
      const list = this.byPartition.get(partition);
      if (list === undefined) this.byPartition.set(partition, [index]);
      else list.push(index);
    }
  }

  /** Due times of the events of a partition between two offsets. */
  due(partition: number, from: bigint, to: bigint): number[] {
    const begin = this.begins.get(partition) ?? 0n;
    const events = this.byPartition.get(partition) ?? [];
    return events
      .slice(Math.max(0, Number(from - begin)), Math.max(0, Number(to - begin)))
      .map((index) => this.startedAt + (index * 1000) / this.rate);
  }
}

/** Asked at least so often, milliseconds: the safety net for a notification that was lost. */
const AT_LEAST_MS = 50;

/**
 * Asks the database how far each partition is whenever a transaction says that it has committed (the outbox's notification): an event
 * counts as committed when another connection sees it. That is after the flush to disk, and late by the notification and one question:
 * never early. Asking by the clock instead, every millisecond, took a quarter of a core from what was measured.
 */
export class CommitObserver {
  /** What was seen: until which offset, when. */
  private readonly seen: { readonly partition: number; readonly from: bigint; readonly to: bigint; readonly at: number }[] = [];
  private stopped = false;
  private running: Promise<void> | undefined;
  private readonly wake = new Wake();

  constructor(
    private readonly database: Database,
    private readonly begins: ReadonlyMap<number, bigint>,
  ) {}

  async start(): Promise<void> {
    const unlisten = await this.database.listen(OUTBOX_CHANNEL, () => this.wake.ring());
    this.running = this.watch().finally(unlisten);
  }

  /** Milliseconds from due to seen, for the events that were due between two moments. */
  latencies(schedule: EventSchedule, from: number, to: number): number[] {
    return this.seen.flatMap((step) =>
      schedule
        .due(step.partition, step.from, step.to)
        .filter((due) => due >= from && due < to)
        .map((due) => step.at - due),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake.ring();
    await this.running;
  }

  private async watch(): Promise<void> {
    const next = new Map(this.begins);
    while (!this.stopped) {
      this.wake.clear();
      const rows = await this.database.query<{ partition: number; next: bigint }>(
        {
          name: 'bench-observe',
          text: `SELECT partition, next_offset AS next FROM hub.consumer_offset WHERE consumer_group = 'profile' AND topic = $1`,
        },
        [TOPIC],
      );
      const at = now();
      for (const row of rows) {
        const from = next.get(row.partition) ?? 0n;
        if (row.next <= from) continue;
        this.seen.push({ partition: row.partition, from, to: row.next, at });
        next.set(row.partition, row.next);
      }
      await this.wake.wait(AT_LEAST_MS);
    }
  }
}
