import { randomUUID } from 'node:crypto';
import {
  markPublished,
  OUTBOX_CHANNEL,
  OUTBOX_SHARDS,
  pendingRows,
  type Database,
  type HeldRow,
  type OutboxMemory,
  type PendingRow,
  type StepHook,
} from '@tributary/persistence';
import type { Kafka, Producer } from 'kafkajs';
import { createProducer, type KafkaLog } from './kafka-client.ts';
import { isRefusal, keyOf, parts, send } from './outbox-send.ts';
import { ShardLease } from './shard-lease.ts';
import { Wake } from './wake.ts';

/** What the relay needs. */
export interface OutboxRelayOptions {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly log: KafkaLog;
  /** Loops that share the shards; each keeps one batch in flight. */
  readonly loops: number;
  readonly onPublished: (count: number, milliseconds: number) => void;
  readonly onBlocked: (topic: string, key: string, reason: string) => void;
  /** How long a relay that died keeps its shards, milliseconds; 4,000 by default. */
  readonly leaseMs?: number;
  /** What this process writes into the outbox: it is published without being read back. */
  readonly written?: OutboxMemory;
  readonly onStep?: StepHook;
}

/** Rows of one round: with few, a relay that shares its thread with six apps waits for its turn more often than it sends. */
const BATCH = 4_000;
/** Woken by NOTIFY; this is only the safety net for a lost one. */
const POLL_MS = 5_000;
const LEASE_MS = 4_000;

/**
 * Publishes the outbox: at least once, in order per key. What was sent is marked after the broker's acknowledgement, so a crash in between
 * sends it again with the same id and `seq`, which every consumer drops. Of several relays, one publishes a shard: the one with its lease,
 * which a loop asks for only while its broker takes what it sends.
 */
export class OutboxRelay {
  private stopped = false;
  private readonly loops: Promise<void>[] = [];
  private readonly wakes: Wake[] = [];
  private readonly lease: ShardLease;
  private unlisten: (() => Promise<void>) | undefined;

  constructor(private readonly options: OutboxRelayOptions) {
    const { database, log, leaseMs = LEASE_MS, written } = options;
    const onHeld = (shards: readonly number[]): void => written?.publishes(shards);
    this.lease = new ShardLease({ database, log, owner: randomUUID(), leaseMs, onHeld, onGained: () => this.wake() });
  }

  async start(): Promise<void> {
    const { database, loops } = this.options;
    this.unlisten = await database.listen(OUTBOX_CHANNEL, () => this.wake());
    for (let loop = 0; loop < loops; loop += 1) {
      const shards = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard).filter((shard) => shard % loops === loop);
      const wake = new Wake();
      this.wakes.push(wake);
      this.loops.push(this.run(shards, wake));
    }
  }

  /** Finishes the batch in flight, gives the shards to whoever comes next and stops. */
  async close(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.unlisten?.();
    await Promise.all(this.loops);
    await this.lease.close();
  }

  private wake(): void {
    for (const wake of this.wakes) wake.ring();
  }

  private async run(shards: readonly number[], wake: Wake): Promise<void> {
    let producer: Producer | undefined;
    let pause = 0;
    while (!this.stopped) {
      try {
        if (producer === undefined) {
          const fresh = createProducer(this.options.kafka);
          // kafkajs looks for a broker for a while before it says that a send failed: the shards are not to wait for that.
          fresh.on(fresh.events.REQUEST_TIMEOUT, () => void this.lease.giveUp(shards));
          await fresh.connect();
          producer = fresh;
          await this.lease.take(shards);
        }
        wake.clear();
        const done = await this.publish(producer, shards);
        pause = 0;
        if (!done) await wake.wait(POLL_MS);
      } catch (error) {
        // After any fault a new producer, and the rows are read again: what was sent without an answer goes out twice, never not at all.
        await producer?.disconnect().catch((closing: unknown) => this.options.log.warn({ err: closing }, 'relay producer did not close'));
        producer = undefined;
        await this.lease.giveUp(shards);
        // Long enough for every other relay to have asked for the shards: one that the broker does not answer must not hold them for ever.
        pause = Math.min(5_000, Math.max((this.options.leaseMs ?? LEASE_MS) / 2, pause * 2));
        this.options.log.warn({ err: error, pauseMs: pause }, 'relay waits');
        if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
    await producer?.disconnect();
  }

  /** One round; false when there was nothing to do. */
  private async publish(producer: Producer, shards: readonly number[]): Promise<boolean> {
    const { database, onPublished, written } = this.options;
    const own = this.lease.owned(shards);
    if (own.length === 0) return false;
    const found = await pendingRows(database, own, BATCH, written);
    if (found.parts.length === 0) return false;
    await this.options.onStep?.('relay-selected');
    const held: HeldRow[] = [];
    const stuck = new Set<string>();
    const hold = (row: PendingRow, reason: string | null): void => {
      held.push({ row, reason });
      stuck.add(keyOf(row));
    };
    for (const part of parts(found.rows)) {
      // Between reading and sending this process may have stood still long enough for another to have published what came after.
      if (this.lease.owned(own).length < own.length) return true;
      const started = performance.now();
      const free = part.filter((row) => !isHeld(row, stuck, hold));
      const sent = await this.publishPart(producer, free, stuck, hold);
      onPublished(sent, performance.now() - started);
    }
    await this.options.onStep?.('relay-acknowledged');
    await markPublished(database, found.parts, held);
    written?.published(found.parts.map((part) => part.token));
    this.tell(held);
    return true;
  }

  /** Sends rows. When the broker refuses them for what is in them, halves them until the bad row stands alone: its key is held. */
  private async publishPart(
    producer: Producer,
    rows: readonly PendingRow[],
    stuck: ReadonlySet<string>,
    hold: (row: PendingRow, reason: string | null) => void,
  ): Promise<number> {
    const [first] = rows;
    if (first === undefined) return 0;
    try {
      await send(producer, rows);
      return rows.length;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (rows.length === 1) {
        hold(first, (error instanceof Error ? error.message : String(error)).slice(0, 500));
        return 0;
      }
      const middle = Math.ceil(rows.length / 2);
      const left = await this.publishPart(producer, rows.slice(0, middle), stuck, hold);
      const rest = rows.slice(middle).filter((row) => !isHeld(row, stuck, hold));
      return left + (await this.publishPart(producer, rest, stuck, hold));
    }
  }

  private tell(held: readonly HeldRow[]): void {
    for (const { row, reason } of held) {
      if (reason === null) continue;
      this.options.log.error(
        { topic: row.topic, sequence: row.sequence.toString(), reason },
        'the broker refuses an outbox row: its key waits, others flow',
      );
      this.options.onBlocked(row.topic, row.key, reason);
    }
  }
}

/** Whether a row waits behind a refused one of its key; it is then noted. */
function isHeld(row: PendingRow, stuck: ReadonlySet<string>, hold: (row: PendingRow, reason: string | null) => void): boolean {
  if (!row.held && !stuck.has(keyOf(row))) return false;
  hold(row, null);
  return true;
}
