import { boolArray, int8Array, textArray, uuidArray, type Transaction } from '@tributary/persistence';
import { NO_TOKEN } from './identity-memory.ts';
import { profileText, searchText } from './profile-text.ts';
import type { ProfileWrite, StoredProfile } from './stored-rows.ts';

const PROFILE_ROWS = `SELECT u.profile_id, u.since, u.merged_into, u.merged_from::uuid[], u.document::json, u.search, u.updated_at, u.visible, $9::bigint
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[]) AS u (profile_id, since, merged_into, merged_from, document, search, updated_at, visible)`;
function profileColumns(profiles: readonly ProfileWrite[], token: bigint): unknown[] {
  const sorted = [...profiles].sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
  return [
    uuidArray(sorted, (row) => row.profileId),
    int8Array(sorted, (row) => row.since),
    uuidArray(sorted, (row) => row.mergedInto),
    textArray(sorted, ({ view }) => (view.mergedFrom.length === 0 ? null : `{${view.mergedFrom.join()}}`)),
    textArray(sorted, (row) => profileText(row.view)),
    textArray(sorted, (row) => searchText(row.view)),
    int8Array(sorted, (row) => row.view.updatedAt),
    boolArray(sorted, (row) => row.visible),
    token,
  ];
}

/** A profile to be locked, and the token its row is thought to have. */
export interface WantedProfile {
  readonly profileId: string;
  readonly token: bigint | null;
}

/** A profile under lock, with the token of the transaction that wrote it. */
export interface LockedProfile extends StoredProfile {
  readonly token: bigint;
}

interface LockedRow {
  readonly profileId: string | null;
  readonly since: bigint | null;
  readonly mergedInto: string | null;
  readonly mergedFrom: string[] | null;
  readonly token: bigint | null;
  readonly agreed: number;
}

const NOBODY: readonly string[] = [];

/** Profiles as they are shown, in the table of one schema. */
export const createProfileRowStore = (schema: string) => ({
  /**
   * Locks profiles by id, in id order: every writer takes the locks in the same order, so none waits in a ring.
   * @returns the rows whose token is not the one that was thought, and how many have it: those need not be told.
   */
  async lockProfiles(tx: Transaction, profiles: readonly WantedProfile[]): Promise<{ rows: LockedProfile[]; agreed: number }> {
    if (profiles.length === 0) return { rows: [], agreed: 0 };
    const wanted = [...profiles].sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
    const found = await tx.query<LockedRow>(
      {
        name: `${schema}-lock`,
        text: `WITH locked AS MATERIALIZED (SELECT profile_id, since, merged_into, merged_from, token FROM ${schema}.profile
    WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE),
  judged AS MATERIALIZED (SELECT l.*, l.token IS NOT DISTINCT FROM u.token AS agrees FROM locked l JOIN unnest($1::uuid[], $2::bigint[]) AS u (profile_id, token) USING (profile_id))
    SELECT profile_id AS "profileId", since, merged_into AS "mergedInto", merged_from AS "mergedFrom", token, 0 AS agreed FROM judged WHERE NOT agrees
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, count(*)::int FROM judged WHERE agrees`,
      },
      [uuidArray(wanted, (row) => row.profileId), int8Array(wanted, (row) => row.token)],
    );
    let agreed = 0;
    const rows: LockedProfile[] = [];
    for (const { profileId, since, mergedInto, mergedFrom, token, agreed: many } of found) {
      agreed += many;
      if (profileId !== null && token !== null)
        rows.push({ profileId, since: Number(since), mergedInto, mergedFrom: mergedFrom ?? NOBODY, token });
    }
    return { rows, agreed };
  },

  /**
   * Writes profiles, whether they are there or not.
   * @param token of the writing transaction (`IdentityMemory`). A row that was there unknown to the writer gets none: it may be older than what was written of it.
   */
  saveProfiles(tx: Transaction, profiles: readonly ProfileWrite[], token = NO_TOKEN): void {
    if (profiles.length === 0) return;
    tx.send(
      {
        name: `${schema}-save-profiles`,
        text: `INSERT INTO ${schema}.profile AS p (profile_id, since, merged_into, merged_from, document, search, updated_at, visible, token) ${PROFILE_ROWS}
    ON CONFLICT (profile_id) DO UPDATE SET since = least(p.since, excluded.since), merged_into = excluded.merged_into, merged_from = excluded.merged_from, document = excluded.document, search = excluded.search, updated_at = excluded.updated_at, visible = excluded.visible, token = ${NO_TOKEN}`,
      },
      profileColumns(profiles, token),
    );
  },

  /** Writes profiles that are there and locked: half the work of an upsert, which locks each row once more. */
  updateProfiles(tx: Transaction, profiles: readonly ProfileWrite[], token: bigint): void {
    if (profiles.length === 0) return;
    tx.send(
      {
        name: `${schema}-update-profiles`,
        text: `UPDATE ${schema}.profile p SET since = least(p.since, u.since), merged_into = u.merged_into, merged_from = u.merged_from, document = u.document, search = u.search, updated_at = u.updated_at, visible = u.visible, token = u.token
    FROM (${PROFILE_ROWS}) AS u (profile_id, since, merged_into, merged_from, document, search, updated_at, visible, token) WHERE p.profile_id = u.profile_id`,
      },
      profileColumns(profiles, token),
    );
  },
});
