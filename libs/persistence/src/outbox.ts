import { toHeaders } from '@tributary/contracts';
import { byteaArray, int2Array, int8Array, textArray } from './binary-array.ts';
import type { Transaction } from './database.ts';
import type { OutboxEvent } from './stage.ts';

/** Shards of the outbox: the relay keeps one batch in flight for each. */
export const OUTBOX_SHARDS = 8;
/** Channel on which writers wake the relay. */
export const OUTBOX_CHANNEL = 'tributary_outbox';
/** Largest payload that is written: under the broker's limit with room for headers, so that no row can block its key. */
export const MAX_PAYLOAD_BYTES = 1_900_000;

/** A row as it goes into hub.outbox. */
export interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly payload: Uint8Array | null;
  readonly seq: bigint;
  readonly headers: Readonly<Record<string, string>>;
}

const ALLOCATE = {
  name: 'outbox-allocate',
  text: `INSERT INTO hub.outbox_key AS k (topic, key, seq) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
ON CONFLICT (topic, key) DO UPDATE SET seq = k.seq + excluded.seq RETURNING topic, key, seq`,
};
const INSERT = {
  name: 'outbox-insert',
  text: `INSERT INTO hub.outbox (id, aggregatetype, aggregateid, type, payload, seq, headers, shard)
SELECT id, topic, key, type, payload, seq, headers::jsonb, shard
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[], $7::text[], $8::smallint[])
  WITH ORDINALITY AS u (id, topic, key, type, payload, seq, headers, shard, n) ORDER BY n`,
};
const NOTIFY = { name: 'outbox-notify', text: `SELECT pg_notify('${OUTBOX_CHANNEL}', '')` };

/**
 * Appends events to the outbox inside the caller's transaction: takes the next sequence numbers of their keys (in sorted key order under
 * row locks, so that number and commit order agree for a key), encodes them by their contract and wakes the relay at commit.
 * Throws `RangeError` when an encoded event exceeds {@link MAX_PAYLOAD_BYTES}.
 */
export async function appendOutbox(tx: Transaction, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  const counts = new Map<string, { topic: string; key: string; count: bigint }>();
  const name = (topic: string, key: string): string => `${topic}\n${key}`;
  for (const event of events) {
    const id = name(event.contract.topic, event.key);
    const entry = counts.get(id);
    if (entry) entry.count += 1n;
    else counts.set(id, { topic: event.contract.topic, key: event.key, count: 1n });
  }
  const keys = [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entry]) => entry);
  const allocated = await tx.query<{ topic: string; key: string; seq: bigint }>(ALLOCATE, [
    textArray(keys.map((entry) => entry.topic)),
    textArray(keys.map((entry) => entry.key)),
    int8Array(keys.map((entry) => entry.count)),
  ]);
  const next = new Map(allocated.map((row) => [name(row.topic, row.key), row.seq - (counts.get(name(row.topic, row.key))?.count ?? 0n)]));
  const rows = events.map((event): OutboxRow => {
    const id = name(event.contract.topic, event.key);
    const seq = (next.get(id) ?? 0n) + 1n;
    next.set(id, seq);
    const value = event.value(seq);
    const envelope = {
      id: event.id,
      source: event.source,
      type: event.contract.name,
      time: event.time,
      seq,
      ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    };
    return {
      id: event.id,
      topic: event.contract.topic,
      key: event.key,
      type: event.contract.name,
      payload: value === null ? null : event.contract.encode(value as never),
      seq,
      headers: toHeaders(envelope),
    };
  });
  await insertOutboxRows(tx, rows);
}

/** Inserts ready rows and wakes the relay. */
export async function insertOutboxRows(tx: Transaction, rows: readonly OutboxRow[]): Promise<void> {
  for (const row of rows)
    if ((row.payload?.length ?? 0) > MAX_PAYLOAD_BYTES)
      throw new RangeError(`event ${row.id} of ${row.topic} has ${row.payload?.length} bytes, at most ${MAX_PAYLOAD_BYTES}`);
  await tx.query(INSERT, [
    textArray(rows.map((row) => row.id)),
    textArray(rows.map((row) => row.topic)),
    textArray(rows.map((row) => row.key)),
    textArray(rows.map((row) => row.type)),
    byteaArray(rows.map((row) => row.payload)),
    int8Array(rows.map((row) => row.seq)),
    textArray(rows.map((row) => JSON.stringify(row.headers))),
    int2Array(rows.map((row) => shardOf(row.key))),
  ]);
  await tx.query(NOTIFY);
}

/** Shard of a key: FNV-1a over its UTF-16 units. */
export function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % OUTBOX_SHARDS;
}
