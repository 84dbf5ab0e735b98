import { int8Array, textArray, uuidArray, type Queryable, type Transaction } from '@tributary/persistence';
import { emptyStats, type Stats } from './stats.ts';
import { readStats, statsText, type StatsJson } from './stats-json.ts';

/** A profile's token when no process remembers it. */
export const NO_TOKEN = 0n;

/** Statistics of a profile as stored. */
export interface StoredStats {
  readonly profileId: string;
  readonly mergedInto: string | null;
  readonly stats: Stats;
}

/** Statistics to be locked, and the token their row is thought to have. */
export interface WantedStats {
  readonly profileId: string;
  readonly token: bigint | null;
}

interface LockedRow {
  readonly profileId: string | null;
  readonly mergedInto: string | null;
  readonly state: StatsJson | null;
  readonly agreed: number;
}

const LOCK = {
  name: 'insight-lock-stats',
  text: `WITH locked AS MATERIALIZED (SELECT profile_id, merged_into, token, state FROM insight.stats WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE),
  judged AS MATERIALIZED (SELECT l.*, l.token IS NOT DISTINCT FROM u.token AS agrees FROM locked l JOIN unnest($1::uuid[], $2::bigint[]) AS u (profile_id, token) USING (profile_id))
SELECT profile_id AS "profileId", merged_into AS "mergedInto", state, 0 AS agreed FROM judged WHERE NOT agrees
UNION ALL SELECT NULL, NULL, NULL, count(*)::int FROM judged WHERE agrees`,
};

/**
 * Locks statistics, in id order: every writer takes the locks in the same order, so none waits in a ring.
 * @returns the rows whose token is not the one that was thought, and how many have it: those need not be told.
 */
export async function lockStats(tx: Transaction, wanted: readonly WantedStats[]): Promise<{ rows: StoredStats[]; agreed: number }> {
  if (wanted.length === 0) return { rows: [], agreed: 0 };
  const sorted = [...wanted].sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
  const found = await tx.query<LockedRow>(LOCK, [uuidArray(sorted, (row) => row.profileId), int8Array(sorted, (row) => row.token)]);
  const rows: StoredStats[] = [];
  let agreed = 0;
  for (const { profileId, mergedInto, state, agreed: many } of found) {
    agreed += many;
    if (profileId !== null && state !== null) rows.push({ profileId, mergedInto, stats: readStats(state) });
  }
  return { rows, agreed };
}

const STATS_ROWS = `SELECT u.profile_id, u.merged_into, u.latest, u.state::json, $5::bigint
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS u (profile_id, merged_into, latest, state)`;
const NOTHING = statsText(emptyStats());
const statsColumns = (rows: readonly StoredStats[], token: bigint): unknown[] => [
  uuidArray(rows, (row) => row.profileId),
  uuidArray(rows, (row) => row.mergedInto),
  int8Array(rows, (row) => row.stats.latest),
  textArray(rows, (row) => (row.mergedInto === null ? statsText(row.stats) : NOTHING)),
  token,
];

/** Inserts new statistics; a profile that another transaction made meanwhile is a unique violation and the batch tries again. */
export function insertStats(tx: Transaction, rows: readonly StoredStats[], token: bigint): void {
  if (rows.length === 0) return;
  tx.send(
    { name: 'insight-insert-stats', text: `INSERT INTO insight.stats (profile_id, merged_into, latest, state, token) ${STATS_ROWS}` },
    statsColumns(rows, token),
  );
}

/** Writes changed statistics; they are locked. */
export function updateStats(tx: Transaction, rows: readonly StoredStats[], token: bigint): void {
  if (rows.length === 0) return;
  tx.send(
    {
      name: 'insight-update-stats',
      text: `UPDATE insight.stats s SET merged_into = u.merged_into, latest = u.latest, state = u.state, token = u.token FROM (${STATS_ROWS}) AS u (profile_id, merged_into, latest, state, token) WHERE s.profile_id = u.profile_id`,
    },
    statsColumns(rows, token),
  );
}

/** Whoever writes members or scores outside of the stage says so: no process goes on with what it remembers of these profiles. They are locked. */
export function disownStats(tx: Transaction, profiles: readonly string[]): void {
  if (profiles.length === 0) return;
  tx.send(`UPDATE insight.stats SET token = ${NO_TOKEN} WHERE profile_id = ANY($1::uuid[]) AND token <> ${NO_TOKEN}`, [
    uuidArray(profiles),
  ]);
}

/** One page of unmerged profiles after an id. */
export async function statsPage(db: Queryable, after: string | null, limit: number): Promise<StoredStats[]> {
  const rows = await db.query<{ profileId: string; state: StatsJson }>(
    `SELECT profile_id AS "profileId", state FROM insight.stats WHERE merged_into IS NULL AND ($1::uuid IS NULL OR profile_id > $1) ORDER BY profile_id LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => ({ profileId: row.profileId, mergedInto: null, stats: readStats(row.state) }));
}

/** Latest event time over all statistics, microseconds; 0 when there is none. */
export async function latestEvent(db: Queryable): Promise<number> {
  const [row] = await db.query<{ latest: bigint | null }>('SELECT max(latest) AS latest FROM insight.stats');
  return Number(row?.latest ?? 0n);
}
