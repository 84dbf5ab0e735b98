import { openOffset, storedOffsets, type Database } from '@tributary/persistence';
import type { KafkaLog } from './kafka-client.ts';
import { PartitionState } from './partition-state.ts';
import { positionFault } from './position-fault.ts';
import { retryUntilStopped } from './retry-until-stopped.ts';
import { StoppingError } from './stopping-error.ts';
import type { Watermark, WatermarkReader } from './topic-admin.ts';

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What the positions need of the transport around them. */
export interface PartitionPositionsOptions {
  readonly group: string;
  readonly database: Database;
  readonly watermarks: WatermarkReader;
  readonly log: KafkaLog;
  readonly stopped: () => boolean;
  /** Fetches the partition from an offset on. */
  readonly seek: (topic: string, partition: number, offset: bigint) => void;
  /** The partition stands still from now on: it is not to be fetched. */
  readonly onHalt: (topic: string, partition: number, reason: string) => void;
  /** A halted partition was moved, or is assigned anew, perhaps to another member: whoever has it now finds what is wrong with it still. */
  readonly onHaltOver: (topic: string, partition: number) => void;
}

/**
 * Positions of the assigned partitions: opened from the database, whose offsets are the only ones that count, compared with what the
 * broker has, halted with the exact reason when they cannot go on. Nothing is ever reset.
 */
export class PartitionPositions {
  private readonly states = new Map<string, PartitionState>();
  private assigned: readonly TopicPartition[] = [];

  constructor(private readonly options: PartitionPositionsOptions) {}

  /**
   * Starts every assigned partition at the stored offset. Kafka's own committed offset may be ahead (a database restored to an earlier
   * moment, an operator's hand): without a record arriving, nothing else would ever ask for what lies in between.
   */
  async assign(assigned: readonly TopicPartition[]): Promise<void> {
    const { group, log, seek, stopped, onHaltOver } = this.options;
    for (const { topic, partition } of this.assigned) if (this.known(topic, partition)?.halted === true) onHaltOver(topic, partition);
    this.states.clear();
    this.assigned = assigned;
    for (const { topic, partition } of assigned) {
      if (stopped() || this.assigned !== assigned) return;
      try {
        seek(topic, partition, (await this.open(topic, partition)).next);
      } catch (error) {
        if (error instanceof StoppingError) continue;
        log.warn({ err: error, topic, partition, group }, 'position not read at assignment');
      }
    }
  }

  /** Topics of the assignment. */
  topics(): string[] {
    return [...new Set(this.assigned.map(({ topic }) => topic))];
  }

  isAssigned(topic: string, partition: number): boolean {
    return this.assigned.some((mine) => mine.topic === topic && mine.partition === partition);
  }

  /** The position of a partition if this process has it. */
  known(topic: string, partition: number): PartitionState | undefined {
    return this.states.get(`${topic}/${partition}`);
  }

  /** Assigned partitions that do not stand still for a fault. */
  flowing(): TopicPartition[] {
    return this.assigned.filter(({ topic, partition }) => this.states.get(`${topic}/${partition}`)?.halted !== true);
  }

  /** The position of a partition, read from the database when this process does not know it. */
  async open(topic: string, partition: number): Promise<PartitionState> {
    const name = `${topic}/${partition}`;
    const known = this.states.get(name);
    if (known !== undefined) return known;
    const { database, group, watermarks, log, stopped } = this.options;
    const mark = await retryUntilStopped(
      async () => (await watermarks.read([topic])).find((entry) => entry.partition === partition),
      stopped,
      log,
    );
    const next = await retryUntilStopped(() => openOffset(database, group, topic, partition, mark?.low ?? 0n), stopped, log);
    const state = this.states.get(name) ?? new PartitionState(next);
    this.states.set(name, state);
    if (mark !== undefined) await this.haltIfFault(topic, partition, state, mark);
    return state;
  }

  /** Fetches a partition once more from where it stands. */
  seekAgain(topic: string, partition: number): void {
    const state = this.known(topic, partition);
    if (state) this.options.seek(topic, partition, state.next);
  }

  /** Another owner moved the partition: the position is read again before anything else is applied. */
  forget(topic: string, partition: number): void {
    this.states.delete(`${topic}/${partition}`);
  }

  /**
   * Halts the partition when it cannot go on from its position.
   * @param seen an answer of the broker, which may be older than the position: on suspicion it is asked again.
   */
  async haltIfFault(topic: string, partition: number, state: PartitionState, seen?: Watermark): Promise<boolean> {
    if (state.halted || (seen !== undefined && positionFault(state.next, seen) === undefined)) return state.halted;
    const before = state.next;
    const mark = (await this.options.watermarks.read([topic])).find((entry) => entry.partition === partition);
    const reason = mark === undefined ? undefined : positionFault(state.next, mark, before);
    if (reason !== undefined) this.halt(topic, partition, state, reason);
    return state.halted;
  }

  /**
   * Offsets up to `last` were fetched and hold no record to apply. Where they do not join the position, the broker is asked first whether
   * something was removed in between.
   */
  async passEmpty(topic: string, partition: number, first: bigint, last: bigint): Promise<void> {
    const state = this.states.get(`${topic}/${partition}`);
    if (state === undefined || (first > state.passed && (await this.haltIfFault(topic, partition, state)))) return;
    state.passEmpty(last + 1n);
  }

  /**
   * A batch starts after the stored offset. Either offsets in between hold no record (compaction), or the topic was trimmed or the fetch
   * began elsewhere. Asks once more for the stored offset; when the broker no longer has it, the partition halts with the range.
   * @returns whether the batch is to be left.
   */
  async leaveForGap(topic: string, partition: number, state: PartitionState, first: bigint): Promise<boolean> {
    if (first <= state.passed || state.reseeked === state.next) return false;
    if (await this.haltIfFault(topic, partition, state)) return true;
    state.reseeked = state.next;
    this.options.seek(topic, partition, state.next);
    return true;
  }

  /**
   * Follows the database where it stands elsewhere than this process believes: a halted partition that an operator moved goes on, and after
   * a failover or a restore that lost commits the records are read again, also when nothing new arrives that would show it.
   */
  async followDatabase(): Promise<void> {
    const { database, group, log, onHaltOver, seek } = this.options;
    const before = this.assigned.flatMap(({ topic, partition }) => {
      const state = this.known(topic, partition);
      return state === undefined || state.inHand ? [] : [{ topic, partition, state, next: state.next }];
    });
    if (before.length === 0) return;
    const stored = new Map((await storedOffsets(database, group)).map((row) => [`${row.topic}/${row.partition}`, row.nextOffset]));
    for (const { topic, partition, state, next } of before) {
      const now = stored.get(`${topic}/${partition}`);
      // What was committed while the database answered lies ahead of what was known before, never behind it.
      const moved = state.halted ? now !== undefined && now !== next : now === undefined || now < next;
      if (!moved || this.known(topic, partition) !== state) continue;
      const why = state.halted ? 'a halted partition was moved and goes on' : 'the database has lost commits: records are read again';
      log.warn({ group, topic, partition, next: now?.toString(), before: next.toString() }, why);
      this.forget(topic, partition);
      if (state.halted) onHaltOver(topic, partition);
      seek(topic, partition, (await this.open(topic, partition)).next);
    }
  }

  /** Stops a partition for a reason that is not the broker's. */
  async haltAt(topic: string, partition: number, reason: string): Promise<void> {
    this.halt(topic, partition, await this.open(topic, partition), reason);
  }

  private halt(topic: string, partition: number, state: PartitionState, reason: string): void {
    if (state.halted) return;
    state.halted = true;
    const { log, group, onHalt } = this.options;
    log.error({ group, topic, partition, next: state.next.toString() }, `partition halted: ${reason}`);
    onHalt(topic, partition, reason);
  }
}
