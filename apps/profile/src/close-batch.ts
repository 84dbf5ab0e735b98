import { contracts, formatMicros, type Activity, type IdentityChange } from '@tributary/contracts';
import { derivedId, type HubEvent, type OutboxEvent, type Transaction } from '@tributary/persistence';
import type { BatchState, Change } from './batch-state.ts';
import { combineProfile } from './combine-profile.ts';
import type { Contribution } from './contribution.ts';
import type { IdentityMemory } from './identity-memory.ts';
import type { ProfileStore } from './profile.store.ts';
import type { IdentityStep, Regrouped } from './regroup.ts';
import { causes, settleIdentity, SOURCE } from './settle-identity.ts';
import type { ProfileWrite, StoredDocument, StoredNode } from './stored-rows.ts';

/** Settles identity, writes what changed with one statement a table and says what to publish: activity, identity changes, profiles. */
export async function closeBatch(tx: Transaction, store: ProfileStore, memory: IdentityMemory, state: BatchState): Promise<OutboxEvent[]> {
  if (state.newDocuments.size + state.changedDocuments.size + state.changedNodes.size + state.newNodes.size + state.newEdges.size === 0)
    return [];
  const grouped = settleIdentity(state, memory);
  const causeOf = causes(state);
  const moved = grouped.steps.flatMap((step) => (step.change === 'SPLIT' ? step.nodes : []));
  const reassigned = moved.length === 0 ? [] : await store.documentsOfNodes(tx, moved);

  store.insertDocuments(
    tx,
    [...state.newDocuments].flatMap((key) => state.documents.get(key) ?? []),
  );
  store.updateDocuments(
    tx,
    [...state.changedDocuments].filter((key) => !state.newDocuments.has(key)).flatMap((key) => state.documents.get(key) ?? []),
  );
  await settleBounds(tx, store, state);
  const nodes = (names: Iterable<string>): StoredNode[] => [...names].flatMap((name) => state.nodes.get(name) ?? []);
  store.insertNodes(tx, nodes(state.newNodes));
  store.updateNodes(tx, nodes([...state.changedNodes].filter((name) => !state.newNodes.has(name))));
  store.saveEdges(
    tx,
    [...state.newEdges].flatMap((edge) => state.edges.get(edge) ?? []),
  );

  const { writes, events } = profileWrites(state, grouped, causeOf);
  store.saveProfiles(
    tx,
    writes.filter((write) => !state.profiles.has(write.profileId)),
  );
  store.updateProfiles(
    tx,
    writes.filter((write) => state.profiles.has(write.profileId)),
  );
  return [
    ...identityEvents(state, grouped.steps, causeOf),
    ...activityEvents(state, grouped),
    ...reassignments(grouped, reassigned, causeOf(undefined)),
    ...events,
  ];
}

/** An order that is taken back may have been the first or last one: the documents say which is now. */
async function settleBounds(tx: Transaction, store: ProfileStore, state: BatchState): Promise<void> {
  if (state.unsureBounds.size === 0) return;
  const bounds = await store.orderBounds(tx, [...state.unsureBounds]);
  for (const name of state.unsureBounds) {
    const node = state.nodes.get(name);
    if (!node?.state) continue;
    const found = bounds.get(name);
    state.nodes.set(name, { ...node, state: { ...node.state, firstOrderAt: found?.first ?? null, lastOrderAt: found?.last ?? null } });
  }
}

function profileWrites(
  state: BatchState,
  grouped: Regrouped,
  causeOf: (node: string | undefined) => HubEvent,
): { writes: ProfileWrite[]; events: OutboxEvent[] } {
  const members = new Map<string, StoredNode[]>();
  for (const node of state.nodes.values()) {
    const list = members.get(node.profileId);
    if (list === undefined) members.set(node.profileId, [node]);
    else list.push(node);
  }
  const touched = new Set([...state.changedNodes, ...state.newNodes].flatMap((name) => grouped.profileOf.get(name) ?? []));
  const mergedInto = new Map<string, string>();
  for (const step of grouped.steps) {
    if (step.change === 'MERGED') mergedInto.set(step.other, step.profileId);
    if (step.change === 'SPLIT') touched.add(step.profileId);
  }
  const writes: ProfileWrite[] = [];
  const events: OutboxEvent[] = [];
  // A profile that is merged away while others split off it is written once, as merged.
  for (const profileId of [...touched].filter((id) => !mergedInto.has(id)).sort()) {
    const nodes = members.get(profileId) ?? [];
    const before = state.profiles.get(profileId);
    const others = [...mergedInto].filter(([, into]) => into === profileId).map(([other]) => other);
    const mergedFrom = new Set([
      ...(before?.mergedFrom ?? []),
      ...others,
      ...others.flatMap((other) => state.profiles.get(other)?.mergedFrom ?? []),
    ]);
    const states = nodes.flatMap((node) => node.state ?? []);
    const view = combineProfile(profileId, states, [...mergedFrom]);
    const since = Math.min(
      before?.since ?? Number.MAX_SAFE_INTEGER,
      ...nodes.map((node) => node.firstSeen),
      ...others.map((other) => state.profiles.get(other)?.since ?? Number.MAX_SAFE_INTEGER),
    );
    writes.push({ profileId, since, mergedInto: null, visible: states.length > 0, view });
    const cause = nodes.map((node) => state.causes.get(node.node)).findLast((event) => event !== undefined) ?? causeOf(undefined);
    if (states.length > 0)
      events.push(published(contracts.profile, cause, `customer.profile/${profileId}`, 0, profileId, (seq) => ({ ...view, seq })));
  }
  for (const [other, into] of mergedInto) {
    const before = state.profiles.get(other);
    writes.push({
      profileId: other,
      since: before?.since ?? 0,
      mergedInto: into,
      visible: false,
      view: combineProfile(other, [], before?.mergedFrom ?? []),
    });
    events.push(published(contracts.profile, causeOf(undefined), `customer.profile/${other}/merged`, 0, other, () => null));
  }
  return { writes, events };
}

function identityEvents(state: BatchState, steps: readonly IdentityStep[], causeOf: (node: string | undefined) => HubEvent): OutboxEvent[] {
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
      published(
        contracts.identityChange,
        cause,
        `customer.identity/${step.change}/${step.profileId}/${name ?? ''}`,
        index,
        step.profileId,
        value,
      ),
    ];
  });
}

function activityEvents(state: BatchState, grouped: Regrouped): OutboxEvent[] {
  return state.changes.map((change) => {
    const profileId = grouped.profileOf.get(change.node) ?? '';
    return published(contracts.activity, change.event, 'customer.activity', change.half, profileId, (seq) =>
      activity(profileId, seq, change.kind as Activity['kind'], change, change.delta, change.event),
    );
  });
}

/** What a split moves: every earlier document of the moved nodes is taken from the one profile and given to the other. */
function reassignments(grouped: Regrouped, documents: readonly StoredDocument[], cause: HubEvent): OutboxEvent[] {
  return grouped.steps.flatMap((step) => {
    if (step.change !== 'SPLIT') return [];
    const nodes = new Set(step.nodes);
    return documents
      .filter((document) => nodes.has(document.node) && document.kind !== 'CUSTOMER')
      .flatMap((document, index) => {
        const move = (profileId: string, sign: 1 | -1, half: number): OutboxEvent =>
          published(contracts.activity, cause, `customer.activity/${step.profileId}/${step.other}/${half}`, index, profileId, (seq) =>
            activity(profileId, seq, 'REASSIGNMENT', document, signed(document, sign), cause),
          );
        return [move(step.profileId, -1, 0), move(step.other, 1, 1)];
      });
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

function published<T>(
  contract: { readonly name: string },
  cause: HubEvent,
  type: string,
  n: number,
  key: string,
  value: (seq: bigint) => T | null,
): OutboxEvent {
  const { envelope } = cause;
  return {
    contract: contract as OutboxEvent['contract'],
    id: derivedId(envelope.source, envelope.id, type, n),
    source: SOURCE,
    key,
    time: formatMicros(timeOf(cause)),
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
    value,
  };
}

const timeOf = (event: HubEvent): number => (event.contract as unknown as { time(value: unknown): number }).time(event.value);
