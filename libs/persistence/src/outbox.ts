import { byteaArray, int2Array, int4Array, int8Array, textArray } from './binary-array.ts';
import type { Transaction } from './database.ts';
import type { OutboxRow } from './outbox-row.ts';
import type { OutboxEvent } from './stage.ts';

/** Shards of the outbox: one batch of a shard is in flight at a time. */
export const OUTBOX_SHARDS = 4;
/** Channel on which writers wake the relay. */
export const OUTBOX_CHANNEL = 'tributary_outbox';
/** Largest payload that is written: under the broker's limit with room for headers, so that no row can block its key. */
export const MAX_PAYLOAD_BYTES = 1_900_000;
/** A row's sequence is its batch's number times this, plus its place in the batch. */
const PLACES = 1 << 20;

const ALLOCATE = {
  name: 'outbox-allocate',
  text: `INSERT INTO hub.outbox_key AS k (topic, key, seq) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
ON CONFLICT (topic, key) DO UPDATE SET seq = k.seq + excluded.seq RETURNING seq`,
};
// One statement: the number of the batch, its rows, what the relay has to do, and the wake at commit. The number is drawn after the key
// numbers were taken under their row locks, so that for a key a later transaction has a greater one. Topic, type and source are the same in
// nearly all rows: they are sent once for each kind of row. An array that is shorter than the others is null in what it lacks.
const INSERT = {
  name: 'outbox-insert',
  text: `WITH batch AS MATERIALIZED (SELECT nextval('hub.outbox_batch') * ${PLACES} AS base),
pending AS (INSERT INTO hub.outbox_pending (first, rows, shard, token) SELECT base + u.place, u.rows, u.shard, u.token
  FROM batch, unnest($12::int[], $13::int[], $14::smallint[], $15::bigint[]) AS u (place, rows, shard, token)),
wake AS MATERIALIZED (SELECT pg_notify('${OUTBOX_CHANNEL}', ''))
INSERT INTO hub.outbox (sequence, id, aggregatetype, aggregateid, type, payload, seq, source, event_time, traceparent, headers)
SELECT base + u.n - 1, u.id, ($9::text[])[u.kind], u.key, ($10::text[])[u.kind], u.payload, u.seq, ($11::text[])[u.kind], u.time, u.traceparent, u.headers::json
FROM wake, batch, unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[], $5::text[], $6::int[], $7::text[], $8::text[])
  WITH ORDINALITY AS u (id, key, payload, seq, time, kind, traceparent, headers, n)`,
};

/**
 * Appends events to the outbox inside the caller's transaction: takes the next sequence numbers of their keys (in sorted key order under
 * row locks, so that number and commit order agree for a key), encodes them by their contract and wakes the relay at commit.
 * Throws `RangeError` when an encoded event exceeds {@link MAX_PAYLOAD_BYTES}.
 */
export async function appendOutbox(tx: Transaction, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  insertReady(tx, await numberedRows(tx, events));
}

interface Counter {
  readonly topic: string;
  readonly key: string;
  count: number;
  seq: bigint;
}

/** Gives events the next numbers of their keys, where they have none, and encodes them. */
async function numberedRows(tx: Transaction, events: readonly OutboxEvent[]): Promise<ReadyRow[]> {
  const next = await takeNumbers(
    tx,
    events.filter((event) => event.seq === undefined),
  );
  return events.map((event): ReadyRow => {
    const { contract, key } = event;
    const seq = event.seq ?? next(event);
    const value = event.value(seq);
    return {
      id: event.id,
      topic: contract.topic,
      key,
      type: contract.name,
      payload: value === null ? null : contract.encode(value as never),
      seq,
      source: event.source,
      time: event.time,
      traceparent: event.traceparent ?? null,
      headers: null,
      shard: shardOf(key),
    };
  });
}

/** Takes as many numbers as there are events; what it returns gives each its own, asked once and in their order. */
async function takeNumbers(tx: Transaction, events: readonly OutboxEvent[]): Promise<(event: OutboxEvent) => bigint> {
  const topics = new Map<string, Map<string, Counter>>();
  const counters: Counter[] = [];
  for (const {
    contract: { topic },
    key,
  } of events) {
    let keys = topics.get(topic);
    if (keys === undefined) topics.set(topic, (keys = new Map()));
    let counter = keys.get(key);
    if (counter === undefined) {
      keys.set(key, (counter = { topic, key, count: 0, seq: 0n }));
      counters.push(counter);
    }
    counter.count += 1;
  }
  if (counters.length > 0) await allocate(tx, counters);
  return ({ contract: { topic }, key }) => {
    const counter = topics.get(topic)?.get(key);
    if (counter === undefined) throw new Error(`no number was taken for ${topic} ${key}`);
    return (counter.seq += 1n);
  };
}

async function allocate(tx: Transaction, counters: Counter[]): Promise<void> {
  counters.sort((left, right) => (left.topic < right.topic ? -1 : left.topic > right.topic ? 1 : left.key < right.key ? -1 : 1));
  // RETURNING keeps the order of the rows that were given.
  const allocated = await tx.query<{ seq: bigint }>(ALLOCATE, [
    textArray(counters, (counter) => counter.topic),
    textArray(counters, (counter) => counter.key),
    int8Array(counters, (counter) => counter.count),
  ]);
  counters.forEach((counter, index) => (counter.seq = (allocated[index]?.seq ?? 0n) - BigInt(counter.count)));
}

/** A row and where it goes. */
interface ReadyRow extends OutboxRow {
  readonly shard: number;
}

/** Inserts ready rows and wakes the relay. A shard's rows lie side by side, in the order given. */
export function insertOutboxRows(tx: Transaction, rows: readonly OutboxRow[]): void {
  insertReady(
    tx,
    rows.map((row): ReadyRow => ({ ...row, shard: shardOf(row.key) })),
  );
}

function insertReady(tx: Transaction, rows: readonly ReadyRow[]): void {
  for (const row of rows)
    if ((row.payload?.length ?? 0) > MAX_PAYLOAD_BYTES)
      throw new RangeError(`event ${row.id} of ${row.topic} has ${row.payload?.length} bytes, at most ${MAX_PAYLOAD_BYTES}`);
  if (rows.length > PLACES) throw new RangeError(`${rows.length} events in one transaction, at most ${PLACES}`);
  const shards: ReadyRow[][] = Array.from({ length: OUTBOX_SHARDS }, () => []);
  for (const row of rows) shards[row.shard]?.push(row);
  const placed = shards.flat();
  const filled = shards.flatMap((own, shard) => (own.length === 0 ? [] : [{ shard, rows: own.length }]));
  let place = 0;
  const places = filled.map((own) => (place += own.rows) - own.rows);
  const tokens = filled.map(({ shard }) => tx.written?.keep(shard, shards[shard] ?? []) ?? null);
  const kinds: ReadyRow[] = [];
  tx.send(INSERT, [
    textArray(placed, (row) => row.id),
    textArray(placed, (row) => row.key),
    byteaArray(placed, (row) => row.payload),
    int8Array(placed, (row) => row.seq),
    textArray(placed, (row) => row.time),
    int4Array(placed, (row) => kindOf(row, kinds)),
    textArray(withAny(placed, 'traceparent'), (row) => row.traceparent),
    textArray(withAny(placed, 'headers'), (row) => (row.headers === null ? null : JSON.stringify(row.headers))),
    textArray(kinds, (row) => row.topic),
    textArray(kinds, (row) => row.type),
    textArray(kinds, (row) => row.source),
    int4Array(places),
    int4Array(filled, (own) => own.rows),
    int2Array(filled, (own) => own.shard),
    int8Array(tokens),
  ]);
}

/** Number of a row's kind, from 1 on; a new one is added. `kinds` has the first row of each: two, mostly. */
function kindOf(row: ReadyRow, kinds: ReadyRow[]): number {
  const { topic, type, source } = row;
  for (let index = 0; index < kinds.length; index += 1) {
    const known = kinds[index] as ReadyRow;
    if (known.topic === topic && known.type === type && known.source === source) return index + 1;
  }
  return kinds.push(row);
}

/** The rows, or none when the column is null in all of them. */
const withAny = (rows: readonly ReadyRow[], column: 'traceparent' | 'headers'): readonly ReadyRow[] =>
  rows.some((row) => row[column] !== null) ? rows : [];

/** Shard of a key: FNV-1a over its UTF-16 units. */
export function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % OUTBOX_SHARDS;
}
