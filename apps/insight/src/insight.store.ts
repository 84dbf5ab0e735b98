import type { SegmentFact } from '@tributary/contracts';
import type { BgNbdParams, GammaGammaParams, RfmCutPoints } from '@tributary/lifetime';
import {
  float8Array,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  uuidArray,
  type Queryable,
  type Transaction,
} from '@tributary/persistence';
import type { Membership } from './segment-changes.ts';
import { emptyStats, type Stats } from './stats.ts';
import { fromStatsJson, toStatsJson, type StatsJson } from './stats-json.ts';

/** Statistics of a profile as stored. */
export interface StoredStats {
  readonly profileId: string;
  readonly mergedInto: string | null;
  readonly stats: Stats;
}

/** Loads statistics under lock, in id order. */
export async function lockStats(tx: Transaction, profiles: readonly string[]): Promise<StoredStats[]> {
  if (profiles.length === 0) return [];
  const rows = await tx.query<{ profileId: string; mergedInto: string | null; state: StatsJson }>(
    {
      name: 'insight-lock-stats',
      text: 'SELECT profile_id AS "profileId", merged_into AS "mergedInto", state FROM insight.stats WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE',
    },
    [uuidArray([...profiles].sort())],
  );
  return rows.map((row) => ({ profileId: row.profileId, mergedInto: row.mergedInto, stats: fromStatsJson(row.state) }));
}

const STATS_ROWS = `SELECT u.profile_id, u.merged_into, u.latest, u.state::jsonb
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS u (profile_id, merged_into, latest, state)`;
const statsColumns = (rows: readonly StoredStats[]): Buffer[] => [
  uuidArray(rows.map((row) => row.profileId)),
  uuidArray(rows.map((row) => row.mergedInto)),
  int8Array(rows.map((row) => BigInt(row.stats.latest))),
  textArray(rows.map((row) => JSON.stringify(toStatsJson(row.mergedInto === null ? row.stats : emptyStats)))),
];

/** Inserts new statistics; a profile that another transaction made meanwhile is a unique violation and the batch tries again. */
export async function insertStats(tx: Transaction, rows: readonly StoredStats[]): Promise<void> {
  if (rows.length > 0)
    await tx.query(
      { name: 'insight-insert-stats', text: `INSERT INTO insight.stats (profile_id, merged_into, latest, state) ${STATS_ROWS}` },
      statsColumns(rows),
    );
}

/** Writes changed statistics; they are locked. */
export async function updateStats(tx: Transaction, rows: readonly StoredStats[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    {
      name: 'insight-update-stats',
      text: `UPDATE insight.stats s SET merged_into = u.merged_into, latest = u.latest, state = u.state FROM (${STATS_ROWS}) AS u (profile_id, merged_into, latest, state) WHERE s.profile_id = u.profile_id`,
    },
    statsColumns(rows),
  );
}

/** One page of unmerged profiles after an id. */
export async function statsPage(db: Queryable, after: string | null, limit: number): Promise<StoredStats[]> {
  const rows = await db.query<{ profileId: string; state: StatsJson }>(
    `SELECT profile_id AS "profileId", state FROM insight.stats WHERE merged_into IS NULL AND ($1::uuid IS NULL OR profile_id > $1) ORDER BY profile_id LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => ({ profileId: row.profileId, mergedInto: null, stats: fromStatsJson(row.state) }));
}

/** Latest event time over all statistics, microseconds; 0 when there is none. */
export async function latestEvent(db: Queryable): Promise<number> {
  const [row] = await db.query<{ latest: bigint | null }>('SELECT max(latest) AS latest FROM insight.stats');
  return Number(row?.latest ?? 0n);
}

/** Segments that profiles are in. */
export async function loadMembers(tx: Queryable, profiles: readonly string[]): Promise<Map<string, Membership[]>> {
  const rows = await tx.query<{ profileId: string; segment: string; version: number }>(
    {
      name: 'insight-members',
      text: 'SELECT profile_id AS "profileId", segment, segment_version AS version FROM insight.segment_member WHERE profile_id = ANY($1::uuid[])',
    },
    [uuidArray(profiles)],
  );
  const members = new Map<string, Membership[]>();
  for (const row of rows)
    members.set(row.profileId, [...(members.get(row.profileId) ?? []), { segment: row.segment, version: row.version }]);
  return members;
}

/** A membership to write, or to end. */
export interface MembershipWrite {
  readonly profileId: string;
  readonly segment: string;
  readonly version: number;
  readonly since: number;
  readonly reason: string;
  readonly facts: readonly SegmentFact[];
}

/** Begins and ends memberships. */
export async function saveMembers(tx: Transaction, entered: readonly MembershipWrite[], left: readonly MembershipWrite[]): Promise<void> {
  if (left.length > 0)
    await tx.query('DELETE FROM insight.segment_member WHERE (profile_id, segment) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))', [
      uuidArray(left.map((row) => row.profileId)),
      textArray(left.map((row) => row.segment)),
    ]);
  if (entered.length > 0)
    await tx.query(
      `INSERT INTO insight.segment_member (profile_id, segment, segment_version, since, reason, facts)
SELECT u.profile_id, u.segment, u.version, u.since, u.reason, u.facts::jsonb
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[]) AS u (profile_id, segment, version, since, reason, facts)`,
      [
        uuidArray(entered.map((row) => row.profileId)),
        textArray(entered.map((row) => row.segment)),
        int4Array(entered.map((row) => row.version)),
        int8Array(entered.map((row) => BigInt(row.since))),
        textArray(entered.map((row) => row.reason)),
        textArray(entered.map((row) => JSON.stringify(row.facts))),
      ],
    );
}

/** What the models say of one profile. */
export interface StoredScore {
  readonly profileId: string;
  readonly recencyDays: number;
  readonly frequency: number;
  readonly monetary: bigint;
  readonly r: number;
  readonly f: number;
  readonly m: number;
  readonly abcClass: string;
  readonly pAlive: number | null;
  readonly expectedPurchases: number | null;
  readonly lifetimeValue: number | null;
  readonly horizonDays: number;
  readonly model: string;
}

const SCORE_COLUMNS = `profile_id AS "profileId", recency_days AS "recencyDays", frequency, monetary, r, f, m, abc_class AS "abcClass", p_alive AS "pAlive",
  expected_purchases AS "expectedPurchases", lifetime_value AS "lifetimeValue", horizon_days AS "horizonDays", model`;

export async function loadScores(tx: Queryable, profiles: readonly string[]): Promise<Map<string, StoredScore>> {
  const rows = await tx.query<StoredScore>(
    { name: 'insight-scores', text: `SELECT ${SCORE_COLUMNS} FROM insight.score WHERE profile_id = ANY($1::uuid[])` },
    [uuidArray(profiles)],
  );
  return new Map(rows.map((row) => [row.profileId, row]));
}

export async function saveScores(tx: Transaction, asOf: number, scores: readonly StoredScore[]): Promise<void> {
  if (scores.length === 0) return;
  await tx.query(
    `INSERT INTO insight.score (profile_id, as_of, recency_days, frequency, monetary, r, f, m, abc_class, p_alive, expected_purchases, lifetime_value, horizon_days, model)
SELECT u.profile_id, $14, u.recency_days, u.frequency, u.monetary, u.r, u.f, u.m, u.abc_class, u.p_alive, u.expected_purchases, u.lifetime_value, u.horizon_days, u.model
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::smallint[], $6::smallint[], $7::smallint[], $8::text[], $9::float8[], $10::float8[], $11::float8[], $12::int[], $13::text[])
  AS u (profile_id, recency_days, frequency, monetary, r, f, m, abc_class, p_alive, expected_purchases, lifetime_value, horizon_days, model)
ON CONFLICT (profile_id) DO UPDATE SET as_of = excluded.as_of, recency_days = excluded.recency_days, frequency = excluded.frequency, monetary = excluded.monetary, r = excluded.r,
  f = excluded.f, m = excluded.m, abc_class = excluded.abc_class, p_alive = excluded.p_alive, expected_purchases = excluded.expected_purchases,
  lifetime_value = excluded.lifetime_value, horizon_days = excluded.horizon_days, model = excluded.model`,
    [
      uuidArray(scores.map((row) => row.profileId)),
      int4Array(scores.map((row) => row.recencyDays)),
      int4Array(scores.map((row) => row.frequency)),
      int8Array(scores.map((row) => row.monetary)),
      int2Array(scores.map((row) => row.r)),
      int2Array(scores.map((row) => row.f)),
      int2Array(scores.map((row) => row.m)),
      textArray(scores.map((row) => row.abcClass)),
      float8Array(scores.map((row) => row.pAlive)),
      float8Array(scores.map((row) => row.expectedPurchases)),
      float8Array(scores.map((row) => row.lifetimeValue)),
      int4Array(scores.map((row) => row.horizonDays)),
      textArray(scores.map((row) => row.model)),
      BigInt(asOf),
    ],
  );
}

/** Scores of profiles that have none any more (merged, or every order cancelled). */
export async function deleteScores(tx: Transaction, profiles: readonly string[]): Promise<void> {
  if (profiles.length > 0) await tx.query('DELETE FROM insight.score WHERE profile_id = ANY($1::uuid[])', [uuidArray(profiles)]);
}

/** A fit in force. */
export interface StoredModel {
  readonly asOf: number;
  readonly customers: number;
  readonly cutPoints: RfmCutPoints | null;
  readonly purchase: BgNbdParams | null;
  readonly spend: GammaGammaParams | null;
  /** Convergence, bounds, refusals: why a model is not in force. */
  readonly notes: readonly string[];
}

export async function latestModel(db: Queryable): Promise<StoredModel | undefined> {
  const [row] = await db.query<Omit<StoredModel, 'asOf'> & { asOf: bigint }>(
    'SELECT as_of AS "asOf", customers, cut_points AS "cutPoints", purchase, spend, notes FROM insight.model ORDER BY id DESC LIMIT 1',
  );
  return row === undefined ? undefined : { ...row, asOf: Number(row.asOf) };
}

/** Keeps a fit; the number of its row makes ids of what follows from it unique. */
export async function saveModel(db: Queryable, model: StoredModel): Promise<bigint> {
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  const [row] = await db.query<{ id: bigint }>(
    'INSERT INTO insight.model (as_of, customers, cut_points, purchase, spend, notes) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id',
    [model.asOf, model.customers, json(model.cutPoints), json(model.purchase), json(model.spend), json(model.notes)],
  );
  if (row === undefined) throw new Error('INSERT ... RETURNING gave no row');
  return row.id;
}
