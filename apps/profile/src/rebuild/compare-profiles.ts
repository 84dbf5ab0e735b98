import type { Queryable } from '@tributary/persistence';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import { masked, type FieldDifference } from './compare-rows.ts';
import { sameRowSql } from './same-row.ts';
import { SHADOW_SCHEMA } from './shadow.ts';

/** Profiles that are shown, compared by the id they have outside. */
export interface ProfileDifference {
  readonly same: number;
  readonly onlyLive: number;
  readonly onlyShadow: number;
  readonly different: number;
}

/** A profile that differs, with its fields. */
export interface ProfileExample {
  readonly profileId: string;
  readonly only: 'live' | 'shadow' | null;
  readonly fields: readonly FieldDifference[];
}

type View = Readonly<Record<string, unknown>> & { readonly totals?: readonly Readonly<Record<string, string>>[] };

/** Fields of a person: named when they differ, never shown. */
const PERSONAL = new Set(['name', 'email', 'phone', 'sources']);

const BOTH = `(SELECT profile_id, document::jsonb, visible, search FROM ${LIVE_SCHEMA}.profile WHERE merged_into IS NULL) l
FULL JOIN (SELECT profile_id, document::jsonb, visible, search FROM ${SHADOW_SCHEMA}.profile WHERE merged_into IS NULL) s USING (profile_id)`;
/** The ids that went into a profile are history, which depends on the order of arrival. */
const DIFFERS = `(l.visible OR s.visible) AND (l.visible, l.document - 'mergedFrom', l.search) IS DISTINCT FROM (s.visible, s.document - 'mergedFrom', s.search)`;

/** Compares the profiles themselves; the shadow has live's ids by now. */
export async function compareProfiles(
  db: Queryable,
  limit: number,
): Promise<{ readonly counts: ProfileDifference; readonly examples: ProfileExample[] }> {
  const [counts] = await db.query<ProfileDifference>(
    `SELECT count(*) FILTER (WHERE l.visible AND NOT differs)::int AS same, count(*) FILTER (WHERE differs AND s.visible IS NOT TRUE)::int AS "onlyLive",
  count(*) FILTER (WHERE differs AND l.visible IS NOT TRUE)::int AS "onlyShadow", count(*) FILTER (WHERE differs AND l.visible AND s.visible)::int AS different
FROM ${BOTH} CROSS JOIN LATERAL (SELECT ${DIFFERS} AS differs) d WHERE l.visible OR s.visible`,
  );
  if (counts === undefined) throw new Error('an aggregate gave no row');
  const rows = await db.query<{ profileId: string; live: View | null; shadow: View | null }>(
    `SELECT profile_id AS "profileId", CASE WHEN l.visible THEN l.document END AS live, CASE WHEN s.visible THEN s.document END AS shadow
FROM ${BOTH} WHERE ${DIFFERS} ORDER BY profile_id LIMIT $1`,
    [limit],
  );
  const examples = rows.map(({ profileId, live, shadow }) => ({
    profileId,
    only: live === null ? ('shadow' as const) : shadow === null ? ('live' as const) : null,
    fields: fieldsOf(live ?? {}, shadow ?? {}),
  }));
  return { counts, examples };
}

/** Ids of the shadow's profiles that differ, or whose identifiers are not the same rows on both sides. */
export async function differentProfiles(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM (SELECT profile_id AS id FROM ${BOTH} WHERE ${DIFFERS}
  UNION SELECT id FROM ${LIVE_SCHEMA}.node l FULL JOIN ${SHADOW_SCHEMA}.node s USING (node) CROSS JOIN LATERAL unnest(array[l.profile_id, s.profile_id]) AS u (id)
  WHERE NOT (${await sameRowSql(db, 'node')})) d
WHERE EXISTS (SELECT FROM ${SHADOW_SCHEMA}.profile p WHERE p.profile_id = id AND p.merged_into IS NULL) ORDER BY 1`,
  );
  return rows.map((row) => row.id);
}

function fieldsOf(live: View, shadow: View): FieldDifference[] {
  const [left, right] = [flat(live), flat(shadow)];
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((field): FieldDifference[] => {
    const [a, b] = [left.get(field) ?? null, right.get(field) ?? null];
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    return [PERSONAL.has(field) ? { field, live: masked(a), shadow: masked(b) } : { field, live: a, shadow: b }];
  });
}

/** Fields by name, money as `totals.EUR.gross`. */
function flat({ totals = [], ...view }: View): Map<string, unknown> {
  const money = totals.flatMap(({ currency = '', ...amounts }) =>
    Object.entries(amounts).map(([name, amount]) => [`totals.${currency}.${name}`, amount] as const),
  );
  const plain = Object.entries(view).filter(([name]) => name !== 'profileId' && name !== 'mergedFrom');
  return new Map<string, unknown>([...plain, ...money]);
}
