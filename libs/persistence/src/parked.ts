import { int4Array, int8Array, byteaArray, textArray, uuidArray } from './binary-array.ts';
import type { Transaction } from './database.ts';
import { HaltError } from './failure.ts';
import { keyHash, orderName, type OrderedRecord } from './key-order.ts';
import { sampledKeys } from './key-sample.ts';
import { visibleText } from './quarantine.ts';
import { packHeaders } from './raw-headers.ts';
import type { ReadRecord } from './read-record.ts';
import { schemaIdOf } from './read-record.ts';
import type { RawRecord } from './stage.ts';

/** How much may wait before a partition halts: beyond this it is an outage, no bad record. */
export interface ParkingLimits {
  /** Most records that wait behind one key. */
  readonly parkedPerKey: number;
  /** Largest share of a topic's keys that may be blocked. */
  readonly blockedShare: number;
  /** Blocked keys below which the share is not judged. */
  readonly blockedKeys: number;
}

export const PARKING_LIMITS: ParkingLimits = { parkedPerKey: 10_000, blockedShare: 0.05, blockedKeys: 100 };

/** A record that waits, as it was read. */
export type ParkedSlot = OrderedRecord & { readonly read: ReadRecord };

const HELD = {
  name: 'blocked-held',
  text: `SELECT topic, record_key AS key FROM hub.blocked_key b JOIN unnest($2::text[], $3::uuid[]) AS u (topic, key_hash) USING (topic, key_hash)
WHERE b.consumer_group = $1 ORDER BY topic, key_hash FOR UPDATE OF b`,
};
const BLOCK = `INSERT INTO hub.blocked_key (consumer_group, topic, key_hash, record_key)
SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::bytea[]) ORDER BY 2, 3 ON CONFLICT DO NOTHING`;
const PARK = `INSERT INTO hub.parked (consumer_group, topic, partition, record_offset, key_hash, record_key, record_headers, record_timestamp, value,
  source, event_id, contract, schema_id)
SELECT $1, topic, partition, record_offset, key_hash, record_key, headers, record_timestamp, value, source, event_id, contract, schema_id
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::uuid[], $6::bytea[], $7::bytea[], $8::bigint[], $9::bytea[], $10::text[], $11::text[], $12::text[], $13::int[])
  WITH ORDINALITY AS u (topic, partition, record_offset, key_hash, record_key, headers, record_timestamp, value, source, event_id, contract, schema_id, n)
ORDER BY n`;
const COUNT = `UPDATE hub.blocked_key b SET parked = b.parked + u.parked FROM unnest($2::text[], $3::uuid[], $4::int[]) AS u (topic, key_hash, parked)
WHERE b.consumer_group = $1 AND b.topic = u.topic AND b.key_hash = u.key_hash RETURNING b.topic, b.key_hash AS hash, b.parked`;

/**
 * Which keys of the records are blocked, each under a row lock: a release of that key and this transaction wait for each other. Takes the
 * locks in the order of topic and key.
 * @returns names as `orderName` gives them.
 */
export async function lockBlockedKeys(tx: Transaction, group: string, records: readonly RawRecord[]): Promise<string[]> {
  const asked = new Map<string, { topic: string; hash: string }>();
  for (const record of records) {
    const name = orderName(record);
    if (name !== undefined && record.key !== null && !asked.has(name)) asked.set(name, { topic: record.topic, hash: keyHash(record.key) });
  }
  const rows = await tx.query<{ topic: string; key: Buffer }>(HELD, [
    group,
    textArray([...asked.values()].map(({ topic }) => topic)),
    uuidArray([...asked.values()].map(({ hash }) => hash)),
  ]);
  return rows.flatMap((row) => orderName(row) ?? []);
}

/** Blocks the keys of failed records. Throws {@link HaltError} when too large a share of a topic's keys is blocked then. */
export async function blockKeys(tx: Transaction, group: string, failed: readonly RawRecord[], limits: ParkingLimits): Promise<void> {
  if (failed.length === 0) return;
  const keys = failed.map((record) => record.key ?? Buffer.alloc(0));
  await tx.query(BLOCK, [group, textArray(failed.map((record) => record.topic)), uuidArray(keys.map(keyHash)), byteaArray(keys)]);
  for (const { topic, partition } of new Map(failed.map((record) => [record.topic, record])).values()) {
    const [row] = await tx.query<{ blocked: number }>(
      'SELECT count(*)::int AS blocked FROM hub.blocked_key WHERE consumer_group = $1 AND topic = $2',
      [group, topic],
    );
    const blocked = row?.blocked ?? 0;
    if (blocked < limits.blockedKeys) continue;
    const enough = Math.ceil(blocked / limits.blockedShare);
    const keysKnown = Math.max(blocked, await countKeys(tx, group, topic, enough));
    if (keysKnown < enough)
      throw new HaltError(
        topic,
        partition,
        `${blocked} of about ${keysKnown} keys of ${group} are blocked behind failed records, more than ${limits.blockedShare * 100} %: an outage, no bad record. Mend the cause, redrive (tributary quarantine redrive), start again; where the records are bad in truth, start with a larger TRIBUTARY_PARKING_SHARE, so that they are set aside`,
      );
  }
}

/**
 * Keys of a topic, as far as they matter (counting ends at `enough`). The hub's own outbox knows every key it ever wrote; the sample knows
 * those of all records that came since it is taken; before, a key seldom had more than a hundred records.
 */
async function countKeys(tx: Transaction, group: string, topic: string, enough: number): Promise<number> {
  const [row] = await tx.query<{ keys: number }>(
    `SELECT greatest((SELECT count(*) FROM (SELECT FROM hub.outbox_number WHERE topic = $2 LIMIT $3) k),
  (SELECT sum(next_offset - first_offset - gaps) / 100 FROM hub.consumer_offset WHERE consumer_group = $1 AND topic = $2))::int AS keys`,
    [group, topic, enough],
  );
  const keys = row?.keys ?? 0;
  return keys >= enough ? keys : Math.max(keys, await sampledKeys(tx, topic));
}

/** Keeps records that wait, raw, in their order. Throws {@link HaltError} when more wait behind one key than may. */
export async function parkRecords(tx: Transaction, group: string, slots: readonly ParkedSlot[], limits: ParkingLimits): Promise<void> {
  if (slots.length === 0) return;
  const records = slots.map((slot) => slot.record);
  const keys = records.map((record) => record.key ?? Buffer.alloc(0));
  const hashes = keys.map(keyHash);
  const envelopes = slots.map(({ read }) => (read.ok ? read.event.envelope : read.envelope));
  const text = (value: string | undefined): string | null => (value === undefined ? null : visibleText(value));
  await tx.query(PARK, [
    group,
    textArray(records.map((record) => record.topic)),
    int4Array(records.map((record) => record.partition)),
    int8Array(records.map((record) => record.offset)),
    uuidArray(hashes),
    byteaArray(keys),
    byteaArray(records.map((record) => packHeaders(record.headers))),
    int8Array(records.map((record) => BigInt(Math.trunc(record.timestamp)))),
    byteaArray(records.map((record) => record.value)),
    textArray(envelopes.map((envelope) => text(envelope?.source))),
    textArray(envelopes.map((envelope) => text(envelope?.id))),
    textArray(slots.map((slot) => slot.contract?.name ?? null)),
    int4Array(records.map((record) => schemaIdOf(record))),
  ]);
  await countParked(tx, group, records, 1, limits);
}

/** Counts records in (`sign` 1) or out (-1) of what waits behind their keys. */
export async function countParked(
  tx: Transaction,
  group: string,
  records: readonly Pick<RawRecord, 'topic' | 'partition' | 'key'>[],
  sign: 1 | -1,
  limits: ParkingLimits,
): Promise<void> {
  const counts = new Map<string, { topic: string; hash: string; parked: number; partition: number }>();
  for (const { topic, partition, key } of records) {
    const hash = keyHash(key ?? Buffer.alloc(0));
    const entry = counts.get(`${topic}\n${hash}`) ?? { topic, hash, parked: 0, partition };
    counts.set(`${topic}\n${hash}`, { ...entry, parked: entry.parked + sign });
  }
  const rows = [...counts.values()];
  const waiting = await tx.query<{ topic: string; hash: string; parked: number }>(COUNT, [
    group,
    textArray(rows.map((row) => row.topic)),
    uuidArray(rows.map((row) => row.hash)),
    int4Array(rows.map((row) => row.parked)),
  ]);
  const full = sign === 1 ? waiting.find((row) => row.parked > limits.parkedPerKey) : undefined;
  if (full !== undefined)
    throw new HaltError(
      full.topic,
      counts.get(`${full.topic}\n${full.hash}`)?.partition ?? 0,
      `more than ${limits.parkedPerKey} records wait behind one key of ${group}. See tributary parked list; redrive or discard what failed, start again`,
    );
}
