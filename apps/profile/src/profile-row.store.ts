import { boolArray, int8Array, textArray, uuidArray, type Transaction } from '@tributary/persistence';
import type { ProfileView } from './combine-profile.ts';
import type { ProfileWrite, StoredProfile } from './stored-rows.ts';

/** A view in its column's form: amounts as text. */
function viewJson(view: ProfileView): string {
  const totals = view.totals.map((total) => ({
    ...total,
    gross: total.gross.toString(),
    returned: total.returned.toString(),
    net: total.net.toString(),
    paid: total.paid.toString(),
    invoiced: total.invoiced.toString(),
    settled: total.settled.toString(),
  }));
  return JSON.stringify({ ...view, totals });
}

const PROFILE_ROWS = `SELECT u.profile_id, u.since, u.merged_into, u.document::jsonb, u.search, u.updated_at, u.visible
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::boolean[]) AS u (profile_id, since, merged_into, document, search, updated_at, visible)`;
function profileColumns(profiles: readonly ProfileWrite[]): Buffer[] {
  const sorted = [...profiles].sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
  return [
    uuidArray(sorted.map((row) => row.profileId)),
    int8Array(sorted.map((row) => row.since)),
    uuidArray(sorted.map((row) => row.mergedInto)),
    textArray(sorted.map((row) => viewJson(row.view))),
    textArray(sorted.map((row) => [row.view.name, row.view.email, row.view.phone].filter(Boolean).join(' ').toLowerCase())),
    int8Array(sorted.map((row) => row.view.updatedAt)),
    boolArray(sorted.map((row) => row.visible)),
  ];
}

/** Profiles as they are shown, in the table of one schema. */
export const createProfileRowStore = (schema: string) => ({
  /** Profiles by id under lock, in id order: every writer takes the locks in the same order, so none waits in a ring. */
  async lockProfiles(tx: Transaction, profiles: readonly string[]): Promise<StoredProfile[]> {
    if (profiles.length === 0) return [];
    const rows = await tx.query<{ profileId: string; since: bigint; mergedInto: string | null; mergedFrom: string[] | null }>(
      {
        name: `${schema}-lock`,
        text: `SELECT profile_id AS "profileId", since, merged_into AS "mergedInto", document->'mergedFrom' AS "mergedFrom" FROM ${schema}.profile
    WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE`,
      },
      [uuidArray([...profiles].sort())],
    );
    return rows.map((row) => ({ ...row, since: Number(row.since), mergedFrom: row.mergedFrom ?? [] }));
  },

  /** Writes profiles, whether they are there or not. */
  saveProfiles(tx: Transaction, profiles: readonly ProfileWrite[]): void {
    if (profiles.length === 0) return;
    tx.send(
      {
        name: `${schema}-save-profiles`,
        text: `INSERT INTO ${schema}.profile AS p (profile_id, since, merged_into, document, search, updated_at, visible) ${PROFILE_ROWS}
    ON CONFLICT (profile_id) DO UPDATE SET since = least(p.since, excluded.since), merged_into = excluded.merged_into, document = excluded.document, search = excluded.search, updated_at = excluded.updated_at, visible = excluded.visible`,
      },
      profileColumns(profiles),
    );
  },

  /** Writes profiles that are there and locked: half the work of an upsert, which locks each row once more. */
  updateProfiles(tx: Transaction, profiles: readonly ProfileWrite[]): void {
    if (profiles.length === 0) return;
    tx.send(
      {
        name: `${schema}-update-profiles`,
        text: `UPDATE ${schema}.profile p SET since = least(p.since, u.since), merged_into = u.merged_into, document = u.document, search = u.search, updated_at = u.updated_at, visible = u.visible
    FROM (${PROFILE_ROWS}) AS u WHERE p.profile_id = u.profile_id`,
      },
      profileColumns(profiles),
    );
  },
});
