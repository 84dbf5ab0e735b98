import { boolArray, int8Array, textArray, uuidArray, type Transaction } from '@tributary/persistence';
import { NO_TOKEN } from './identity-memory.ts';
import { profileText, searchText } from './profile-text.ts';
import { LIVE_SCHEMA } from './profile-schema.ts';
import type { ProfileWrite, StoredProfile } from './stored-rows.ts';
import { takeLeftNumbers } from './told.store.ts';
import type { Told } from './told.ts';

const PROFILE_ROWS = `SELECT u.profile_id, u.since, u.merged_into, u.merged_from::uuid[], u.document::json, u.search, u.updated_at, u.visible, u.told_activity, u.told_identity, u.told_profile, $12::bigint
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[], $9::bigint[], $10::bigint[], $11::bigint[])
      AS u (profile_id, since, merged_into, merged_from, document, search, updated_at, visible, told_activity, told_identity, told_profile)`;
const COLUMNS =
  'profile_id, since, merged_into, merged_from, document, search, updated_at, visible, told_activity, told_identity, told_profile, token';
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
    int8Array(sorted, (row) => row.told?.activity ?? 0n),
    int8Array(sorted, (row) => row.told?.identity ?? 0n),
    int8Array(sorted, (row) => row.told?.profile ?? 0n),
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
  readonly activity: bigint;
  readonly identity: bigint;
  readonly profile: bigint;
}

/** An id that a batch is about to give to a profile which it did not load. */
export interface ClaimedProfile {
  /** Whether there is a row under this id, now locked. */
  readonly isThere: boolean;
  readonly told: Told;
}

const NOBODY: readonly string[] = [];
const TOLD = 'told_activity AS activity, told_identity AS identity, told_profile AS profile';

/** Profiles as they are shown, in the table of one schema. */
export const createProfileRowStore = (schema: string) => ({
  /**
   * Locks profiles by id, in id order: every writer takes the locks in the same order, so none waits in a ring. Whoever holds some already
   * must not wait for more: with `wait` false a row that another transaction holds is an error (contention: the batch is tried again).
   * @returns the rows whose token is not the one that was thought, and how many have it: those need not be told.
   */
  async lockProfiles(
    tx: Transaction,
    profiles: readonly WantedProfile[],
    wait: boolean,
  ): Promise<{ rows: LockedProfile[]; agreed: number }> {
    if (profiles.length === 0) return { rows: [], agreed: 0 };
    const wanted = [...profiles].sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
    const found = await tx.query<LockedRow>(
      {
        name: `${schema}-lock${wait ? '' : '-more'}`,
        text: `WITH locked AS MATERIALIZED (SELECT profile_id, since, merged_into, merged_from, token, told_activity, told_identity, told_profile FROM ${schema}.profile
    WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE ${wait ? '' : 'NOWAIT'}),
  judged AS MATERIALIZED (SELECT l.*, l.token IS NOT DISTINCT FROM u.token AS agrees FROM locked l JOIN unnest($1::uuid[], $2::bigint[]) AS u (profile_id, token) USING (profile_id))
    SELECT profile_id AS "profileId", since, merged_into AS "mergedInto", merged_from AS "mergedFrom", token, 0 AS agreed, ${TOLD}
    FROM judged WHERE NOT agrees
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, count(*)::int, 0, 0, 0 FROM judged WHERE agrees`,
      },
      [uuidArray(wanted, (row) => row.profileId), int8Array(wanted, (row) => row.token)],
    );
    let agreed = 0;
    const rows: LockedProfile[] = [];
    for (const { profileId, since, mergedInto, mergedFrom, token, agreed: many, activity, identity, profile } of found) {
      agreed += many;
      if (profileId !== null && token !== null)
        rows.push({
          profileId,
          since: Number(since),
          mergedInto,
          mergedFrom: mergedFrom ?? NOBODY,
          token,
          told: { activity, identity, profile },
        });
    }
    return { rows, agreed };
  },

  /**
   * What is known under ids that are about to be given to profiles: the rows that are there, locked, and the numbers that a profile left
   * behind which ended; those belong to the new row from now on.
   */
  async claimProfiles(tx: Transaction, ids: readonly string[]): Promise<Map<string, ClaimedProfile>> {
    if (ids.length === 0) return new Map();
    const sorted = uuidArray([...ids].sort());
    const [rows, left] = await Promise.all([
      tx.query<{ id: string } & Told>(
        {
          name: `${schema}-claim`,
          text: `SELECT profile_id AS id, ${TOLD} FROM ${schema}.profile WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE`,
        },
        [sorted],
      ),
      // Only live publishes: what a shadow would say has no numbers.
      schema === LIVE_SCHEMA ? takeLeftNumbers(tx, sorted) : [],
    ]);
    return new Map<string, ClaimedProfile>([
      ...left.map(({ id, ...told }) => [id, { isThere: false, told }] as const),
      ...rows.map(({ id, ...told }) => [id, { isThere: true, told }] as const),
    ]);
  },

  /** Inserts new profiles. One that another transaction made meanwhile is a unique violation: the batch tries again and finds it. */
  insertProfiles(tx: Transaction, profiles: readonly ProfileWrite[], token: bigint): void {
    if (profiles.length === 0) return;
    tx.send(
      { name: `${schema}-insert-profiles`, text: `INSERT INTO ${schema}.profile (${COLUMNS}) ${PROFILE_ROWS}` },
      profileColumns(profiles, token),
    );
  },

  /** Writes profiles, whether they are there or not, for nobody to remember; one that is there keeps its numbers. */
  saveProfiles(tx: Transaction, profiles: readonly ProfileWrite[]): void {
    if (profiles.length === 0) return;
    tx.send(
      {
        name: `${schema}-save-profiles`,
        text: `INSERT INTO ${schema}.profile AS p (${COLUMNS}) ${PROFILE_ROWS}
    ON CONFLICT (profile_id) DO UPDATE SET since = least(p.since, excluded.since), merged_into = excluded.merged_into, merged_from = excluded.merged_from, document = excluded.document, search = excluded.search, updated_at = excluded.updated_at, visible = excluded.visible, token = ${NO_TOKEN}`,
      },
      profileColumns(profiles, NO_TOKEN),
    );
  },

  /** Writes profiles that are there and locked: half the work of an upsert, which locks each row once more. */
  updateProfiles(tx: Transaction, profiles: readonly ProfileWrite[], token: bigint): void {
    if (profiles.length === 0) return;
    tx.send(
      {
        name: `${schema}-update-profiles`,
        text: `UPDATE ${schema}.profile p SET since = least(p.since, u.since), merged_into = u.merged_into, merged_from = u.merged_from, document = u.document, search = u.search, updated_at = u.updated_at, visible = u.visible,
      told_activity = u.told_activity, told_identity = u.told_identity, told_profile = u.told_profile, token = u.token
    FROM (${PROFILE_ROWS}) AS u (${COLUMNS}) WHERE p.profile_id = u.profile_id`,
      },
      profileColumns(profiles, token),
    );
  },
});
