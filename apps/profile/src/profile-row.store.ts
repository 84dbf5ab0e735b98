import { boolArray, int8Array, textArray, uuidArray, type Transaction } from '@tributary/persistence';
import { NO_TOKEN } from './identity-memory.ts';
import { profileText, searchText } from './profile-text.ts';
import type { ProfileWrite, StoredProfile } from './stored-rows.ts';

const PROFILE_ROWS = `SELECT u.profile_id, u.since, u.merged_into, u.document::jsonb, u.search, u.updated_at, u.visible, $8::bigint
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::boolean[]) AS u (profile_id, since, merged_into, document, search, updated_at, visible)`;
function profileColumns(profiles: readonly ProfileWrite[], token: bigint): unknown[] {
  const sorted = [...profiles].sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
  return [
    uuidArray(sorted, (row) => row.profileId),
    int8Array(sorted, (row) => row.since),
    uuidArray(sorted, (row) => row.mergedInto),
    textArray(sorted, (row) => profileText(row.view)),
    textArray(sorted, (row) => searchText(row.view)),
    int8Array(sorted, (row) => row.view.updatedAt),
    boolArray(sorted, (row) => row.visible),
    token,
  ];
}

/** A profile under lock, with the token of the transaction that wrote it. */
export interface LockedProfile extends StoredProfile {
  readonly token: bigint;
}

const NOBODY: readonly string[] = [];

/** Profiles as they are shown, in the table of one schema. */
export const createProfileRowStore = (schema: string) => ({
  /** Profiles by id under lock, in id order: every writer takes the locks in the same order, so none waits in a ring. */
  async lockProfiles(tx: Transaction, profiles: readonly string[]): Promise<LockedProfile[]> {
    if (profiles.length === 0) return [];
    const rows = await tx.query<{
      profileId: string;
      since: bigint;
      mergedInto: string | null;
      mergedFrom: string[] | null;
      token: bigint;
    }>(
      {
        name: `${schema}-lock`,
        text: `SELECT profile_id AS "profileId", since, merged_into AS "mergedInto", nullif(document->'mergedFrom', '[]') AS "mergedFrom", token FROM ${schema}.profile
    WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE`,
      },
      [uuidArray([...profiles].sort())],
    );
    return rows.map(({ profileId, since, mergedInto, mergedFrom, token }) => ({
      profileId,
      since: Number(since),
      mergedInto,
      mergedFrom: mergedFrom ?? NOBODY,
      token,
    }));
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
        text: `INSERT INTO ${schema}.profile AS p (profile_id, since, merged_into, document, search, updated_at, visible, token) ${PROFILE_ROWS}
    ON CONFLICT (profile_id) DO UPDATE SET since = least(p.since, excluded.since), merged_into = excluded.merged_into, document = excluded.document, search = excluded.search, updated_at = excluded.updated_at, visible = excluded.visible, token = ${NO_TOKEN}`,
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
        text: `UPDATE ${schema}.profile p SET since = least(p.since, u.since), merged_into = u.merged_into, document = u.document, search = u.search, updated_at = u.updated_at, visible = u.visible, token = u.token
    FROM (${PROFILE_ROWS}) AS u (profile_id, since, merged_into, document, search, updated_at, visible, token) WHERE p.profile_id = u.profile_id`,
      },
      profileColumns(profiles, token),
    );
  },
});
