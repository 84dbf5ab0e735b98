import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import {
  applyBatch,
  failureKind,
  groupNumber,
  openOffset,
  storedOffsets,
  type BatchResult,
  type Database,
  type RawRecord,
  type Stage,
} from '@tributary/persistence';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { Accumulator, type Pending } from './accumulator.ts';
import { batchRecords, MAX_SLICE } from './batch-records.ts';
import type { KafkaLog } from './kafka-client.ts';
import { retryUntilStopped } from './retry-until-stopped.ts';
import type { Watermark, WatermarkReader } from './topic-admin.ts';

/** Measurements the transport reports. */
export interface BatchObserver {
  batch(group: string, result: BatchResult, milliseconds: number): void;
  position(group: string, topic: string, partition: number, next: bigint, high: bigint, lastTimestamp: number): void;
  /** A partition that stands still for a reason a person must look at; `undefined` when it moves. */
  halted(group: string, topic: string, partition: number, reason: string | undefined): void;
}

/** What the transport needs. */
export interface KafkaBatchServerOptions {
  readonly kafka: Kafka;
  readonly stage: Stage;
  readonly database: Database;
  readonly watermarks: WatermarkReader;
  readonly log: KafkaLog;
  readonly observer: BatchObserver;
  /** Transactions at once. */
  readonly lanes: number;
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly now: () => Date;
  /** Pause between comparisons of the positions with the broker's watermarks, milliseconds; a minute by default. */
  readonly watchMs?: number;
  /** The consumer is gone for good: the process should stop and be started again. */
  readonly onCrash: (error: Error) => void;
}

interface PartitionState {
  next: bigint;
  /** Offset of a gap that was already asked for again. */
  reseeked: bigint | undefined;
  /** Stands still until a person has looked at it and the process was started again. */
  halted: boolean;
}

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

const HEARTBEAT_MS = 3_000;
const COMMIT_MS = 5_000;
const WATCH_MS = 60_000;

/**
 * Nest transport strategy over kafkajs `eachBatch`: the offsets are PostgreSQL's (compare-and-set inside each batch's transaction), Kafka's
 * are committed afterwards for lag tools only. All assigned partitions feed one accumulator; a free lane takes the oldest. Data faults
 * never reach kafkajs; infrastructure faults are retried with heartbeats going on.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  private consumer: Consumer | undefined;
  private readonly accumulator: Accumulator;
  private readonly partitions = new Map<string, PartitionState>();
  private readonly uncommitted = new Map<string, { topic: string; partition: number; offset: string }>();
  private busyLanes = 0;
  private groupId = 0;
  private stopping = false;
  private idle: (() => void) | undefined;
  private commitTimer: NodeJS.Timeout | undefined;
  private watchTimer: NodeJS.Timeout | undefined;
  private assigned: readonly TopicPartition[] = [];

  constructor(private readonly options: KafkaBatchServerOptions) {
    super();
    this.accumulator = new Accumulator({ events: options.maxEvents, bytes: options.maxBytes });
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Drains what is in flight, leaves the group. Nothing new is taken. */
  async close(): Promise<void> {
    this.stopping = true;
    clearInterval(this.commitTimer);
    clearInterval(this.watchTimer);
    this.accumulator.abandon(new StoppingError());
    if (this.busyLanes > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    await this.commit();
    await this.consumer?.disconnect();
  }

  on(): never {
    throw new TypeError('this transport has no events to listen to: its stage is the handler');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  override addHandler(pattern: unknown): void {
    throw new TypeError(`no @EventPattern here (${String(pattern)}): the stage of ${this.options.stage.group} has a routes table`);
  }

  private async start(): Promise<void> {
    const { kafka, stage, database, log } = this.options;
    this.groupId = await groupNumber(database, stage.group);
    const consumer = kafka.consumer({
      groupId: stage.group,
      sessionTimeout: 15_000,
      rebalanceTimeout: 30_000,
      heartbeatInterval: HEARTBEAT_MS,
      maxBytesPerPartition: 128 * 1024,
      minBytes: 1,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { retries: 10, restartOnFailure: () => Promise.resolve(true) },
    });
    this.consumer = consumer;
    consumer.on('consumer.crash', ({ payload }) => {
      log.error({ group: stage.group, err: payload.error, restart: payload.restart }, 'consumer crashed');
      if (!payload.restart && !this.stopping) this.options.onCrash(payload.error);
    });
    // A new assignment: positions are read again from the database, whose offsets are the only ones that count.
    consumer.on('consumer.group_join', ({ payload }) => {
      this.partitions.clear();
      this.assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      void this.takePositions(this.assigned);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: stage.reads.map((contract) => contract.topic), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.eachBatch(payload),
    });
    this.commitTimer = setInterval(() => void this.commit(), COMMIT_MS);
    this.watchTimer = setInterval(() => void this.watch(), this.options.watchMs ?? WATCH_MS);
  }

  /**
   * Starts every assigned partition at the stored offset. Kafka's own committed offset may be ahead (a database restored to an earlier
   * moment, an operator's hand): without a record arriving, nothing else would ever ask for what lies in between.
   */
  private async takePositions(assigned: readonly TopicPartition[]): Promise<void> {
    for (const { topic, partition } of assigned) {
      if (this.stopping || this.assigned !== assigned) return;
      try {
        const { next } = await this.positionOf(topic, partition);
        this.consumer?.seek({ topic, partition, offset: next.toString() });
      } catch (error) {
        if (error instanceof StoppingError) continue;
        this.options.log.warn({ err: error, topic, partition, group: this.options.stage.group }, 'position not read at assignment');
      }
    }
    await this.watch();
  }

  /** Compares the positions with what the broker still has: records removed unread and topics made again halt, also when nothing arrives. */
  private async watch(): Promise<void> {
    const { watermarks, stage, log } = this.options;
    try {
      const marks = await watermarks.read([...new Set(this.assigned.map(({ topic }) => topic))]);
      for (const mark of marks) {
        const state = this.partitions.get(`${mark.topic}/${mark.partition}`);
        // Read again on suspicion: this answer may be older than the position.
        if (state !== undefined && faultOfPosition(state.next, mark) !== undefined)
          await this.haltIfFault(mark.topic, mark.partition, state);
      }
    } catch (error) {
      if (!this.stopping) log.warn({ err: error, group: stage.group }, 'watermarks were not read');
    }
  }

  /** Asks the broker what it has now; halts the partition when it cannot go on from its position. */
  private async haltIfFault(topic: string, partition: number, state: PartitionState): Promise<boolean> {
    const { stage, log, observer, watermarks } = this.options;
    const before = state.next;
    const mark = (await watermarks.read([topic])).find((entry) => entry.partition === partition);
    // The position may move on while the broker answers: what was removed is judged by where it is now, the end by where it was.
    const reason = mark === undefined ? undefined : faultOfPosition(state.next, mark, before);
    if (reason === undefined || state.halted) return state.halted;
    state.halted = true;
    log.error({ group: stage.group, topic, partition, next: state.next.toString() }, `partition halted: ${reason}`);
    observer.halted(stage.group, topic, partition, reason);
    this.consumer?.pause([{ topic, partitions: [partition] }]);
    return true;
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const heart = setInterval(() => {
      // A failed heartbeat is reported by kafkajs itself at the next fetch: the group has moved on and the fence decides.
      payload
        .heartbeat()
        .catch((error: unknown) => this.options.log.warn({ err: error, group: this.options.stage.group }, 'heartbeat failed'));
    }, HEARTBEAT_MS);
    try {
      await this.consume(payload);
    } catch (error) {
      if (error instanceof StoppingError) return;
      if (failureKind(error) !== 'fenced') throw error;
      this.options.log.warn(
        { group: this.options.stage.group, topic: batch.topic, partition: batch.partition },
        'another owner moved this partition: what was in flight rolled back',
      );
      this.partitions.delete(`${batch.topic}/${batch.partition}`);
    } finally {
      clearInterval(heart);
    }
  }

  private async consume({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const { stage, observer } = this.options;
    const state = await this.positionOf(topic, partition);
    const high = BigInt(batch.highWatermark);
    // The end lies before what was applied: another topic of the same name, unless this fetch is older than what another owner did since.
    if (high < state.next) await this.haltIfFault(topic, partition, state);
    if (state.halted) return;
    const all = batchRecords(batch);
    const records = all.filter((record) => record.offset >= state.next);
    const [first] = records;
    const last = BigInt(batch.lastOffset());
    if (first === undefined) {
      // Everything here was applied before (or the batch holds control records only).
      if (last >= state.next) await this.passGap(topic, partition, state, last + 1n);
      resolveOffset(last.toString());
      observer.position(stage.group, topic, partition, state.next, high, Number(all.at(-1)?.timestamp ?? 0));
      return;
    }
    if (first.offset > state.next && state.reseeked !== state.next && (await this.gapIsFault(topic, partition, state))) return;
    for (let start = 0; start < records.length; start += MAX_SLICE) {
      if (!isRunning() || isStale() || this.stopping) return;
      const slice = records.slice(start, start + MAX_SLICE);
      const end = slice.at(-1) as RawRecord;
      const next = start + MAX_SLICE >= records.length ? last + 1n : end.offset + 1n;
      await this.enqueue(topic, partition, state.next, next, slice);
      state.next = next;
      resolveOffset((next - 1n).toString());
      this.uncommitted.set(`${topic}/${partition}`, { topic, partition, offset: next.toString() });
      observer.position(stage.group, topic, partition, next, high, end.timestamp);
    }
  }

  /** Offsets that hold no record (control records, compaction) are counted as gaps, so that the accounting identity stays exact. */
  private async passGap(topic: string, partition: number, state: PartitionState, next: bigint): Promise<void> {
    await this.enqueue(topic, partition, state.next, next, []);
    state.next = next;
  }

  /**
   * The batch starts after the stored offset. Either offsets in between hold no record (compaction), or the topic was trimmed or the fetch
   * began elsewhere. Asks once more for the stored offset; when the broker no longer has it, the partition halts with the range.
   */
  private async gapIsFault(topic: string, partition: number, state: PartitionState): Promise<boolean> {
    if (await this.haltIfFault(topic, partition, state)) return true;
    state.reseeked = state.next;
    this.consumer?.seek({ topic, partition, offset: state.next.toString() });
    return true;
  }

  private async positionOf(topic: string, partition: number): Promise<PartitionState> {
    const name = `${topic}/${partition}`;
    const known = this.partitions.get(name);
    if (known !== undefined) return known;
    const { database, stage, watermarks, log } = this.options;
    const mark = await retryUntilStopped(
      async () => (await watermarks.read([topic])).find((entry) => entry.partition === partition),
      () => this.stopping,
      log,
    );
    const next = await retryUntilStopped(
      () => openOffset(database, stage.group, topic, partition, mark?.low ?? 0n),
      () => this.stopping,
      log,
    );
    const state = this.partitions.get(name) ?? { next, reseeked: undefined, halted: false };
    this.partitions.set(name, state);
    if (mark !== undefined && faultOfPosition(state.next, mark) !== undefined) await this.haltIfFault(topic, partition, state);
    return state;
  }

  private enqueue(topic: string, partition: number, expected: bigint, next: bigint, records: readonly RawRecord[]): Promise<void> {
    if (this.stopping) return Promise.reject(new StoppingError());
    return new Promise((resolve, reject) => {
      const bytes = records.reduce((sum, record) => sum + (record.value?.length ?? 0), 0);
      const settle: Pending['settle'] = (outcome) => (outcome.ok ? resolve() : reject(outcome.error as Error));
      this.accumulator.add({ topic, partition, expected, next, records, bytes, settle });
      // The fetch hands over several partitions in one turn of the event loop: let them gather before a lane takes them.
      setImmediate(() => this.runLanes());
    });
  }

  private runLanes(): void {
    while (this.busyLanes < this.options.lanes && this.accumulator.size > 0) {
      this.busyLanes += 1;
      void this.runLane(this.accumulator.take());
    }
  }

  private async runLane(batch: readonly Pending[]): Promise<void> {
    const { database, stage, now, observer, log } = this.options;
    try {
      const started = performance.now();
      const context = { database, stage, groupId: this.groupId, now };
      const result = await retryUntilStopped(
        () => applyBatch(context, batch),
        () => this.stopping,
        log,
        () => this.learnOutcome(batch),
      );
      if (result !== undefined) observer.batch(stage.group, result, performance.now() - started);
      for (const pending of batch) pending.settle({ ok: true });
    } catch (error) {
      for (const pending of batch) pending.settle({ ok: false, error });
    } finally {
      this.busyLanes -= 1;
      if (this.busyLanes === 0) this.idle?.();
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

  private async commit(): Promise<void> {
    const offsets = [...this.uncommitted.values()];
    if (offsets.length === 0) return;
    this.uncommitted.clear();
    try {
      await this.consumer?.commitOffsets(offsets);
    } catch (error) {
      // These commits only feed lag dashboards; the truth is in PostgreSQL.
      this.options.log.warn({ err: error, group: this.options.stage.group }, 'offsets for lag tools were not committed');
    }
  }
}

const beyondEnd = (next: bigint, high: bigint): string =>
  `stored offset ${next} is beyond the end ${high}: the topic was deleted and made again, or restored from an older copy`;

/** Why a partition cannot go on from `next`, or `undefined`. `before` is where it was when the marks were asked for. */
function faultOfPosition(next: bigint, mark: Watermark, before = next): string | undefined {
  if (mark.low > next) return `offsets ${next} to ${mark.low - 1n} were removed by the broker before they were read`;
  return mark.high < before ? beyondEnd(before, mark.high) : undefined;
}

/** The server is closing: what waited is left for the next owner. */
class StoppingError extends Error {
  override name = 'StoppingError';
}
