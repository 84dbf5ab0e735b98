import { derivedId, uuidArray, type Transaction } from '@tributary/persistence';
import { combineProfile } from '../combine-profile.ts';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import { createProfileStore } from '../profile.store.ts';
import { assignProfiles, type IdentityStep, type Part } from '../regroup.ts';
import { NOTHING_TOLD } from '../told.ts';
import type { ProfileWrite, StoredNode, StoredProfile } from '../stored-rows.ts';
import { SHADOW_SCHEMA } from './shadow.ts';

/** What it took to express the shadow's profiles in the ids that are known outside. */
export interface Adopted {
  /** Profiles that live would gain, merge or split: nothing when both sides group the same. */
  readonly steps: readonly IdentityStep[];
  /** Profiles whose id differed by order of arrival alone, since the shadow was made. */
  readonly renamed: number;
  /** Live profiles that the shadow does not have, and that no other one takes in. */
  readonly vanished: readonly string[];
}

const shadowStore = createProfileStore(SHADOW_SCHEMA);
const liveStore = createProfileStore(LIVE_SCHEMA);

/**
 * Gives the shadow's profiles the ids that the same customers have in live. Ids depend on the order of arrival, which a replay does not
 * repeat; who belongs together does not. What remains different afterwards is a difference of content.
 * @param cause makes ids for profiles that need a new one.
 */
export async function adoptLiveIds(tx: Transaction, cause: string): Promise<Adopted> {
  const { live, shadow } = await irregular(tx);
  const members = await shadowStore.loadMembers(tx, [...shadow]);
  const liveIds = new Map(
    (
      await liveStore.findNodes(
        tx,
        members.map((node) => node.node),
      )
    ).map((node) => [node.node, node.profileId]),
  );
  const known = new Map(members.map((node) => [node.node, { ...node, profileId: liveIds.get(node.node) ?? '' }]));
  const profiles = await liveProfiles(tx, [...live]);
  const byProfile = new Map<string, StoredNode[]>();
  for (const node of members) {
    const own = byProfile.get(node.profileId);
    if (own === undefined) byProfile.set(node.profileId, [node]);
    else own.push(node);
  }
  const parts = [...byProfile.values()].map(partOf).sort((left, right) => (left.anchor < right.anchor ? -1 : 1));
  const gone = await endedIds(tx, [...shadow]);
  const used = new Set(liveIds.values());
  const shadowIds = new Map(members.map((node) => [node.node, node.profileId]));
  const { profileOf, steps } = assignProfiles(parts, known, profiles, (anchor) => {
    const own = shadowIds.get(anchor) ?? '';
    return gone.has(own) || used.has(own) ? derivedId('tributary/rebuild', cause, `profile of ${anchor}`, 0) : own;
  });
  await rewrite(tx, byProfile, profileOf, profiles);
  const changed = new Set(steps.flatMap((step) => ('other' in step ? [step.profileId, step.other] : [step.profileId])));
  const renamed = [...byProfile].filter(([id, nodes]) => {
    const final = profileOf.get(nodes[0]?.node ?? '') ?? id;
    return final !== id && !changed.has(final);
  }).length;
  const [total] = await tx.query<{ renamed: number }>(`UPDATE ${SHADOW_SCHEMA}.rebuild SET renamed = renamed + $1 RETURNING renamed`, [
    renamed,
  ]);
  const grouped = steps.filter((step) => step.change !== 'CREATED');
  const ended = new Set(grouped.flatMap((step) => (step.change === 'MERGED' ? [step.other] : [])));
  return {
    steps: [...(await createdProfiles(tx)), ...grouped],
    renamed: total?.renamed ?? 0,
    vanished: (await unknownToShadow(tx)).filter((id) => !ended.has(id)),
  };
}

/** Profiles that are shown and that live does not have. */
async function createdProfiles(tx: Transaction): Promise<IdentityStep[]> {
  const rows = await tx.query<{ profileId: string; node: string }>(
    `SELECT DISTINCT ON (s.profile_id) s.profile_id AS "profileId", n.node FROM ${SHADOW_SCHEMA}.profile s JOIN ${SHADOW_SCHEMA}.node n USING (profile_id)
WHERE s.visible AND NOT EXISTS (SELECT FROM ${LIVE_SCHEMA}.profile l WHERE l.profile_id = s.profile_id) ORDER BY s.profile_id, n.first_seen, n.node`,
  );
  return rows.map((row) => ({ change: 'CREATED', ...row }));
}

/** Live profiles that the shadow does not have. */
async function unknownToShadow(tx: Transaction): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT profile_id AS id FROM ${LIVE_SCHEMA}.profile l WHERE merged_into IS NULL
AND NOT EXISTS (SELECT FROM ${SHADOW_SCHEMA}.profile s WHERE s.profile_id = l.profile_id AND s.merged_into IS NULL) ORDER BY 1`,
  );
  return rows.map((row) => row.id);
}

/** Profiles of both sides, closed over shared identifiers, in which the sides do not have one and the same id; and ids that may not come back. */
async function irregular(tx: Transaction): Promise<{ live: Set<string>; shadow: Set<string> }> {
  const pairs = `SELECT DISTINCT l.profile_id AS live, s.profile_id AS shadow FROM ${LIVE_SCHEMA}.node l JOIN ${SHADOW_SCHEMA}.node s USING (node)`;
  const revived = await tx.query<{ id: string }>(
    `SELECT s.profile_id AS id FROM ${SHADOW_SCHEMA}.profile s WHERE s.merged_into IS NULL
AND (EXISTS (SELECT FROM ${LIVE_SCHEMA}.profile l WHERE l.profile_id = s.profile_id AND l.merged_into IS NOT NULL)
  OR EXISTS (SELECT FROM ${SHADOW_SCHEMA}.told_merge t WHERE t.other = s.profile_id))`,
  );
  const live = new Set<string>();
  const shadow = new Set(revived.map((row) => row.id));
  let rows = await tx.query<{ live: string; shadow: string }>(`${pairs} WHERE l.profile_id <> s.profile_id`);
  for (let size = -1; size !== live.size + shadow.size;) {
    size = live.size + shadow.size;
    for (const row of rows) {
      live.add(row.live);
      shadow.add(row.shadow);
    }
    if (size === live.size + shadow.size) break;
    rows = await tx.query(`${pairs} WHERE l.profile_id = ANY($1::uuid[]) UNION ${pairs} WHERE s.profile_id = ANY($2::uuid[])`, [
      uuidArray([...live]),
      uuidArray([...shadow]),
    ]);
  }
  return { live, shadow };
}

/** The node that stands for a part is the oldest one. Of several parts of one live profile, the one that made its id by itself keeps it. */
function partOf(nodes: readonly StoredNode[]): Part {
  const [first] = [...nodes].sort((left, right) => left.firstSeen - right.firstSeen || (left.node < right.node ? -1 : 1));
  return { nodes: nodes.map((node) => node.node), anchor: first?.node ?? '', claims: first?.profileId ?? '' };
}

/** Profiles whose ids may be kept. One that downstream was told to have been merged away cannot come back: what arrives for it is led on. */
async function liveProfiles(tx: Transaction, ids: readonly string[]): Promise<Map<string, StoredProfile>> {
  const rows = await tx.query<{ profileId: string; since: bigint }>(
    `SELECT profile_id AS "profileId", since FROM ${LIVE_SCHEMA}.profile WHERE profile_id = ANY($1::uuid[]) AND merged_into IS NULL
AND NOT EXISTS (SELECT FROM ${SHADOW_SCHEMA}.told_merge t WHERE t.other = profile_id)`,
    [uuidArray(ids)],
  );
  return new Map(
    rows.map((row) => [row.profileId, { ...row, since: Number(row.since), mergedInto: null, mergedFrom: [], told: NOTHING_TOLD }]),
  );
}

/** Ids of the shadow that ended in live. */
async function endedIds(tx: Transaction, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(
    `SELECT profile_id AS id FROM ${LIVE_SCHEMA}.profile WHERE profile_id = ANY($1::uuid[]) AND merged_into IS NOT NULL
UNION SELECT other FROM ${SHADOW_SCHEMA}.told_merge WHERE other = ANY($1::uuid[])`,
    [uuidArray(ids)],
  );
  return new Set(rows.map((row) => row.id));
}

async function rewrite(
  tx: Transaction,
  byProfile: ReadonlyMap<string, readonly StoredNode[]>,
  profileOf: ReadonlyMap<string, string>,
  profiles: ReadonlyMap<string, StoredProfile>,
): Promise<void> {
  const nodes = [...profileOf];
  await tx.query(
    `UPDATE ${SHADOW_SCHEMA}.node n SET profile_id = u.profile_id FROM unnest($1::uuid[], $2::uuid[]) AS u (node, profile_id) WHERE n.node = u.node AND n.profile_id <> u.profile_id`,
    [uuidArray(nodes.map(([node]) => node)), uuidArray(nodes.map(([, id]) => id))],
  );
  const writes = [...byProfile.values()].map((members): ProfileWrite => {
    const profileId = profileOf.get(members[0]?.node ?? '') ?? '';
    const states = members.flatMap((node) => node.state ?? []);
    return {
      profileId,
      since: Math.min(profiles.get(profileId)?.since ?? Number.MAX_SAFE_INTEGER, ...members.map((node) => node.firstSeen)),
      mergedInto: null,
      visible: states.length > 0,
      view: combineProfile(profileId, states, []),
    };
  });
  await tx.query(`DELETE FROM ${SHADOW_SCHEMA}.profile WHERE profile_id = ANY($1::uuid[])`, [
    uuidArray([...byProfile.keys(), ...writes.map((row) => row.profileId)]),
  ]);
  shadowStore.saveProfiles(tx, writes);
}
