import { randomUUID } from 'node:crypto';
import type { PartitionSlice } from '@tributary/persistence';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { batchRecords, MAX_SLICE } from './batch-records.ts';
import { WatermarkReader } from './topic-admin.ts';

/** Offsets of one partition to read: `from` is the first, `to` the one after the last. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** What a reader needs. */
export interface RangeReaderOptions {
  readonly kafka: Kafka;
  readonly topics: readonly string[];
  /** A read in which nothing arrives for so long fails, milliseconds; half a minute by default. */
  readonly idleMs?: number;
}

/** Takes consecutive records of one partition; the next ones follow when it has resolved. Several partitions are handed over at once. */
export type SliceHandler = (slice: PartitionSlice) => Promise<unknown>;

/** The topic no longer holds (or does not yet hold) what is to be read. */
export class RangeGoneError extends Error {
  override name = 'RangeGoneError';
}

interface Progress {
  next: bigint;
  readonly to: bigint;
  /** Position of a gap that was already asked for again. */
  reseeked: bigint | undefined;
}

interface Reading {
  readonly waiting: Map<string, Progress>;
  readonly apply: SliceHandler;
  /** Ends the read, when the slices in hand are done. */
  readonly end: (error?: unknown) => void;
  busy: number;
  over: boolean;
  arrivedAt: number;
}

const HEARTBEAT_MS = 3_000;
const name = (topic: string, partition: number): string => `${topic}/${partition}`;

/**
 * Reads ranges of topics by offset, once or many times over one kept connection: at most 2,000 records of a partition in memory beside what
 * kafkajs has fetched. Nothing is committed to Kafka. A record batch that cannot be read is passed over, its offsets hold no record then: the
 * live group stands still before such a batch until a person has skipped it.
 */
export class RangeReader {
  private readonly watermarks: WatermarkReader;
  private reading: Reading | undefined;
  private failed: Error | undefined;

  private constructor(
    private readonly options: RangeReaderOptions,
    private readonly consumer: Consumer,
  ) {
    this.watermarks = new WatermarkReader(options.kafka);
  }

  /** Connects. The consumer's group is its own and vanishes with it. */
  static async open(options: RangeReaderOptions): Promise<RangeReader> {
    const consumer = options.kafka.consumer({
      groupId: `tributary-range-${randomUUID()}`,
      sessionTimeout: 30_000,
      maxBytesPerPartition: 256 * 1024,
      minBytes: 1,
      // Also how long a paused consumer sleeps before it looks at new ranges.
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
    });
    const reader = new RangeReader(options, consumer);
    try {
      await reader.start();
    } catch (error) {
      await reader.close();
      throw error;
    }
    return reader;
  }

  /**
   * Hands every record of the ranges to `apply`; ends when all were applied, rejects with what `apply` threw when the other slices in hand
   * are done. Throws {@link RangeGoneError} when the broker does not hold a range. One read at a time.
   */
  async read(ranges: readonly OffsetRange[], apply: SliceHandler): Promise<void> {
    if (this.reading !== undefined) throw new Error('a range is being read already');
    const wanted = ranges.filter((range) => range.to > range.from);
    if (wanted.length === 0) return;
    await this.expectHeld(wanted);
    if (this.failed !== undefined) throw this.failed;
    await this.run(wanted, apply);
    // What was trimmed while it was read may have been missed.
    await this.expectHeld(wanted);
  }

  private async run(wanted: readonly OffsetRange[], apply: SliceHandler): Promise<void> {
    const { idleMs = 30_000 } = this.options;
    const waiting = new Map<string, Progress>();
    for (const { topic, partition, from, to } of wanted) waiting.set(name(topic, partition), { next: from, to, reseeked: undefined });
    let watch: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        let failure: { readonly error: unknown } | undefined;
        const reading: Reading = {
          waiting,
          apply,
          busy: 0,
          over: false,
          arrivedAt: performance.now(),
          end: (error) => {
            reading.over = true;
            if (error !== undefined) failure ??= { error };
            if (reading.busy > 0) return;
            if (failure === undefined) resolve();
            else reject(failure.error as Error);
          },
        };
        watch = setInterval(() => {
          if (reading.busy === 0 && performance.now() - reading.arrivedAt > idleMs)
            reading.end(new Error(`nothing arrived for ${idleMs} ms from ${[...waiting.keys()].join(', ')}`));
        }, 500);
        this.reading = reading;
        this.fetch(reading);
      });
    } finally {
      clearInterval(watch);
      this.reading = undefined;
      this.pauseAll();
    }
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
    await this.watermarks.close();
  }

  private async start(): Promise<void> {
    const { consumer } = this;
    const joined = new Promise<void>((resolve, reject) => {
      consumer.on('consumer.group_join', () => {
        this.pauseAll();
        // After a rebalance of its own group the fetches go on from where the read is.
        if (this.reading !== undefined) this.fetch(this.reading);
        resolve();
      });
      consumer.on('consumer.crash', ({ payload }) => {
        if (payload.restart) return;
        this.failed = payload.error;
        this.reading?.end(payload.error);
        reject(payload.error);
      });
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => this.eachBatch(payload),
    });
    await joined;
  }

  private pauseAll(): void {
    this.consumer.pause(this.options.topics.map((topic) => ({ topic })));
  }

  private fetch(reading: Reading): void {
    for (const [place, { next }] of reading.waiting) {
      const [topic = '', partition = ''] = place.split('/');
      this.consumer.seek({ topic, partition: Number(partition), offset: next.toString() });
      this.consumer.resume([{ topic, partitions: [Number(partition)] }]);
    }
  }

  private async eachBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const { reading } = this;
    const progress = reading?.waiting.get(name(topic, partition));
    if (reading === undefined || reading.over || progress === undefined) return;
    const beat = setInterval(() => {
      // A heartbeat that fails shows at the next fetch, which joins the group again.
      heartbeat().catch((error: unknown) => (isRunning() ? undefined : reading.end(error)));
    }, HEARTBEAT_MS);
    let failure: unknown;
    reading.busy += 1;
    try {
      await this.hand(reading, progress, batch, resolveOffset, () => isRunning() && !isStale() && !reading.over);
    } catch (error) {
      failure = error;
    } finally {
      clearInterval(beat);
      reading.busy -= 1;
      reading.arrivedAt = performance.now();
      if (failure !== undefined || reading.over || reading.waiting.size === 0) reading.end(failure);
    }
  }

  private async hand(
    reading: Reading,
    progress: Progress,
    batch: EachBatchPayload['batch'],
    resolveOffset: (offset: string) => void,
    goesOn: () => boolean,
  ): Promise<void> {
    const { topic, partition } = batch;
    const records = batchRecords(batch).filter((record) => record.offset >= progress.next && record.offset < progress.to);
    const after = BigInt(batch.lastOffset()) + 1n;
    const end = after < progress.to ? after : progress.to;
    // Begins after the position: compaction left offsets empty, or the fetch is an older one. Asked once more, it is the former.
    if ((records[0]?.offset ?? end) > progress.next && progress.reseeked !== progress.next) {
      progress.reseeked = progress.next;
      this.consumer.seek({ topic, partition, offset: progress.next.toString() });
      return;
    }
    for (let start = 0; start === 0 || start < records.length; start += MAX_SLICE) {
      const next = records[start + MAX_SLICE]?.offset ?? end;
      if (!goesOn() || next <= progress.next) return;
      await reading.apply({ topic, partition, expected: progress.next, next, records: records.slice(start, start + MAX_SLICE) });
      progress.next = next;
      resolveOffset((next - 1n).toString());
    }
    if (progress.next < progress.to) return;
    this.consumer.pause([{ topic, partitions: [partition] }]);
    reading.waiting.delete(name(topic, partition));
  }

  private async expectHeld(ranges: readonly OffsetRange[]): Promise<void> {
    const marks = new Map(
      (await this.watermarks.read([...new Set(ranges.map((range) => range.topic))])).map((mark) => [
        name(mark.topic, mark.partition),
        mark,
      ]),
    );
    for (const { topic, partition, from, to } of ranges) {
      const mark = marks.get(name(topic, partition));
      if (mark === undefined) throw new RangeGoneError(`${topic}/${partition} does not exist`);
      if (mark.low > from)
        throw new RangeGoneError(`${topic}/${partition}: offsets ${from} to ${mark.low - 1n} were removed by the broker`);
      if (mark.high < to) throw new RangeGoneError(`${topic}/${partition}: ${to} is beyond the end ${mark.high}`);
    }
  }
}

/**
 * The first offset of every partition at or after a moment; where nothing is that late, the end. For ranges by time.
 * @param milliseconds Kafka's own timestamps, milliseconds since 1970.
 */
export async function offsetsAt(kafka: Kafka, topics: readonly string[], milliseconds: number): Promise<Map<string, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const found = new Map<string, bigint>();
    for (const topic of topics)
      for (const entry of await admin.fetchTopicOffsetsByTimestamp(topic, milliseconds))
        found.set(name(topic, entry.partition), BigInt(entry.offset));
    return found;
  } finally {
    await admin.disconnect();
  }
}
