import type { KafkaLog } from './kafka-client.ts';
import type { PartitionPositions, TopicPartition } from './partition-positions.ts';
import { ProgressWatch, type Stall, type WatchedPosition } from './progress-watch.ts';
import type { Watermark, WatermarkReader } from './topic-admin.ts';

/**
 * A stall, and what the partition waits for: its records are in hand, or others that are hold up the next fetch; nothing of it is fetched;
 * or its position could not be read.
 */
export interface PartitionStall extends Stall {
  readonly waitsFor: 'commit' | 'fetch' | 'position';
}

/** What the watch needs. */
export interface PartitionWatchOptions {
  readonly group: string;
  readonly positions: PartitionPositions;
  readonly watermarks: WatermarkReader;
  /** Whether what is in hand, of which nothing was committed for so many milliseconds, holds up the next fetch. */
  readonly heldUp: (milliseconds: number) => boolean;
  readonly log: KafkaLog;
  /** Pause between two looks, milliseconds. */
  readonly everyMs: number;
  /** Lag without progress for so long is a stall; a broker that does not answer for so long is told. */
  readonly stallMs: number;
  /** Every look tells a stall again, with `undefined` once when the partition moves again. */
  readonly onStall: (topic: string, partition: number, stall: PartitionStall | undefined) => void;
  /** The broker has not answered for a while, milliseconds; `undefined` once when it does again. */
  readonly onSilence: (milliseconds: number | undefined) => void;
}

/**
 * Looks at the broker's watermarks from time to time: positions that cannot go on halt, partitions that lag without moving are told, and so
 * is a broker that does not answer.
 */
export class PartitionWatch {
  private readonly progress: ProgressWatch;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private answeredAt = performance.now();
  private silent = false;
  private readonly stalled = new Map<string, TopicPartition>();

  constructor(private readonly options: PartitionWatchOptions) {
    this.progress = new ProgressWatch(options.stallMs);
  }

  start(): void {
    this.answeredAt = performance.now();
    this.timer = setInterval(() => void this.look(), this.options.everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One look; while one is under way only the silence is counted. */
  async look(): Promise<void> {
    const { positions, watermarks, log, group } = this.options;
    if (!this.looking) {
      this.looking = true;
      try {
        await positions.followDatabase();
        await this.compare(await watermarks.read(positions.topics()));
        this.answeredAt = performance.now();
      } catch (error) {
        if (this.timer !== undefined) log.warn({ err: error, group }, 'watermarks were not read');
      } finally {
        this.looking = false;
      }
    }
    this.tellSilence();
  }

  private async compare(marks: readonly Watermark[]): Promise<void> {
    const { positions } = this.options;
    const watched = new Map<string, WatchedPosition & TopicPartition>();
    for (const { topic, partition, low, high } of marks) {
      if (!positions.isAssigned(topic, partition)) continue;
      const state = positions.known(topic, partition);
      if (state && (await positions.haltIfFault(topic, partition, state, { topic, partition, low, high }))) continue;
      // Not opened for so long is a stall too, also of an empty partition.
      const next = state?.passed ?? low - 1n;
      watched.set(`${topic}/${partition}`, { topic, partition, name: `${topic}/${partition}`, next, high });
    }
    for (const [name, stall] of this.progress.look(performance.now(), [...watched.values()])) this.tell(name, watched.get(name), stall);
  }

  private tell(name: string, now: TopicPartition | undefined, stall: Stall | undefined): void {
    const { positions, onStall, heldUp, stallMs } = this.options;
    if (stall !== undefined && now !== undefined) {
      const { topic, partition } = now;
      this.stalled.set(name, { topic, partition });
      const state = positions.known(topic, partition);
      const waitsFor = state === undefined ? 'position' : state.inHand || heldUp(stallMs) ? 'commit' : 'fetch';
      onStall(topic, partition, { ...stall, waitsFor });
      return;
    }
    const before = this.stalled.get(name);
    this.stalled.delete(name);
    // A halt is told by itself and stands.
    if (before && positions.known(before.topic, before.partition)?.halted !== true) onStall(before.topic, before.partition, undefined);
  }

  private tellSilence(): void {
    const silence = performance.now() - this.answeredAt;
    if (silence >= this.options.stallMs) {
      this.silent = true;
      this.options.onSilence(silence);
    } else if (this.silent) {
      this.silent = false;
      this.options.onSilence(undefined);
    }
  }
}
