import { float8Array, int4Array, int8Array, textArray, type Database, type Queryable } from '@tributary/persistence';

/** A delivery that is due. */
export interface DueDelivery {
  readonly position: bigint;
  readonly eventId: string;
  readonly type: string;
  readonly key: string;
  readonly seq: bigint;
  readonly traceparent: string | null;
  readonly body: string;
  readonly attempts: number;
}

/** What is to be noted of an attempt. */
export interface Settlement {
  readonly position: bigint;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** Milliseconds until the next attempt; 0 when there is none. */
  readonly delayMs: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** A delivery may go out: its time has come, and no earlier one of its key waits for its own. */
const READY = `d.status = 'pending' AND d.next_attempt_at <= now() AND NOT EXISTS (
  SELECT FROM erp_bridge.delivery e WHERE e.type = d.type AND e.key = d.key AND e.seq < d.seq AND e.status = 'pending' AND e.next_attempt_at > now())`;

/** Shards with a delivery due and nobody at work on them. */
export async function dueShards(db: Queryable): Promise<number[]> {
  const rows = await db.query<{ shard: number }>({
    name: 'bridge-due-shards',
    text: `SELECT s.shard FROM erp_bridge.shard s WHERE s.leased_until < now() AND EXISTS (
  SELECT FROM erp_bridge.delivery d WHERE d.shard = s.shard AND ${READY})`,
  });
  return rows.map(({ shard }) => shard);
}

/** Whether a shard has a delivery due. */
export async function isDue(db: Queryable, shard: number): Promise<boolean> {
  const [row] = await db.query<{ due: boolean }>(
    {
      name: 'bridge-is-due',
      text: `SELECT EXISTS (SELECT FROM erp_bridge.delivery d WHERE d.shard = $1 AND ${READY}) AS due`,
    },
    [shard],
  );
  return row?.due === true;
}

/** Milliseconds until a delivery of the shard is due that is not yet; `undefined` when none waits. */
export async function nextDueMs(db: Queryable, shard: number): Promise<number | undefined> {
  const [row] = await db.query<{ wait: number | null }>(
    {
      name: 'bridge-next-due',
      text: `SELECT extract(epoch FROM min(next_attempt_at) - now())::float8 * 1000 AS wait FROM erp_bridge.delivery
WHERE shard = $1 AND status = 'pending' AND next_attempt_at > now()`,
    },
    [shard],
  );
  return row?.wait ?? undefined;
}

/** Takes, or keeps, the lease of a shard for some seconds. `false` while somebody else has it. */
export async function leaseShard(db: Queryable, shard: number, holder: string, seconds: number): Promise<boolean> {
  const rows = await db.query(
    {
      name: 'bridge-lease',
      text: `UPDATE erp_bridge.shard SET holder = $2::uuid, leased_until = now() + $3::float8 * interval '1 second'
WHERE shard = $1 AND (leased_until < now() OR holder = $2::uuid) RETURNING 1`,
    },
    [shard, holder, seconds],
  );
  return rows.length === 1;
}

/** Gives a lease back. */
export async function releaseShard(db: Queryable, shard: number, holder: string): Promise<void> {
  await db.query(
    {
      name: 'bridge-release',
      text: `UPDATE erp_bridge.shard SET holder = NULL, leased_until = '-infinity' WHERE shard = $1 AND holder = $2::uuid`,
    },
    [shard, holder],
  );
}

/** Deliveries due in a shard, oldest first; none whose key has an earlier one that waits for its next attempt. */
export function dueDeliveries(db: Queryable, shard: number, limit: number): Promise<DueDelivery[]> {
  return db.query<DueDelivery>(
    {
      name: 'bridge-due-deliveries',
      text: `SELECT position, event_id AS "eventId", type, key, seq, traceparent, body, attempts FROM erp_bridge.delivery d
WHERE d.shard = $1 AND ${READY}
ORDER BY position LIMIT $2`,
    },
    [shard, limit],
  );
}

/** Notes what attempts came to, in one statement. */
export async function settle(db: Queryable, rows: readonly Settlement[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    {
      name: 'bridge-settle',
      text: `UPDATE erp_bridge.delivery d SET status = u.status, attempts = u.attempts, last_status = u.last_status, last_error = u.last_error,
  next_attempt_at = now() + u.delay * interval '1 millisecond', delivered_at = CASE WHEN u.status = 'delivered' THEN now() END
FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::float8[], $5::integer[], $6::text[])
  AS u (position, status, attempts, delay, last_status, last_error)
WHERE d.position = u.position AND d.status = 'pending'`,
    },
    [
      int8Array(rows.map((row) => row.position)),
      textArray(rows.map((row) => row.status)),
      int4Array(rows.map((row) => row.attempts)),
      float8Array(rows.map((row) => row.delayMs)),
      int4Array(rows.map((row) => row.lastStatus)),
      textArray(rows.map((row) => row.lastError)),
    ],
  );
}

/** Deliveries put off because the ERP was away become due now that it answers. */
export async function hurryPutOff(db: Queryable): Promise<void> {
  await db.query({
    name: 'bridge-hurry',
    text: `UPDATE erp_bridge.delivery SET next_attempt_at = now()
WHERE status = 'pending' AND next_attempt_at > now() AND (last_status IS NULL OR last_status IN (429, 502, 503, 504))`,
  });
}

/** Whether an endpoint was disabled by its own 410. */
export async function isDisabled(db: Queryable, url: string): Promise<boolean> {
  const statement = { name: 'bridge-is-disabled', text: 'SELECT 1 FROM erp_bridge.endpoint WHERE url = $1 AND disabled_at IS NOT NULL' };
  return (await db.query(statement, [url])).length > 0;
}

/** Sends an endpoint nothing more. */
export async function disableEndpoint(db: Queryable, url: string, reason: string): Promise<void> {
  await db.query(
    `INSERT INTO erp_bridge.endpoint (url, disabled_at, reason) VALUES ($1, now(), $2)
ON CONFLICT (url) DO UPDATE SET disabled_at = now(), reason = excluded.reason`,
    [url, reason],
  );
}

/** Sends to an endpoint again; what waited is due at once. A person's decision. */
export async function enableEndpoint(database: Database, url: string): Promise<void> {
  await database.query('UPDATE erp_bridge.endpoint SET disabled_at = NULL WHERE url = $1', [url]);
}

/** Makes failed deliveries pending again, with all their attempts. A person's decision. @returns how many. */
export async function retryFailed(database: Database, eventIds: readonly string[] | 'all'): Promise<number> {
  const rows = await database.query(
    `UPDATE erp_bridge.delivery SET status = 'pending', attempts = 0, next_attempt_at = now()
WHERE status = 'failed' AND ($1::text[] IS NULL OR event_id = ANY($1::text[])) RETURNING 1`,
    [eventIds === 'all' ? null : textArray(eventIds)],
  );
  return rows.length;
}
