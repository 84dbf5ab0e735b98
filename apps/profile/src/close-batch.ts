import { contracts, type Activity, type IdentityChange } from '@tributary/contracts';
import type { HubEvent, OutboxEvent, Transaction } from '@tributary/persistence';
import type { BatchState, Change } from './batch-state.ts';
import { combineProfiles, type CombinedProfile } from './combine-profiles.ts';
import type { Contribution } from './contribution.ts';
import { NO_TOKEN, type IdentityMemory, type RememberedEdge } from './identity-memory.ts';
import type { ClaimedProfile } from './profile-row.store.ts';
import type { ProfileStore } from './profile.store.ts';
import { publishedEvent, timeOf } from './published-event.ts';
import type { IdentityStep } from './regroup.ts';
import { causes, settleIdentity } from './settle-identity.ts';
import type { ProfileWrite, StoredDocument } from './stored-rows.ts';
import { NOTHING_TOLD, ToldCounts } from './told.ts';

/** Settles identity, writes what changed with one statement a table and says what to publish: activity, identity changes, profiles. */
export async function closeBatch(tx: Transaction, store: ProfileStore, memory: IdentityMemory, state: BatchState): Promise<OutboxEvent[]> {
  if (state.newDocuments.size + state.changedDocuments.size + state.changedNodes.size + state.newNodes.size + state.newEdges.size === 0)
    return [];
  const steps = settleIdentity(state, memory);
  const causeOf = causes(state);
  const moved = steps.flatMap((step) => (step.change === 'SPLIT' ? step.nodes : []));
  const reassigned = moved.length === 0 ? [] : await store.documentsOfNodes(tx, moved);

  store.insertDocuments(tx, rowsOf(state.documents, state.newDocuments));
  store.updateDocuments(tx, rowsOf(state.documents, state.changedDocuments, state.newDocuments));
  await settleBounds(tx, store, state);
  store.insertNodes(tx, rowsOf(state.nodes, state.newNodes));
  store.updateNodes(tx, rowsOf(state.nodes, state.changedNodes, state.newNodes));
  store.saveEdges(tx, rowsOf(state.edges, state.newEdges));

  const profiles = combineProfiles(state, steps);
  const known = await store.claimProfiles(
    tx,
    profiles.filter(({ profileId }) => !state.profiles.has(profileId)).map(({ profileId }) => profileId),
  );
  const told = new ToldCounts((profileId) => (state.profiles.get(profileId) ?? known.get(profileId))?.told);
  const events = [
    ...identityEvents(state, steps, causeOf, told),
    ...activityEvents(state, told),
    ...reassignments(steps, reassigned, causeOf(undefined), told),
    ...profileEvents(state, profiles, causeOf, told),
  ];
  writeProfiles(tx, store, memory, state, profiles, known, told);
  return events;
}

/**
 * Writes the profiles with the numbers that their events took. One that was there unknown to this batch (merged away before, under an id that
 * came again) may be older than what was written of it: nobody remembers it.
 */
function writeProfiles(
  tx: Transaction,
  store: ProfileStore,
  memory: IdentityMemory,
  state: BatchState,
  profiles: readonly CombinedProfile[],
  known: ReadonlyMap<string, ClaimedProfile>,
  told: ToldCounts,
): void {
  const token = memory.newToken();
  const writes = profiles.map((profile): CombinedProfile => ({ ...profile, told: told.of(profile.profileId) }));
  const written = new Set(writes.map(({ profileId }) => profileId));
  for (const profileId of told.profiles)
    if (!written.has(profileId)) throw new Error(`profile ${profileId} was given numbers and is not written`);
  const isLoaded = ({ profileId }: ProfileWrite): boolean => state.profiles.has(profileId);
  const isThere = ({ profileId }: ProfileWrite): boolean => known.get(profileId)?.isThere === true;
  store.insertProfiles(
    tx,
    writes.filter((write) => !isLoaded(write) && !isThere(write)),
    token,
  );
  store.updateProfiles(tx, writes.filter(isLoaded), token);
  store.updateProfiles(tx, writes.filter(isThere), NO_TOKEN);
  remember(
    memory,
    state,
    writes.filter((write) => !isThere(write)),
    token,
  );
}

/** Rows by their keys, but for those of some keys. */
function rowsOf<Row>(rows: ReadonlyMap<string, Row>, keys: ReadonlySet<string>, but?: ReadonlySet<string>): Row[] {
  const found: Row[] = [];
  for (const key of keys) {
    const row = but?.has(key) === true ? undefined : rows.get(key);
    if (row !== undefined) found.push(row);
  }
  return found;
}

/** Leaves in memory what the written profiles and their members are once this transaction has committed. */
function remember(memory: IdentityMemory, state: BatchState, profiles: readonly CombinedProfile[], token: bigint): void {
  const read = new Map<string, RememberedEdge[]>();
  for (const { from, to, seenAt } of state.edges.values()) {
    const profileId = state.nodes.get(from)?.profileId;
    if (profileId === undefined) continue;
    const list = read.get(profileId);
    if (list === undefined) read.set(profileId, [{ from, to, seenAt }]);
    else list.push({ from, to, seenAt });
  }
  for (const { profileId, since, mergedInto, view, members, told = NOTHING_TOLD } of profiles)
    if (mergedInto === null)
      memory.keepProfile(
        {
          profileId,
          since,
          mergedInto,
          mergedFrom: view.mergedFrom,
          told,
          nodes: members,
          // Where edges were read or are new, all of the profile's were read.
          edges: read.get(profileId) ?? state.knownEdges.get(profileId) ?? NO_EDGES,
        },
        token,
      );
}

const NO_EDGES: readonly never[] = [];

/** An order that is taken back may have been the first or last one: the documents say which is now. */
async function settleBounds(tx: Transaction, store: ProfileStore, state: BatchState): Promise<void> {
  if (state.unsureBounds.size === 0) return;
  const bounds = await store.orderBounds(tx, [...state.unsureBounds]);
  for (const name of state.unsureBounds) {
    const node = state.nodes.get(name);
    if (!node?.state) continue;
    const found = bounds.get(name);
    node.state.firstOrderAt = found?.first ?? null;
    node.state.lastOrderAt = found?.last ?? null;
  }
}

type CauseOf = (node: string | undefined) => HubEvent;

function identityEvents(state: BatchState, steps: readonly IdentityStep[], causeOf: CauseOf, told: ToldCounts): OutboxEvent[] {
  return steps.flatMap((step, index): OutboxEvent[] => {
    const name = step.change === 'SPLIT' ? step.nodes[0] : step.node;
    const node = name === undefined ? undefined : state.nodes.get(name);
    const invisible =
      step.change === 'CREATED' &&
      !node?.state &&
      ![...state.nodes.values()].some((other) => other.profileId === step.profileId && other.state);
    if (invisible) return [];
    const cause = causeOf(name);
    const value = (seq: bigint): IdentityChange => ({
      profileId: step.profileId,
      seq,
      change: step.change,
      otherProfileId: 'other' in step ? step.other : null,
      identifierKind: node?.kind ?? null,
      identifierHash: node?.node ?? null,
      causeSource: cause.envelope.source,
      causeId: cause.envelope.id,
      at: timeOf(cause),
    });
    return [
      publishedEvent(
        contracts.identityChange,
        cause,
        `customer.identity/${step.change}/${step.profileId}/${name ?? ''}`,
        index,
        step.profileId,
        told.next('identity', step.profileId),
        value,
      ),
    ];
  });
}

function activityEvents(state: BatchState, told: ToldCounts): OutboxEvent[] {
  return state.changes.map((change) => {
    const profileId = state.nodes.get(change.node)?.profileId ?? '';
    const number = told.next('activity', profileId);
    return publishedEvent(contracts.activity, change.event, 'customer.activity', change.half, profileId, number, (seq) =>
      activity(profileId, seq, change.kind as Activity['kind'], change, change.delta, change.event),
    );
  });
}

/** What a split moves: every earlier document of the moved nodes is taken from the one profile and given to the other. */
function reassignments(
  steps: readonly IdentityStep[],
  documents: readonly StoredDocument[],
  cause: HubEvent,
  told: ToldCounts,
): OutboxEvent[] {
  return steps.flatMap((step) => {
    if (step.change !== 'SPLIT') return [];
    const nodes = new Set(step.nodes);
    return documents
      .filter((document) => nodes.has(document.node) && document.kind !== 'CUSTOMER')
      .flatMap((document, index) => {
        const move = (profileId: string, sign: 1 | -1, half: number): OutboxEvent =>
          publishedEvent(
            contracts.activity,
            cause,
            `customer.activity/${step.profileId}/${step.other}/${half}`,
            index,
            profileId,
            told.next('activity', profileId),
            (seq) => activity(profileId, seq, 'REASSIGNMENT', document, signed(document, sign), cause),
          );
        return [move(step.profileId, -1, 0), move(step.other, 1, 1)];
      });
  });
}

/** Every profile that is shown, and the end of those that were merged away. */
function profileEvents(state: BatchState, profiles: readonly CombinedProfile[], causeOf: CauseOf, told: ToldCounts): OutboxEvent[] {
  return profiles.flatMap(({ profileId, view, visible, mergedInto, members }) => {
    if (!visible && mergedInto === null) return [];
    const seq = told.next('profile', profileId);
    if (mergedInto !== null)
      return [publishedEvent(contracts.profile, causeOf(undefined), `customer.profile/${profileId}/merged`, 0, profileId, seq, () => null)];
    let cause: HubEvent | undefined;
    for (const { node } of members) cause = state.causes.get(node) ?? cause;
    view.seq = seq;
    return [publishedEvent(contracts.profile, cause ?? causeOf(undefined), `customer.profile/${profileId}`, 0, profileId, seq, () => view)];
  });
}

function activity(
  profileId: string,
  seq: bigint,
  kind: Activity['kind'],
  document: Pick<Change, 'documentId'>,
  delta: Contribution,
  cause: HubEvent,
): Activity {
  return {
    profileId,
    seq,
    kind,
    causeSource: cause.envelope.source,
    causeId: cause.envelope.id,
    documentId: document.documentId,
    occurredAt: delta.occurredAt,
    currency: delta.currency,
    ordersDelta: delta.orders,
    grossDelta: delta.gross,
    returnsDelta: delta.returned,
    paidDelta: delta.paid,
    interactionsDelta: delta.interactions,
    complaintsDelta: delta.complaints,
    detail: delta.detail,
    score: delta.score,
  };
}

const signed = (value: Contribution, sign: 1 | -1): Contribution => {
  const by = BigInt(sign);
  return {
    ...value,
    orders: sign * value.orders,
    gross: by * value.gross,
    returned: by * value.returned,
    paid: by * value.paid,
    interactions: sign * value.interactions,
    complaints: sign * value.complaints,
  };
};
