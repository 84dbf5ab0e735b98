import { int2Array, int8Array, textArray } from './binary-array.ts';
import type { Database, Queryable } from './database.ts';
import type { OutboxMemory } from './outbox-memory.ts';
import type { OutboxRow } from './outbox-row.ts';
import { OUTBOX_CHANNEL, shardOf } from './outbox.ts';

/** A row to be published. */
export interface PendingRow extends OutboxRow {
  readonly sequence: bigint;
  /** Day of its partition. */
  readonly day: string;
  readonly payload: Buffer | null;
  /** Behind a row of its key that the broker refused: it is not to be published now. */
  readonly held: boolean;
}

/** Part of a batch that was written in one transaction: what is marked as published at once. */
export interface PendingPart {
  readonly first: bigint;
  readonly rows: number;
  readonly day: string;
  /** Under which its writer may remember the rows; see `OutboxMemory`. */
  readonly token: bigint | null;
}

const PARTS = {
  name: 'outbox-parts',
  text: `SELECT first, rows, created_on::text AS day, token, EXISTS (SELECT FROM hub.outbox_held) AS held FROM hub.outbox_pending
WHERE shard = ANY($1::smallint[]) ORDER BY first LIMIT $2`,
};
// One range of the primary key for each part; the held keys are few or none.
const ROWS = {
  name: 'outbox-rows',
  text: `SELECT o.sequence, p.day::text AS day, o.id, o.aggregatetype AS topic, o.aggregateid AS key, o.type, o.payload, o.seq, o.source, o.event_time AS time, o.traceparent,
  o.headers, h.key IS NOT NULL AS held
FROM unnest($1::bigint[], $2::bigint[], $3::date[]) AS p (first, behind, day)
CROSS JOIN LATERAL (SELECT * FROM hub.outbox r WHERE r.created_on = p.day AND r.sequence >= p.first AND r.sequence < p.behind ORDER BY r.sequence OFFSET 0) o
LEFT JOIN LATERAL (SELECT key FROM hub.outbox_held w WHERE w.topic = o.aggregatetype AND w.key = o.aggregateid AND w.sequence < o.sequence LIMIT 1) h ON true
ORDER BY o.sequence`,
};
const PUBLISHED = { name: 'outbox-published', text: 'DELETE FROM hub.outbox_pending WHERE first = ANY($1::bigint[])' };
const LEASE = {
  name: 'outbox-lease',
  text: `INSERT INTO hub.outbox_lease AS l (shard, owner, expires_at) SELECT u.shard, $1, now() + $2 * interval '1 millisecond' FROM unnest($3::smallint[]) AS u (shard) ORDER BY 1
ON CONFLICT (shard) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at WHERE l.owner = excluded.owner OR l.expires_at < now() RETURNING shard`,
};
const RELEASE = { name: 'outbox-release', text: 'DELETE FROM hub.outbox_lease WHERE owner = $1 AND shard = ANY($2::smallint[])' };
// Held rows are few: whoever holds or frees some has the table to himself, so that no row is held behind one that was freed meanwhile.
const LOCK_HELD = 'LOCK TABLE hub.outbox_held IN SHARE ROW EXCLUSIVE MODE';
const HELD_ROWS = `unnest($1::bigint[], $2::date[], $3::smallint[], $4::text[], $5::text[], $6::text[]) AS u (sequence, created_on, shard, topic, key, reason)`;
const HOLD = `INSERT INTO hub.outbox_held (sequence, created_on, shard, topic, key, reason) SELECT * FROM ${HELD_ROWS}
WHERE reason IS NOT NULL OR EXISTS (SELECT FROM hub.outbox_held h WHERE h.topic = u.topic AND h.key = u.key)
OR EXISTS (SELECT FROM unnest($4::text[], $5::text[], $6::text[]) AS v (topic, key, reason) WHERE v.reason IS NOT NULL AND v.topic = u.topic AND v.key = u.key)`;
const AGAIN = `INSERT INTO hub.outbox_pending (first, rows, shard, created_on) SELECT u.sequence, 1, u.shard, u.created_on FROM ${HELD_ROWS}
WHERE NOT EXISTS (SELECT FROM hub.outbox_held h WHERE h.sequence = u.sequence)`;

/**
 * Takes or renews the right to publish shards, which ends by itself after `milliseconds` of the database's clock. A shard that another
 * owner holds is left to it.
 * @returns the shards that are this owner's now.
 */
export async function leaseShards(db: Queryable, owner: string, shards: readonly number[], milliseconds: number): Promise<number[]> {
  const rows = await db.query<{ shard: number }>(LEASE, [owner, milliseconds, int2Array(shards)]);
  return rows.map((row) => row.shard);
}

/** Gives shards back before their time. */
export async function returnShards(db: Queryable, owner: string, shards: readonly number[]): Promise<void> {
  await db.query(RELEASE, [owner, int2Array(shards)]);
}

/**
 * The oldest unpublished parts of shards and their rows, in order. Selected by what is unpublished, never by a cursor: batch numbers are
 * drawn before commit, so a cursor would pass a batch that commits late.
 * @param rows about how many rows; a part is never cut.
 * @param written what this process wrote lately: it is not read again, as long as no key is held.
 * Throws when rows that are to be published are not there.
 */
export async function pendingRows(
  db: Queryable,
  shards: readonly number[],
  rows: number,
  written?: OutboxMemory,
): Promise<{ readonly parts: PendingPart[]; readonly rows: PendingRow[] }> {
  const parts: PendingPart[] = [];
  let expected = 0;
  let held = false;
  for (const part of await db.query<PendingPart & { held: boolean }>(PARTS, [int2Array(shards), rows])) {
    if (expected > 0 && expected + part.rows > rows) break;
    parts.push(part);
    expected += part.rows;
    held = part.held;
  }
  if (parts.length === 0) return { parts, rows: [] };
  const known = parts.map((part) => (held ? undefined : written?.rowsOf(part.token)));
  const read = await readRows(
    db,
    parts.filter((_part, index) => known[index] === undefined),
  );
  let at = 0;
  const found = parts.flatMap((part, index) => {
    const mine = known[index];
    if (mine !== undefined) return mine.map((row, place) => asPending(row, part, place));
    at += part.rows;
    return read.slice(at - part.rows, at);
  });
  return { parts, rows: found };
}

async function readRows(db: Queryable, parts: readonly PendingPart[]): Promise<PendingRow[]> {
  if (parts.length === 0) return [];
  const found = await db.query<PendingRow>(ROWS, [
    int8Array(parts.map((part) => part.first)),
    int8Array(parts.map((part) => part.first + BigInt(part.rows))),
    parts.map((part) => part.day),
  ]);
  const expected = parts.reduce((sum, part) => sum + part.rows, 0);
  if (found.length !== expected) throw new Error(`${expected} outbox rows are to be published and ${found.length} are there`);
  return found;
}

const asPending = (row: OutboxRow, { first, day }: PendingPart, place: number): PendingRow => ({
  sequence: first + BigInt(place),
  day,
  id: row.id,
  topic: row.topic,
  key: row.key,
  type: row.type,
  payload: row.payload === null ? null : Buffer.from(row.payload.buffer, row.payload.byteOffset, row.payload.byteLength),
  seq: row.seq,
  source: row.source,
  time: row.time,
  traceparent: row.traceparent,
  headers: row.headers,
  held: false,
});

/**
 * Marks parts as published; what of them is held back is noted with them, in one transaction. A row that waited behind one that was freed
 * meanwhile is to be published again.
 */
export async function markPublished(database: Database, parts: readonly PendingPart[], held: readonly HeldRow[]): Promise<void> {
  const firsts = [int8Array(parts.map((part) => part.first))];
  if (held.length === 0) {
    await database.query(PUBLISHED, firsts);
    return;
  }
  const rows = [
    int8Array(held.map(({ row }) => row.sequence)),
    held.map(({ row }) => row.day),
    int2Array(held.map(({ row }) => shardOf(row.key))),
    textArray(held.map(({ row }) => row.topic)),
    textArray(held.map(({ row }) => row.key)),
    textArray(held.map(({ reason }) => reason)),
  ];
  await database.transaction(async (tx) => {
    await tx.query(LOCK_HELD);
    await tx.query(PUBLISHED, firsts);
    await tx.query(HOLD, rows);
    await tx.query(AGAIN, rows);
  });
}

/** A row that waits for a person, and why; without a reason it waits behind an earlier row of its key. */
export interface HeldRow {
  readonly row: PendingRow;
  readonly reason: string | null;
}

/**
 * Lets the rows of a key that the broker had refused be published again, in their order, before anything written later for that key.
 * @returns how many rows that are.
 */
export async function freeHeldKey(database: Database, topic: string, key: string): Promise<number> {
  return database.transaction(async (tx) => {
    await tx.query(LOCK_HELD);
    const [row] = await tx.query<{ freed: number }>(
      `WITH freed AS (DELETE FROM hub.outbox_held WHERE topic = $1 AND key = $2 RETURNING sequence, shard, created_on),
again AS (INSERT INTO hub.outbox_pending (first, rows, shard, created_on) SELECT sequence, 1, shard, created_on FROM freed RETURNING 1)
SELECT count(*)::int AS freed FROM again`,
      [topic, key],
    );
    await tx.query(`SELECT pg_notify('${OUTBOX_CHANNEL}', '')`);
    return row?.freed ?? 0;
  });
}
