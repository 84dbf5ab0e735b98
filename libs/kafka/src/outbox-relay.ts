import { OUTBOX_CHANNEL, OUTBOX_SHARDS, type Database, type StepHook } from '@tributary/persistence';
import type { Kafka, Producer } from 'kafkajs';
import { createProducer, type KafkaLog } from './kafka-client.ts';

/** What the relay needs. */
export interface OutboxRelayOptions {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly log: KafkaLog;
  /** Loops that share the shards; each keeps one batch in flight. */
  readonly loops: number;
  readonly onPublished: (count: number, milliseconds: number) => void;
  readonly onBlocked: (topic: string, key: string, reason: string) => void;
  readonly onStep?: StepHook;
}

interface Row {
  readonly sequence: bigint;
  readonly day: string;
  readonly topic: string;
  readonly key: string;
  readonly payload: Buffer | null;
  readonly headers: Record<string, string>;
}

/** Rows of one send: kafkajs copies an array per message, so larger sends cost more than they save. */
const BATCH = 1_000;
/** Bytes of one send, well under the broker's bound of a record batch; a single larger row goes alone. */
const SEND_BYTES = 1_000_000;
/** Headers and framing of a row, roughly. */
const ROW_OVERHEAD = 400;
/** Woken by NOTIFY; this is only the safety net for a lost one. */
const POLL_MS = 5_000;

// Selected by "unsent", never by a cursor: identity numbers are taken before commit, so a cursor would pass rows that commit late.
// A key with a blocked row waits behind it, whole.
const SELECT = {
  name: 'relay-select',
  text: `SELECT sequence, created_on::text AS day, aggregatetype AS topic, aggregateid AS key, payload, headers FROM hub.outbox o
WHERE shard = ANY($1::smallint[]) AND sent_at IS NULL AND blocked_reason IS NULL
  AND NOT EXISTS (SELECT FROM hub.outbox b WHERE b.sent_at IS NULL AND b.blocked_reason IS NOT NULL AND b.shard = o.shard AND b.aggregatetype = o.aggregatetype AND b.aggregateid = o.aggregateid AND b.sequence < o.sequence)
ORDER BY sequence LIMIT ${BATCH}`,
};
const MARK = {
  name: 'relay-mark',
  text: 'UPDATE hub.outbox SET sent_at = now() WHERE sequence = ANY($1::bigint[]) AND created_on >= $2::date AND created_on <= $3::date',
};

/**
 * Publishes the outbox: at least once, in order per key. Rows are marked after the broker's acknowledgement, so a crash in between sends
 * them again with the same id and `seq`, which every consumer drops. Several relays at once only cause such duplicates.
 */
export class OutboxRelay {
  private stopped = false;
  private readonly loops: Promise<void>[] = [];
  private readonly wakes: (() => void)[] = [];
  private unlisten: (() => Promise<void>) | undefined;

  constructor(private readonly options: OutboxRelayOptions) {}

  async start(): Promise<void> {
    const { database, loops } = this.options;
    this.unlisten = await database.listen(OUTBOX_CHANNEL, () => this.wake());
    for (let loop = 0; loop < loops; loop += 1) {
      const shards = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard).filter((shard) => shard % loops === loop);
      this.loops.push(this.run(loop, shards));
    }
  }

  /** Finishes the batch in flight and stops. */
  async close(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.unlisten?.();
    await Promise.all(this.loops);
  }

  private wake(): void {
    for (const wake of this.wakes) wake();
  }

  private async run(loop: number, shards: readonly number[]): Promise<void> {
    let producer: Producer | undefined;
    let woken: boolean;
    let resume: (() => void) | undefined;
    this.wakes[loop] = () => {
      woken = true;
      resume?.();
    };
    let pause = 0;
    while (!this.stopped) {
      try {
        if (producer === undefined) {
          const fresh = createProducer(this.options.kafka);
          await fresh.connect();
          producer = fresh;
        }
        woken = false;
        const sent = await this.publish(producer, shards);
        pause = 0;
        if (sent > 0 || woken) continue;
        await waitFor(POLL_MS, (wake) => (resume = wake));
      } catch (error) {
        // After any fault a new producer, and the rows are read again: what was sent without an answer goes out twice, never not at all.
        await producer?.disconnect().catch((closing: unknown) => this.options.log.warn({ err: closing }, 'relay producer did not close'));
        producer = undefined;
        pause = Math.min(5_000, Math.max(200, pause * 2));
        this.options.log.warn({ err: error, pauseMs: pause }, 'relay waits');
        if (!this.stopped) await waitFor(pause, () => undefined);
      }
    }
    await producer?.disconnect();
  }

  private async publish(producer: Producer, shards: readonly number[]): Promise<number> {
    const { database, onPublished } = this.options;
    const rows = await database.query<Row>(SELECT, [shards]);
    if (rows.length === 0) return 0;
    await this.options.onStep?.('relay-selected');
    let sent = 0;
    const blocked = new Set<string>();
    for (const part of parts(rows)) {
      const started = performance.now();
      const done = await this.publishPart(
        producer,
        part.filter((row) => !blocked.has(keyOf(row))),
        blocked,
      );
      onPublished(done, performance.now() - started);
      sent += done;
    }
    return sent;
  }

  /** Sends and marks rows. When the broker refuses them for what is in them, halves them until the bad row stands alone: its key is blocked. */
  private async publishPart(producer: Producer, rows: readonly Row[], blocked: Set<string>): Promise<number> {
    const [first] = rows;
    if (first === undefined) return 0;
    try {
      await send(producer, rows);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (rows.length === 1) {
        await this.block(first, error);
        blocked.add(keyOf(first));
        return 0;
      }
      const middle = Math.ceil(rows.length / 2);
      const left = await this.publishPart(producer, rows.slice(0, middle), blocked);
      const rest = rows.slice(middle).filter((row) => !blocked.has(keyOf(row)));
      return left + (await this.publishPart(producer, rest, blocked));
    }
    await this.options.onStep?.('relay-acknowledged');
    await this.mark(rows);
    return rows.length;
  }

  private async block(row: Row, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    await this.options.database.query('UPDATE hub.outbox SET blocked_reason = $3 WHERE sequence = $1 AND created_on = $2::date', [
      row.sequence,
      row.day,
      reason.slice(0, 500),
    ]);
    this.options.log.error(
      { topic: row.topic, sequence: row.sequence.toString(), reason },
      'the broker refuses an outbox row: its key waits, others flow',
    );
    this.options.onBlocked(row.topic, row.key, reason);
  }

  private async mark(rows: readonly Row[]): Promise<void> {
    const days = rows.map((row) => row.day).sort();
    await this.options.database.query(MARK, [rows.map((row) => row.sequence.toString()), days[0], days.at(-1)]);
  }
}

const keyOf = (row: Row): string => `${row.topic}\n${row.key}`;

/** Cuts rows into sends of bounded size: kafkajs makes one record batch a partition of a send, and the broker bounds a record batch. */
function parts(rows: readonly Row[]): Row[][] {
  const found: Row[][] = [];
  let bytes = SEND_BYTES;
  for (const row of rows) {
    const size = (row.payload?.length ?? 0) + row.key.length + ROW_OVERHEAD;
    if (bytes + size > SEND_BYTES) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(row);
    bytes += size;
  }
  return found;
}

async function send(producer: Producer, rows: readonly Row[]): Promise<void> {
  const byTopic = new Map<string, { key: string; value: Buffer | null; headers: Record<string, string> }[]>();
  for (const row of rows) {
    const message = { key: row.key, value: row.payload, headers: row.headers };
    const list = byTopic.get(row.topic);
    if (list) list.push(message);
    else byTopic.set(row.topic, [message]);
  }
  await producer.sendBatch({ acks: -1, topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })) });
}

const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
]);

/** Whether the broker refuses what is sent (trying again cannot help), as against being out of reach. */
function isRefusal(error: unknown): boolean {
  const seen = error as { type?: string; cause?: { type?: string } };
  return REFUSALS.has(seen.type ?? '') || REFUSALS.has(seen.cause?.type ?? '');
}

function waitFor(milliseconds: number, onWake: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    onWake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
