import { contracts, formatMicros, type Activity, type IdentityChange } from '@tributary/contracts';
import { appendOutbox, derivedId, raiseEpoch, uuidArray, type OutboxEvent, type Transaction } from '@tributary/persistence';
import { combineProfile } from '../combine-profile.ts';
import { createProfileTables } from '../migrations.ts';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import { createProfileStore } from '../profile.store.ts';
import type { IdentityStep } from '../regroup.ts';
import type { ProfileWrite, StoredNode } from '../stored-rows.ts';
import { adoptNumbers, numberEvents } from '../told.store.ts';
import type { Adopted } from './adopt-live-ids.ts';
import { differentProfiles } from './compare-profiles.ts';
import { correctionsSql, type Correction } from './corrections.ts';
import { sameRowSql } from './same-row.ts';
import { LIVE_GROUP, RETIRED_SCHEMA, SHADOW_SCHEMA, TABLES } from './shadow.ts';

/** What a swap did. */
export interface Swapped {
  /** Rows of live that were replaced or removed; they are kept in the retired schema. */
  readonly retired: number;
  /** Profiles published anew, and profiles that ended. */
  readonly published: number;
  readonly ended: number;
  readonly identityChanges: number;
  readonly corrections: number;
}

/** Who says so, and when. */
export interface SwapCause {
  /** Id of the rebuild. */
  readonly id: string;
  /** Microseconds. */
  readonly at: number;
}

const SOURCE = 'tributary/profile';
const CAUSE_SOURCE = 'tributary/rebuild';
const PAGE = 500;
const KEYS: Readonly<Record<(typeof TABLES)[number], readonly string[]>> = {
  node: ['node'],
  edge: ['edge'],
  document: ['kind', 'source', 'document_id'],
  profile: ['profile_id'],
};
const store = createProfileStore(LIVE_SCHEMA);

/** Whoever else writes profiles waits, or is waited for, until the transaction ends; readers go on. */
export async function lockLiveTables(tx: Transaction): Promise<void> {
  await tx.query(`LOCK TABLE ${TABLES.map((table) => `${LIVE_SCHEMA}.${table}`).join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
}

/**
 * Makes live what the shadow is, row by row, inside a transaction that holds the live group: tables keep their identity, so views, prepared
 * statements and readers never notice. Rows that go are set aside. Profiles that change are published with their next numbers, identity
 * changes as they would have been by themselves, and the difference between what was told of every document and the truth as activity.
 */
export async function swapShadow(tx: Transaction, adopted: Adopted, cause: SwapCause): Promise<Swapped> {
  await raiseEpoch(tx, LIVE_GROUP);
  const affected = await differentProfiles(tx);
  const merged = new Map(adopted.steps.flatMap((step) => (step.change === 'MERGED' ? [[step.other, step.profileId] as const] : [])));
  await noteMerges(tx, merged);

  await tx.query(`DROP SCHEMA IF EXISTS ${RETIRED_SCHEMA} CASCADE`);
  await createProfileTables(tx, RETIRED_SCHEMA);
  let retired = 0;
  for (const table of ['node', 'edge', 'document'] as const) retired += await replaceRows(tx, table);
  const going = new Set([...adopted.vanished, ...merged.keys()]);
  const staying = [...new Set([...affected, ...merged.values()])].filter((id) => !going.has(id)).sort();
  retired += await retireProfiles(tx, [...going, ...staying]);

  const identity = identityEvents(adopted.steps, cause);
  for (let start = 0; start < identity.length; start += PAGE) await publish(tx, identity.slice(start, start + PAGE));
  const corrections = await publishCorrections(tx, cause);
  let published = 0;
  for (let start = 0; start < staying.length; start += PAGE)
    published += await rewriteProfiles(tx, staying.slice(start, start + PAGE), merged, cause);
  const ended = await endProfiles(tx, [...going].sort(), merged, cause);
  return { retired, published, ended, identityChanges: identity.length, corrections };
}

/** Merges that the swap brings count as told: what was said of a profile that ends belongs to the one that carries on. */
async function noteMerges(tx: Transaction, merged: ReadonlyMap<string, string>): Promise<void> {
  await tx.query(`INSERT INTO ${SHADOW_SCHEMA}.told_merge SELECT * FROM unnest($1::uuid[], $2::uuid[]) ON CONFLICT DO NOTHING`, [
    uuidArray([...merged.keys()]),
    uuidArray([...merged.values()]),
  ]);
}

/** Replaces the rows of a table that are not the shadow's. */
async function replaceRows(tx: Transaction, table: 'node' | 'edge' | 'document'): Promise<number> {
  const key = KEYS[table];
  const [live, shadow] = [`${LIVE_SCHEMA}.${table}`, `${SHADOW_SCHEMA}.${table}`];
  const same = key.map((column) => `l.${column} = s.${column}`).join(' AND ');
  const gone = await tx.query(
    `WITH gone AS (DELETE FROM ${live} l WHERE NOT EXISTS (SELECT FROM ${shadow} s WHERE ${same} AND ${await sameRowSql(tx, table)}) RETURNING *)
INSERT INTO ${RETIRED_SCHEMA}.${table} SELECT * FROM gone RETURNING 1`,
  );
  await tx.query(`INSERT INTO ${live} SELECT * FROM ${shadow} s WHERE NOT EXISTS (SELECT FROM ${live} l WHERE ${same})`);
  return gone.length;
}

async function retireProfiles(tx: Transaction, ids: readonly string[]): Promise<number> {
  const rows = await tx.query(
    `INSERT INTO ${RETIRED_SCHEMA}.profile SELECT * FROM ${LIVE_SCHEMA}.profile WHERE profile_id = ANY($1::uuid[]) RETURNING 1`,
    [uuidArray(ids)],
  );
  return rows.length;
}

/** Combines profiles anew from their identifiers, as any batch does, and publishes those that look different now. */
async function rewriteProfiles(
  tx: Transaction,
  ids: readonly string[],
  merged: ReadonlyMap<string, string>,
  cause: SwapCause,
): Promise<number> {
  const members = new Map<string, StoredNode[]>(ids.map((id) => [id, []]));
  for (const node of await store.loadMembers(tx, ids)) members.get(node.profileId)?.push(node);
  const others = new Map<string, string[]>();
  for (const [other, into] of merged) others.set(into, [...(others.get(into) ?? []), other]);
  const before = await historyOf(tx, [...ids, ...ids.flatMap((id) => others.get(id) ?? [])]);
  const writes = ids.map((profileId): ProfileWrite => {
    const nodes = members.get(profileId) ?? [];
    const states = nodes.flatMap((node) => node.state ?? []);
    const absorbed = others.get(profileId) ?? [];
    const earlier = [profileId, ...absorbed].flatMap((id) => before.get(id) ?? []);
    const mergedFrom = new Set([...absorbed, ...earlier.flatMap((row) => row.mergedFrom)]);
    return {
      profileId,
      since: Math.min(...earlier.map((row) => row.since), ...nodes.map((node) => node.firstSeen)),
      mergedInto: null,
      visible: states.length > 0,
      view: combineProfile(profileId, states, [...mergedFrom]),
    };
  });
  store.saveProfiles(tx, writes);
  await adoptNumbers(tx, ids);
  const changed = await tx.query<{ id: string; gone: boolean }>(
    `SELECT profile_id AS id, NOT p.visible AS gone FROM ${LIVE_SCHEMA}.profile p LEFT JOIN ${RETIRED_SCHEMA}.profile r USING (profile_id)
WHERE profile_id = ANY($1::uuid[]) AND (p.visible OR r.visible) AND (p.document::jsonb, p.visible) IS DISTINCT FROM (r.document::jsonb, r.visible) ORDER BY profile_id`,
    [uuidArray(ids)],
  );
  const views = new Map(writes.map((write) => [write.profileId, write.view]));
  await publish(
    tx,
    changed.map(({ id, gone }) =>
      published(contracts.profile, cause, `customer.profile/${id}`, 0, id, (seq) => (gone ? null : { ...views.get(id), seq })),
    ),
  );
  return changed.length;
}

async function historyOf(tx: Transaction, ids: readonly string[]): Promise<Map<string, { since: number; mergedFrom: readonly string[] }>> {
  const rows = await tx.query<{ id: string; since: bigint; mergedFrom: string[] | null }>(
    `SELECT profile_id AS id, since, merged_from AS "mergedFrom" FROM ${RETIRED_SCHEMA}.profile WHERE profile_id = ANY($1::uuid[])`,
    [uuidArray(ids)],
  );
  return new Map(rows.map((row) => [row.id, { since: Number(row.since), mergedFrom: row.mergedFrom ?? [] }]));
}

/** Profiles that end: a merged one leaves its redirect, in the same row; one that nobody is leaves its numbers; both a tombstone. */
async function endProfiles(
  tx: Transaction,
  ids: readonly string[],
  merged: ReadonlyMap<string, string>,
  cause: SwapCause,
): Promise<number> {
  if (ids.length === 0) return 0;
  const before = await historyOf(tx, ids);
  await tx.query(`DELETE FROM ${LIVE_SCHEMA}.profile WHERE profile_id = ANY($1::uuid[])`, [uuidArray(ids.filter((id) => !merged.has(id)))]);
  store.saveProfiles(
    tx,
    [...merged].map(([other, into]): ProfileWrite => {
      const { since = 0, mergedFrom = [] } = before.get(other) ?? {};
      return { profileId: other, since, mergedInto: into, visible: false, view: combineProfile(other, [], mergedFrom) };
    }),
  );
  await adoptNumbers(tx, [...merged.keys()]);
  const shown = [...before.keys()];
  await publish(
    tx,
    shown.map((id) => published(contracts.profile, cause, `customer.profile/${id}/ended`, 0, id, () => null)),
  );
  return shown.length;
}

/** Publishes with the numbers of the profiles' rows; a profile that has none (any more) goes on in `hub.outbox_key`. */
async function publish(tx: Transaction, events: readonly OutboxEvent[]): Promise<void> {
  await appendOutbox(tx, await numberEvents(tx, events));
}

function identityEvents(steps: readonly IdentityStep[], cause: SwapCause): OutboxEvent[] {
  return steps.map((step, index) => {
    const node = step.change === 'SPLIT' ? step.nodes[0] : step.node;
    const value = (seq: bigint): IdentityChange => ({
      profileId: step.profileId,
      seq,
      change: step.change,
      otherProfileId: 'other' in step ? step.other : null,
      identifierKind: null,
      identifierHash: node ?? null,
      causeSource: CAUSE_SOURCE,
      causeId: cause.id,
      at: cause.at,
    });
    return published(
      contracts.identityChange,
      cause,
      `customer.identity/${step.change}/${step.profileId}/${node ?? ''}`,
      index,
      step.profileId,
      value,
    );
  });
}

/** Publishes the corrections page by page: they may be many. */
async function publishCorrections(tx: Transaction, cause: SwapCause): Promise<number> {
  await tx.query(`DECLARE corrections CURSOR FOR ${correctionsSql(LIVE_SCHEMA)} ORDER BY 1, 2, 3, 4, 5`);
  let count = 0;
  for (;;) {
    const rows = await tx.query<Correction>(`FETCH ${PAGE} FROM corrections`);
    if (rows.length === 0) break;
    await publish(
      tx,
      rows.map((row, index) =>
        published(contracts.activity, cause, 'customer.activity', count + index, row.profileId, (seq) => activity(row, seq, cause)),
      ),
    );
    count += rows.length;
  }
  await tx.query('CLOSE corrections');
  return count;
}

const activity = (row: Correction, seq: bigint, cause: SwapCause): Activity => ({
  profileId: row.profileId,
  seq,
  kind: 'REASSIGNMENT',
  causeSource: CAUSE_SOURCE,
  causeId: cause.id,
  documentId: row.documentId,
  occurredAt: Number(row.occurredAt),
  currency: row.currency === '' ? null : row.currency,
  ordersDelta: Number(row.orders),
  grossDelta: row.gross,
  returnsDelta: row.returned,
  paidDelta: row.paid,
  interactionsDelta: Number(row.interactions),
  complaintsDelta: Number(row.complaints),
  detail: null,
  score: row.score === -1 ? null : row.score,
});

function published<T>(
  contract: { readonly name: string },
  cause: SwapCause,
  type: string,
  n: number,
  key: string,
  value: (seq: bigint) => T | null,
): OutboxEvent {
  return {
    contract: contract as OutboxEvent['contract'],
    id: derivedId(CAUSE_SOURCE, cause.id, type, n),
    source: SOURCE,
    key,
    time: formatMicros(cause.at),
    value,
  };
}
