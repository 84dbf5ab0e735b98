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

/** Segments that profiles are in. */
export async function loadMembers(tx: Queryable, profiles: readonly string[]): Promise<Map<string, Membership[]>> {
  const members = new Map<string, Membership[]>();
  if (profiles.length === 0) return members;
  const rows = await tx.query<{ profileId: string; segment: string; version: number }>(
    {
      name: 'insight-members',
      text: 'SELECT profile_id AS "profileId", segment, segment_version AS version FROM insight.segment_member WHERE profile_id = ANY($1::uuid[])',
    },
    [uuidArray(profiles)],
  );
  for (const { profileId, segment, version } of rows) {
    const list = members.get(profileId);
    if (list === undefined) members.set(profileId, [{ segment, version }]);
    else list.push({ segment, version });
  }
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
export function saveMembers(tx: Transaction, entered: readonly MembershipWrite[], left: readonly MembershipWrite[]): void {
  if (left.length > 0)
    tx.send(
      {
        name: 'insight-end-members',
        text: 'DELETE FROM insight.segment_member WHERE (profile_id, segment) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))',
      },
      [uuidArray(left, (row) => row.profileId), textArray(left, (row) => row.segment)],
    );
  if (entered.length > 0)
    tx.send(
      {
        name: 'insight-begin-members',
        text: `INSERT INTO insight.segment_member (profile_id, segment, segment_version, since, reason, facts)
SELECT u.profile_id, u.segment, u.version, u.since, u.reason, u.facts::jsonb
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[]) AS u (profile_id, segment, version, since, reason, facts)`,
      },
      [
        uuidArray(entered, (row) => row.profileId),
        textArray(entered, (row) => row.segment),
        int4Array(entered, (row) => row.version),
        int8Array(entered, (row) => row.since),
        textArray(entered, (row) => row.reason),
        textArray(entered, (row) => JSON.stringify(row.facts)),
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
  if (profiles.length === 0) return new Map();
  const rows = await tx.query<StoredScore>(
    { name: 'insight-scores', text: `SELECT ${SCORE_COLUMNS} FROM insight.score WHERE profile_id = ANY($1::uuid[])` },
    [uuidArray(profiles)],
  );
  return new Map(rows.map((row) => [row.profileId, row]));
}

export function saveScores(tx: Transaction, asOf: number, scores: readonly StoredScore[]): void {
  if (scores.length === 0) return;
  tx.send(
    `INSERT INTO insight.score (profile_id, as_of, recency_days, frequency, monetary, r, f, m, abc_class, p_alive, expected_purchases, lifetime_value, horizon_days, model)
SELECT u.profile_id, $14, u.recency_days, u.frequency, u.monetary, u.r, u.f, u.m, u.abc_class, u.p_alive, u.expected_purchases, u.lifetime_value, u.horizon_days, u.model
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::smallint[], $6::smallint[], $7::smallint[], $8::text[], $9::float8[], $10::float8[], $11::float8[], $12::int[], $13::text[])
  AS u (profile_id, recency_days, frequency, monetary, r, f, m, abc_class, p_alive, expected_purchases, lifetime_value, horizon_days, model)
ON CONFLICT (profile_id) DO UPDATE SET as_of = excluded.as_of, recency_days = excluded.recency_days, frequency = excluded.frequency, monetary = excluded.monetary, r = excluded.r,
  f = excluded.f, m = excluded.m, abc_class = excluded.abc_class, p_alive = excluded.p_alive, expected_purchases = excluded.expected_purchases,
  lifetime_value = excluded.lifetime_value, horizon_days = excluded.horizon_days, model = excluded.model`,
    [
      uuidArray(scores, (row) => row.profileId),
      int4Array(scores, (row) => row.recencyDays),
      int4Array(scores, (row) => row.frequency),
      int8Array(scores, (row) => row.monetary),
      int2Array(scores, (row) => row.r),
      int2Array(scores, (row) => row.f),
      int2Array(scores, (row) => row.m),
      textArray(scores, (row) => row.abcClass),
      float8Array(scores, (row) => row.pAlive),
      float8Array(scores, (row) => row.expectedPurchases),
      float8Array(scores, (row) => row.lifetimeValue),
      int4Array(scores, (row) => row.horizonDays),
      textArray(scores, (row) => row.model),
      BigInt(asOf),
    ],
  );
}

/** Scores of profiles that have none any more (merged, or every order cancelled). */
export function deleteScores(tx: Transaction, profiles: readonly string[]): void {
  if (profiles.length > 0) tx.send('DELETE FROM insight.score WHERE profile_id = ANY($1::uuid[])', [uuidArray(profiles)]);
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

/** Reference time of the fit in force, microseconds; 0 when there is none. */
export async function latestFit(tx: Queryable): Promise<number> {
  const [row] = await tx.query<{ asOf: bigint }>({
    name: 'insight-latest-fit',
    text: 'SELECT as_of AS "asOf" FROM insight.model ORDER BY id DESC LIMIT 1',
  });
  return Number(row?.asOf ?? 0n);
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
