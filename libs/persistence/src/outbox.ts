import { toHeaders } from '@tributary/contracts';
import { byteaArray, int2Array, int4Array, int8Array, textArray } from './binary-array.ts';
import type { Transaction } from './database.ts';
import type { OutboxEvent } from './stage.ts';

/** Shards of the outbox: one batch of a shard is in flight at a time. */
export const OUTBOX_SHARDS = 4;
/** Channel on which writers wake the relay. */
export const OUTBOX_CHANNEL = 'tributary_outbox';
/** Largest payload that is written: under the broker's limit with room for headers, so that no row can block its key. */
export const MAX_PAYLOAD_BYTES = 1_900_000;
/** A row's sequence is its batch's number times this, plus its place in the batch. */
const PLACES = 1 << 20;

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
ON CONFLICT (topic, key) DO UPDATE SET seq = k.seq + excluded.seq RETURNING seq`,
};
// One statement: the number of the batch, its rows, what the relay has to do, and the wake at commit. The number is drawn after the key
// numbers were taken under their row locks, so that for a key a later transaction has a greater one.
const INSERT = {
  name: 'outbox-insert',
  text: `WITH batch AS MATERIALIZED (SELECT nextval('hub.outbox_batch') * ${PLACES} AS base),
pending AS (INSERT INTO hub.outbox_pending (first, rows, shard) SELECT base + u.place, u.rows, u.shard FROM batch, unnest($8::int[], $9::int[], $10::smallint[]) AS u (place, rows, shard)),
wake AS MATERIALIZED (SELECT pg_notify('${OUTBOX_CHANNEL}', ''))
INSERT INTO hub.outbox (sequence, id, aggregatetype, aggregateid, type, payload, seq, headers)
SELECT base + u.n - 1, u.id, u.topic, u.key, u.type, u.payload, u.seq, u.headers::json
FROM wake, batch, unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[], $7::text[])
  WITH ORDINALITY AS u (id, topic, key, type, payload, seq, headers, n)`,
};

/**
 * Appends events to the outbox inside the caller's transaction: takes the next sequence numbers of their keys (in sorted key order under
 * row locks, so that number and commit order agree for a key), encodes them by their contract and wakes the relay at commit.
 * Throws `RangeError` when an encoded event exceeds {@link MAX_PAYLOAD_BYTES}.
 */
export async function appendOutbox(tx: Transaction, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  insertOutboxRows(tx, await numberedRows(tx, events));
}

/** Gives events the next numbers of their keys and encodes them. */
async function numberedRows(tx: Transaction, events: readonly OutboxEvent[]): Promise<OutboxRow[]> {
  const counters = new Map<string, { readonly topic: string; readonly key: string; count: number; seq: bigint }>();
  const counterOf = events.map((event) => {
    const { topic } = event.contract;
    const name = `${topic}\n${event.key}`;
    let counter = counters.get(name);
    if (counter === undefined) counters.set(name, (counter = { topic, key: event.key, count: 0, seq: 0n }));
    counter.count += 1;
    return counter;
  });
  const sorted = [...counters].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, counter]) => counter);
  // RETURNING keeps the order of the rows that were given.
  const allocated = await tx.query<{ seq: bigint }>(ALLOCATE, [
    textArray(sorted.map((counter) => counter.topic)),
    textArray(sorted.map((counter) => counter.key)),
    int8Array(sorted.map((counter) => counter.count)),
  ]);
  sorted.forEach((counter, index) => (counter.seq = (allocated[index]?.seq ?? 0n) - BigInt(counter.count)));
  return events.map((event, index): OutboxRow => {
    const counter = counterOf[index] as { seq: bigint };
    const seq = (counter.seq += 1n);
    const { contract } = event;
    const value = event.value(seq);
    const traceparent = event.traceparent === undefined ? {} : { traceparent: event.traceparent };
    return {
      id: event.id,
      topic: contract.topic,
      key: event.key,
      type: contract.name,
      payload: value === null ? null : contract.encode(value as never),
      seq,
      headers: toHeaders({ id: event.id, source: event.source, type: contract.name, time: event.time, seq, ...traceparent }),
    };
  });
}

/** Inserts ready rows and wakes the relay. A shard's rows lie side by side, in the order given. */
export function insertOutboxRows(tx: Transaction, rows: readonly OutboxRow[]): void {
  for (const row of rows)
    if ((row.payload?.length ?? 0) > MAX_PAYLOAD_BYTES)
      throw new RangeError(`event ${row.id} of ${row.topic} has ${row.payload?.length} bytes, at most ${MAX_PAYLOAD_BYTES}`);
  if (rows.length > PLACES) throw new RangeError(`${rows.length} events in one transaction, at most ${PLACES}`);
  const shards: OutboxRow[][] = Array.from({ length: OUTBOX_SHARDS }, () => []);
  for (const row of rows) shards[shardOf(row.key)]?.push(row);
  const placed = shards.flat();
  const filled = shards.flatMap((own, shard) => (own.length === 0 ? [] : [{ shard, rows: own.length }]));
  let place = 0;
  const places = filled.map((own) => (place += own.rows) - own.rows);
  tx.send(INSERT, [
    textArray(placed.map((row) => row.id)),
    textArray(placed.map((row) => row.topic)),
    textArray(placed.map((row) => row.key)),
    textArray(placed.map((row) => row.type)),
    byteaArray(placed.map((row) => row.payload)),
    int8Array(placed.map((row) => row.seq)),
    textArray(placed.map((row) => JSON.stringify(row.headers))),
    int4Array(places),
    int4Array(filled.map((own) => own.rows)),
    int2Array(filled.map((own) => own.shard)),
  ]);
}

/** Shard of a key: FNV-1a over its UTF-16 units. */
export function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % OUTBOX_SHARDS;
}
