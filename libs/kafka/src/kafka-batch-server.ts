import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import {
  failureKind,
  HaltError,
  keepUnreadable,
  type BatchResult,
  type Database,
  type ParkingLimits,
  type RawRecord,
  type Stage,
  type StepHook,
} from '@tributary/persistence';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { BatchLanes } from './batch-lanes.ts';
import { batchAmount, batchRecords, MAX_SLICE, unreadableOf } from './batch-records.ts';
import { HeldBatches, type HeldAmount } from './held-batches.ts';
import type { KafkaLog } from './kafka-client.ts';
import { LagCommits } from './lag-commits.ts';
import { PartitionPositions, type TopicPartition } from './partition-positions.ts';
import type { PartitionState } from './partition-state.ts';
import { PartitionWatch, type PartitionStall } from './partition-watch.ts';
import type { UnreadableBatch } from './record-batch.ts';
import { retryUntilStopped } from './retry-until-stopped.ts';
import { StoppingError } from './stopping-error.ts';
import type { WatermarkReader } from './topic-admin.ts';

/** Measurements the transport reports. */
export interface BatchObserver {
  batch(group: string, result: BatchResult, milliseconds: number): void;
  position(group: string, topic: string, partition: number, next: bigint, high: bigint, lastTimestamp: number): void;
  /** A partition that stands still for a reason a person must look at; `undefined` when it moves. */
  halted(group: string, topic: string, partition: number, reason: string | undefined): void;
  /** A partition that lags without moving; told again and again as long as it does, and `undefined` once when it moves. */
  stalled(group: string, topic: string, partition: number, stall: PartitionStall | undefined): void;
  /** The broker has not answered for so many milliseconds; `undefined` once when it does again. */
  silent(group: string, milliseconds: number | undefined): void;
  /** What is fetched and not committed yet, over all partitions, and whether fetching stands still for it. */
  held(group: string, amount: HeldAmount, paused: boolean): void;
}

/** Times of the group's protocol, milliseconds. */
export interface GroupTimeouts {
  /** Without a heartbeat for so long the member is taken for dead. */
  readonly session: number;
  /** A member that has not come back to the group after so long loses its partitions. */
  readonly rebalance: number;
  readonly heartbeat: number;
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
  /** What may be fetched and not committed, over all partitions: beyond it nothing more is fetched. */
  readonly maxHeld?: HeldAmount;
  readonly timeouts?: GroupTimeouts;
  /** How long a partition that was added to a topic may stay unseen, milliseconds; a minute by default. */
  readonly metadataMaxAgeMs?: number;
  /** Pause between comparisons of the positions with the broker's watermarks, milliseconds; 15 seconds by default. */
  readonly watchMs?: number;
  readonly onStep?: StepHook;
  /** How much may wait behind failed records before its partition halts. */
  readonly limits?: ParkingLimits;
  /** Lag without progress for so long is a stall, milliseconds; 90 seconds by default. */
  readonly stallMs?: number;
  /** The consumer is gone for good: the process should stop and be started again. */
  readonly onCrash: (error: Error) => void;
}

const TIMEOUTS: GroupTimeouts = { session: 15_000, rebalance: 30_000, heartbeat: 3_000 };
const MAX_HELD: HeldAmount = { events: 100_000, bytes: 32 * 1024 * 1024 };
/** One answer of a broker: small ones make a replay lighter and faster. */
const FETCH_BYTES = 8 * 1024 * 1024;
const FETCH_BYTES_PER_PARTITION = 128 * 1024;
const METADATA_MAX_AGE_MS = 60_000;
const COMMIT_MS = 5_000;
/** Together less than two minutes from the first record that waits to the report. */
const WATCH_MS = 15_000;
const STALL_MS = 90_000;

/**
 * Nest transport strategy over kafkajs `eachBatch`: the offsets are PostgreSQL's (compare-and-set inside each batch's transaction), Kafka's
 * are committed afterwards for lag tools only. All assigned partitions feed one accumulator; a free lane takes the oldest. Data faults
 * never reach kafkajs; infrastructure faults are retried with heartbeats going on.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  private consumer: Consumer | undefined;
  private readonly lanes: BatchLanes;
  private readonly positions: PartitionPositions;
  private readonly watch: PartitionWatch;
  private readonly commits: LagCommits;
  private readonly held: HeldBatches;
  /** Batches that kafkajs waits for, and since when nothing of them was committed: until they are done, it fetches nothing else. */
  private batches = 0;
  private movedAt = 0;
  private stopping = false;
  private commitTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: KafkaBatchServerOptions) {
    super();
    const { stage, database, watermarks, log, observer } = options;
    this.lanes = new BatchLanes({ ...options, onBatch: (result, milliseconds) => observer.batch(stage.group, result, milliseconds) });
    this.commits = new LagCommits(stage.group, log);
    this.held = new HeldBatches(options.maxHeld ?? MAX_HELD);
    this.positions = new PartitionPositions({
      group: stage.group,
      database,
      watermarks,
      log,
      stopped: () => this.stopping,
      seek: (topic, partition, offset) => this.consumer?.seek({ topic, partition, offset: offset.toString() }),
      onHalt: (topic, partition, reason) => {
        observer.halted(stage.group, topic, partition, reason);
        this.fetching('pause', [{ topic, partition }]);
      },
      onHaltOver: (topic, partition) => {
        observer.halted(stage.group, topic, partition, undefined);
        this.fetching('resume', [{ topic, partition }]);
      },
    });
    this.watch = new PartitionWatch({
      group: stage.group,
      positions: this.positions,
      watermarks,
      heldUp: (milliseconds) => this.batches > 0 && performance.now() - this.movedAt >= milliseconds,
      log,
      everyMs: options.watchMs ?? WATCH_MS,
      stallMs: options.stallMs ?? STALL_MS,
      onStall: (topic, partition, stall) => this.onStall(topic, partition, stall),
      onSilence: (milliseconds) => observer.silent(stage.group, milliseconds),
    });
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Drains what is in flight, leaves the group. Nothing new is taken. */
  async close(): Promise<void> {
    this.stopping = true;
    clearInterval(this.commitTimer);
    this.watch.stop();
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
    const { kafka, stage, log, timeouts = TIMEOUTS, metadataMaxAgeMs = METADATA_MAX_AGE_MS } = this.options;
    await this.lanes.open();
    const consumer = kafka.consumer({
      groupId: stage.group,
      sessionTimeout: timeouts.session,
      rebalanceTimeout: timeouts.rebalance,
      heartbeatInterval: timeouts.heartbeat,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: FETCH_BYTES_PER_PARTITION,
      minBytes: 1,
      maxWaitTimeInMs: 500,
      metadataMaxAge: metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      retry: { retries: 10, restartOnFailure: () => Promise.resolve(true) },
    });
    this.consumer = consumer;
    consumer.on('consumer.crash', ({ payload }) => {
      log.error({ group: stage.group, err: payload.error, restart: payload.restart }, 'consumer crashed');
      if (!payload.restart && !this.stopping) this.options.onCrash(payload.error);
    });
    consumer.on('consumer.group_join', ({ payload }) => {
      const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      // kafkajs keeps what was paused over an assignment; what halts will halt again for the same reason.
      this.fetching('resume', assigned);
      this.lanes.resume();
      void this.positions.assign(assigned).then(() => this.watch.look());
      if (this.held.isFull) this.fetching('pause', assigned);
    });
    // A refusal that passed by itself (the group's coordinator moved): this process is still a member, with the share it had.
    consumer.on('consumer.heartbeat', () => this.lanes.resume());
    // kafkajs hands over no batch that is left without a record: its offsets are passed, or they would look like lag for ever.
    consumer.on('consumer.end_batch_process', ({ payload: { topic, partition, batchSize, firstOffset, lastOffset } }) => {
      if (batchSize > 0) return;
      this.positions
        .passEmpty(topic, partition, BigInt((firstOffset as string | null) ?? lastOffset), BigInt(lastOffset))
        .catch((error: unknown) =>
          log.warn({ err: error, group: stage.group, topic, partition }, 'offsets without a record were not passed'),
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
    this.watch.start();
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { log, stage, observer, timeouts = TIMEOUTS } = this.options;
    const heart = setInterval(() => {
      // kafkajs sends it again after the batch and then acts on the answer.
      payload.heartbeat().catch((error: unknown) => {
        log.warn({ err: error, group: stage.group }, 'heartbeat failed');
        if (REBALANCING.has((error as { type?: unknown }).type)) this.lanes.yield();
      });
    }, timeouts.heartbeat);
    if (this.batches === 0) this.movedAt = performance.now();
    this.batches += 1;
    const amount = batchAmount(batch);
    if (this.held.take(amount)) this.fetching('pause', this.positions.flowing());
    observer.held(stage.group, this.held.amount, this.held.isFull);
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
      this.batches -= 1;
      if (this.held.release(amount)) this.fetching('resume', this.positions.flowing());
      observer.held(stage.group, this.held.amount, this.held.isFull);
    }
  }

  /** A batch rolled back since too much waits in one of its partitions: that one stands still, the others are read again from where they are. */
  private async leaveHalted(error: HaltError, topic: string, partition: number): Promise<void> {
    this.positions.forget(topic, partition);
    if (error.topic === topic && error.partition === partition) await this.positions.haltAt(topic, partition, error.reason);
  }

  /**
   * A partition that lags without moving. When its records, or those in hand that hold up the next fetch, wait for the database, that is
   * what has to come back. When nothing of it is fetched, it is asked for again, and if that does not help for as long again, only a new
   * start will.
   */
  private onStall(topic: string, partition: number, stall: PartitionStall | undefined): void {
    const { observer, stage, log, onCrash, stallMs = STALL_MS } = this.options;
    observer.stalled(stage.group, topic, partition, stall);
    if (stall?.waitsFor !== 'fetch') return;
    const { lag, milliseconds } = stall;
    log.error({ group: stage.group, topic, partition, lag: lag.toString(), milliseconds }, 'a partition is not fetched');
    if (milliseconds < 2 * stallMs) this.positions.seekAgain(topic, partition);
    else onCrash(new Error(`${stage.group}: ${topic}/${partition} has not been fetched for ${Math.round(milliseconds / 1_000)} s`));
  }

  private fetching(change: 'pause' | 'resume', partitions: readonly TopicPartition[]): void {
    try {
      this.consumer?.[change](byTopic(partitions));
    } catch (error) {
      // Between a crash and its new start kafkajs has no group to tell; the next assignment starts from what is known then.
      this.options.log.warn({ err: error, group: this.options.stage.group }, `fetching could not ${change}`);
    }
  }

  private async consume(payload: EachBatchPayload): Promise<void> {
    const state = await this.positions.open(payload.batch.topic, payload.batch.partition);
    state.inHand = true;
    try {
      await this.applyRecords(payload, state);
    } finally {
      state.inHand = false;
    }
  }

  private async applyRecords({ batch, resolveOffset, isRunning, isStale }: EachBatchPayload, state: PartitionState): Promise<void> {
    const { topic, partition } = batch;
    const { stage, observer } = this.options;
    const high = BigInt(batch.highWatermark);
    // The end lies before what was applied: another topic of the same name, unless this fetch is older than what another owner did since.
    if (high < state.next) await this.positions.haltIfFault(topic, partition, state);
    if (state.halted) return;
    const all = batchRecords(batch);
    const records = all.filter((record) => record.offset >= state.next);
    const [first] = records;
    const found = unreadableOf(batch);
    const unreadable = found !== undefined && found.lastOffset >= state.next ? found : undefined;
    const last = unreadable === undefined ? BigInt(batch.lastOffset()) : unreadable.firstOffset - 1n;
    const begin = first?.offset ?? unreadable?.firstOffset;
    if (begin !== undefined && (await this.positions.leaveForGap(topic, partition, state, begin))) return;
    if (first === undefined) {
      // Everything here was applied before (or the batch holds control records only): what is left are offsets without a record, which
      // are counted as gaps, so that the accounting identity stays exact.
      if (last >= state.next) {
        await this.lanes.apply(topic, partition, state.next, last + 1n, []);
        state.next = last + 1n;
      }
      if (unreadable !== undefined) return this.standAt(unreadable, topic, partition, state);
      resolveOffset(last.toString());
      observer.position(stage.group, topic, partition, state.next, high, Number(all.at(-1)?.timestamp ?? 0));
      return;
    }
    for (let start = 0; start < records.length; start += MAX_SLICE) {
      if (!isRunning() || isStale() || this.stopping) return;
      const slice = records.slice(start, start + MAX_SLICE);
      const end = slice.at(-1) as RawRecord;
      const next = start + MAX_SLICE >= records.length ? last + 1n : end.offset + 1n;
      await this.lanes.apply(topic, partition, state.next, next, slice);
      state.next = next;
      this.movedAt = performance.now();
      resolveOffset((next - 1n).toString());
      this.commits.note(topic, partition, next);
      observer.position(stage.group, topic, partition, next, high, end.timestamp);
    }
    if (unreadable !== undefined) await this.standAt(unreadable, topic, partition, state);
  }

  /** The partition stands still before a batch that cannot be read, whose bytes are kept for whoever decides about it. */
  private async standAt(batch: UnreadableBatch, topic: string, partition: number, state: PartitionState): Promise<void> {
    const { database, stage, log } = this.options;
    const { firstOffset, lastOffset, records, reason, bytes } = batch;
    const row = { group: stage.group, topic, partition, standsAt: state.next, firstOffset, lastOffset, records, reason, bytes };
    await retryUntilStopped(
      () => keepUnreadable(database, row),
      () => this.stopping,
      log,
    );
    await this.positions.haltAt(topic, partition, `the batch of offsets ${firstOffset} to ${lastOffset} ${reason}`);
  }
}

/** What a heartbeat is answered with when the group has moved on without this member. */
const REBALANCING: ReadonlySet<unknown> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** As kafkajs wants them. */
function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
}
