import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { failureKind, HaltError, type BatchResult, type Database, type RawRecord, type Stage, type StepHook } from '@tributary/persistence';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { BatchLanes } from './batch-lanes.ts';
import { batchRecords, MAX_SLICE } from './batch-records.ts';
import type { KafkaLog } from './kafka-client.ts';
import { LagCommits } from './lag-commits.ts';
import { PartitionPositions } from './partition-positions.ts';
import { StoppingError } from './stopping-error.ts';
import type { WatermarkReader } from './topic-admin.ts';

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
  readonly onStep?: StepHook;
  /** The consumer is gone for good: the process should stop and be started again. */
  readonly onCrash: (error: Error) => void;
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
  private readonly lanes: BatchLanes;
  private readonly positions: PartitionPositions;
  private readonly commits: LagCommits;
  private stopping = false;
  private commitTimer: NodeJS.Timeout | undefined;
  private watchTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: KafkaBatchServerOptions) {
    super();
    const { stage, database, watermarks, log, observer } = options;
    this.lanes = new BatchLanes({ ...options, onBatch: (result, milliseconds) => observer.batch(stage.group, result, milliseconds) });
    this.commits = new LagCommits(stage.group, log);
    this.positions = new PartitionPositions({
      group: stage.group,
      database,
      watermarks,
      log,
      stopped: () => this.stopping,
      seek: (topic, partition, offset) => this.consumer?.seek({ topic, partition, offset: offset.toString() }),
      onHalt: (topic, partition, reason) => {
        observer.halted(stage.group, topic, partition, reason);
        this.consumer?.pause([{ topic, partitions: [partition] }]);
      },
    });
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Drains what is in flight, leaves the group. Nothing new is taken. */
  async close(): Promise<void> {
    this.stopping = true;
    clearInterval(this.commitTimer);
    clearInterval(this.watchTimer);
    await this.lanes.close();
    await this.commits.commit(this.consumer);
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
    const { kafka, stage, log } = this.options;
    await this.lanes.open();
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
    consumer.on('consumer.group_join', ({ payload }) => {
      void this.positions.assign(
        Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
      );
    });
    await consumer.connect();
    await consumer.subscribe({ topics: stage.reads.map((contract) => contract.topic), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.eachBatch(payload),
    });
    this.commitTimer = setInterval(() => void this.commits.commit(consumer), COMMIT_MS);
    this.watchTimer = setInterval(() => void this.positions.watch(), this.options.watchMs ?? WATCH_MS);
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { log, stage } = this.options;
    const heart = setInterval(() => {
      // A failed heartbeat is reported by kafkajs itself at the next fetch: the group has moved on and the fence decides.
      payload.heartbeat().catch((error: unknown) => log.warn({ err: error, group: stage.group }, 'heartbeat failed'));
    }, HEARTBEAT_MS);
    try {
      await this.consume(payload);
    } catch (error) {
      if (error instanceof StoppingError) return;
      if (error instanceof HaltError) return this.leaveHalted(error, batch.topic, batch.partition);
      if (failureKind(error) !== 'fenced') throw error;
      log.warn(
        { group: stage.group, topic: batch.topic, partition: batch.partition },
        'another owner moved this partition: what was in flight rolled back',
      );
      this.positions.forget(batch.topic, batch.partition);
    } finally {
      clearInterval(heart);
    }
  }

  /** A batch rolled back since too much waits in one of its partitions: that one stands still, the others are read again from where they are. */
  private async leaveHalted(error: HaltError, topic: string, partition: number): Promise<void> {
    this.positions.forget(topic, partition);
    if (error.topic === topic && error.partition === partition) await this.positions.haltAt(topic, partition, error.reason);
  }

  private async consume({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const { stage, observer } = this.options;
    const state = await this.positions.open(topic, partition);
    const high = BigInt(batch.highWatermark);
    // The end lies before what was applied: another topic of the same name, unless this fetch is older than what another owner did since.
    if (high < state.next) await this.positions.haltIfFault(topic, partition, state);
    if (state.halted) return;
    const all = batchRecords(batch);
    const records = all.filter((record) => record.offset >= state.next);
    const [first] = records;
    const last = BigInt(batch.lastOffset());
    if (first === undefined) {
      // Everything here was applied before (or the batch holds control records only): what is left are offsets without a record, which
      // are counted as gaps, so that the accounting identity stays exact.
      if (last >= state.next) {
        await this.lanes.apply(topic, partition, state.next, last + 1n, []);
        state.next = last + 1n;
      }
      resolveOffset(last.toString());
      observer.position(stage.group, topic, partition, state.next, high, Number(all.at(-1)?.timestamp ?? 0));
      return;
    }
    if (await this.positions.leaveForGap(topic, partition, state, first.offset)) return;
    for (let start = 0; start < records.length; start += MAX_SLICE) {
      if (!isRunning() || isStale() || this.stopping) return;
      const slice = records.slice(start, start + MAX_SLICE);
      const end = slice.at(-1) as RawRecord;
      const next = start + MAX_SLICE >= records.length ? last + 1n : end.offset + 1n;
      await this.lanes.apply(topic, partition, state.next, next, slice);
      state.next = next;
      resolveOffset((next - 1n).toString());
      this.commits.note(topic, partition, next);
      observer.position(stage.group, topic, partition, next, high, end.timestamp);
    }
  }
}
