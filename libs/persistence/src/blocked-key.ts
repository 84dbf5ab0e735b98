import type { Transaction } from './database.ts';
import { unpackHeaders } from './raw-headers.ts';
import type { RawRecord } from './stage.ts';

/** What is redriven or discarded together: failed records of one topic and key, and what waits behind them. */
export interface KeyUnit {
  readonly topic: string;
  /** `null` for a record without a key, which stands for itself. */
  readonly keyHash: string | null;
  /** Quarantine rows, in any order. */
  readonly ids: readonly bigint[];
}

/** A record that waits, with its row. */
export interface Waiting {
  readonly parkedId: bigint;
  readonly record: RawRecord;
}

/** Records that wait, applied in one transaction. */
export const CHUNK = 1_000;

/** Partitions that hold failed or waiting records of a key. */
export async function partitionsOf(tx: Transaction, group: string, unit: KeyUnit): Promise<{ topic: string; partition: number }[]> {
  return tx.query(
    `SELECT topic, partition FROM hub.quarantine WHERE id = ANY ($1) AND topic IS NOT NULL
UNION SELECT topic, partition FROM hub.parked WHERE consumer_group = $2 AND topic = $3 AND key_hash = $4`,
    [unit.ids.map(String), group, unit.topic, unit.keyHash],
  );
}

/** Locks the row of a blocked key; `false` when it is free. */
export async function lockBlockedKey(tx: Transaction, group: string, unit: KeyUnit): Promise<boolean> {
  const rows = await tx.query('SELECT FROM hub.blocked_key WHERE consumer_group = $1 AND topic = $2 AND key_hash = $3 FOR UPDATE', [
    group,
    unit.topic,
    unit.keyHash,
  ]);
  return rows.length > 0;
}

/** Failed records that hold a key, in the order in which they came. */
export async function openBlockers(tx: Transaction, group: string, unit: KeyUnit): Promise<bigint[]> {
  const rows = await tx.query<{ id: bigint }>(
    `SELECT id FROM hub.quarantine WHERE consumer_group = $1 AND topic = $2 AND key_hash = $3 AND blocks AND status = 'open' ORDER BY id`,
    [group, unit.topic, unit.keyHash],
  );
  return rows.map((row) => row.id);
}

/** What waits behind a key, in order, as much as one transaction takes. */
export async function nextParked(tx: Transaction, group: string, unit: KeyUnit): Promise<Waiting[]> {
  const rows = await tx.query<{
    id: bigint;
    topic: string;
    partition: number;
    offset: bigint;
    key: Buffer;
    headers: Buffer;
    timestamp: bigint;
    value: Buffer | null;
  }>(
    `SELECT id, topic, partition, record_offset AS "offset", record_key AS key, record_headers AS headers, record_timestamp AS timestamp, value
FROM hub.parked WHERE consumer_group = $1 AND topic = $2 AND key_hash = $3 ORDER BY id LIMIT ${CHUNK}`,
    [group, unit.topic, unit.keyHash],
  );
  return rows.map(({ id, headers, timestamp, ...record }) => ({
    parkedId: id,
    record: { ...record, headers: unpackHeaders(headers), timestamp: Number(timestamp) },
  }));
}

/** Frees the key when nothing failed is left in it and nothing waits. */
export async function freeKey(
  tx: Transaction,
  group: string,
  unit: KeyUnit,
  blocked: boolean,
): Promise<{ waiting: number; more: boolean }> {
  if (!blocked) return { waiting: 0, more: false };
  const key = [group, unit.topic, unit.keyHash];
  const [row] = await tx.query<{ parked: number }>(
    'SELECT parked FROM hub.blocked_key WHERE consumer_group = $1 AND topic = $2 AND key_hash = $3',
    key,
  );
  const waiting = row?.parked ?? 0;
  if ((await openBlockers(tx, group, unit)).length > 0) return { waiting, more: false };
  if (waiting > 0) return { waiting, more: true };
  await tx.query('DELETE FROM hub.blocked_key WHERE consumer_group = $1 AND topic = $2 AND key_hash = $3', key);
  return { waiting: 0, more: false };
}
