import type { Disposition } from '@tributary/persistence';
import { documentKey, type BatchState } from './batch-state.ts';
import type { Contribution } from './contribution.ts';
import type { Identifier } from './identifier.ts';
import type { IdentityKeys } from './identity-keys.ts';
import { boundsUnsure, claim, contribute, emptyNodeState, type FieldClaim, type FieldName, type NodeState } from './node-state.ts';
import type { StoredDocument, StoredNode } from './stored-rows.ts';
import type { Fact } from './read-fact.ts';

const applied: Disposition = { kind: 'applied' };

/**
 * Folds one fact into the batch: business key, identity, contribution. The older version of a snapshot is stale: it adds nothing, but whom
 * it names stays evidence, as it would have been had it come in time. The same content again is a duplicate.
 */
export function foldFact(state: BatchState, fact: Fact, keys: IdentityKeys): Disposition {
  const key = documentKey(fact.kind, fact.source, fact.documentId);
  const known = state.documents.get(key);
  if (known !== undefined) {
    if (fact.version < known.version) {
      noteEvidence(state, fact, keys);
      return { kind: 'stale' };
    }
    if (fact.version === known.version) {
      if (fact.hash === known.hash) return { kind: 'duplicate' };
      return {
        kind: 'quarantined',
        faults: [
          {
            field: 'version',
            reason: 'conflict',
            detail: `${fact.kind} ${fact.documentId} version ${fact.version} is known with another content; the first stays in force`,
          },
        ],
      };
    }
  }
  const node = primaryNode(state, fact, keys);
  const { envelope, record } = fact.event;
  const document: StoredDocument = {
    kind: fact.kind,
    source: fact.source,
    documentId: fact.documentId,
    version: fact.version,
    hash: fact.hash,
    node,
    ...fact.contribution,
    causeSource: envelope.source,
    causeId: envelope.id,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
  };
  state.documents.set(key, document);
  if (known === undefined) state.newDocuments.add(key);
  else state.changedDocuments.add(key);
  state.causes.set(node, fact.event);
  if (fact.kind === 'CUSTOMER') update(state, node, (before) => claimRecord(before, fact));
  else moveContribution(state, fact, fact.kind, known, node);
  return applied;
}

/** What an older version says of the person: links and claims only ever join, so it does not matter when they are heard. */
function noteEvidence(state: BatchState, fact: Fact, keys: IdentityKeys): void {
  const node = primaryNode(state, fact, keys);
  state.causes.set(node, fact.event);
  if (fact.kind === 'CUSTOMER') return;
  update(state, node, (current) =>
    claimReference({ ...current, updatedAt: Math.max(current.updatedAt, fact.contribution.occurredAt) }, fact),
  );
}

function moveContribution(
  state: BatchState,
  fact: Fact,
  kind: Exclude<Fact['kind'], 'CUSTOMER'>,
  known: StoredDocument | undefined,
  node: string,
): void {
  if (known !== undefined) {
    const before = state.nodes.get(known.node)?.state;
    if (before && boundsUnsure(before, known)) state.unsureBounds.add(known.node);
    update(state, known.node, (current) => contribute(current, kind, known, -1));
    state.causes.set(known.node, fact.event);
  }
  update(state, node, (current) => claimReference(contribute(current, kind, fact.contribution, 1), fact));
  const change = (at: string, delta: Contribution, half: number): void =>
    void state.changes.push({ event: fact.event, kind, documentId: fact.documentId, node: at, delta, half });
  if (known !== undefined && known.node !== node) {
    change(known.node, negate(known), 1);
    change(node, fact.contribution, 0);
  } else if (known !== undefined && (known.currency !== fact.contribution.currency || known.occurredAt !== fact.contribution.occurredAt)) {
    // Another currency or another day: the two do not subtract, so both are told.
    change(node, negate(known), 1);
    change(node, fact.contribution, 0);
  } else change(node, known === undefined ? fact.contribution : difference(fact.contribution, known), 0);
}

const negate = (value: Contribution): Contribution => ({
  occurredAt: value.occurredAt,
  currency: value.currency,
  orders: -value.orders,
  gross: -value.gross,
  returned: -value.returned,
  paid: -value.paid,
  invoiced: -value.invoiced,
  settled: -value.settled,
  interactions: -value.interactions,
  complaints: -value.complaints,
  detail: value.detail,
  score: value.score,
});

const difference = (next: Contribution, before: Contribution): Contribution => ({
  ...next,
  orders: next.orders - before.orders,
  gross: next.gross - before.gross,
  returned: next.returned - before.returned,
  paid: next.paid - before.paid,
  invoiced: next.invoiced - before.invoiced,
  settled: next.settled - before.settled,
  interactions: next.interactions - before.interactions,
  complaints: next.complaints - before.complaints,
});

/** The node a fact is booked on: the source's customer; else whoever the order is known to belong to; else the order itself (a guest). */
function primaryNode(state: BatchState, fact: Fact, keys: IdentityKeys): string {
  const { customer, document, personal } = fact.identification;
  const ordered = fact.orderId === null ? undefined : state.documents.get(documentKey('ORDER', fact.source, fact.orderId));
  const node = customer?.node ?? ordered?.node ?? document.node;
  ensure(state, node, customer ?? document, fact.time);
  if (customer !== undefined && state.nodes.has(document.node)) link(state, node, document.node, fact, keys, 'same-order');
  for (const identifier of personal) {
    ensure(state, identifier.node, identifier, fact.time);
    link(state, node, identifier.node, fact, keys, 'same-event');
  }
  return node;
}

function ensure(state: BatchState, node: string, identifier: Identifier, time: number): void {
  const known = state.nodes.get(node);
  if (known === undefined) {
    state.nodes.set(node, {
      node,
      kind: identifier.kind,
      scope: identifier.scope,
      display: identifier.display,
      firstSeen: time,
      profileId: '',
      shared: false,
      state: null,
    });
    state.newNodes.add(node);
  } else if (time < known.firstSeen) {
    state.nodes.set(node, { ...known, firstSeen: time });
    state.changedNodes.add(node);
  }
}

function link(state: BatchState, from: string, to: string, fact: Fact, keys: IdentityKeys, rule: string): void {
  if (state.nodes.get(to)?.shared) return;
  const edge = keys.edge(from, to);
  const known = state.edges.get(edge)?.seenAt ?? state.knownEdges.get(edge);
  if (known !== undefined && known <= fact.time) return;
  state.edges.set(edge, {
    edge,
    from,
    to,
    seenAt: fact.time,
    rule,
    evidenceSource: fact.event.envelope.source,
    evidenceId: fact.event.envelope.id,
  });
  state.newEdges.add(edge);
}

function update(state: BatchState, name: string, change: (state: NodeState) => NodeState): void {
  const node = state.nodes.get(name) as StoredNode;
  const customer = node.kind === 'source-customer';
  state.nodes.set(name, {
    ...node,
    state: change(node.state ?? emptyNodeState(customer ? node.scope : null, customer ? node.display : null)),
  });
  state.changedNodes.add(name);
}

/** What a document says of the person in passing; a customer record outranks it. */
function claimReference(state: NodeState, fact: Fact): NodeState {
  return claims(state, fact, 1, [
    ['name', fact.name],
    ['email', fact.email],
    ['phone', fact.phone],
    ['country', fact.country],
  ]);
}

/** A customer record replaces what the same record said before. */
function claimRecord(state: NodeState, fact: Fact): NodeState {
  const kept = Object.fromEntries(Object.entries(state.fields).filter(([, value]) => value.rank < 2));
  const { customer } = fact;
  const next = { ...state, fields: kept, updatedAt: Math.max(state.updatedAt, fact.time) };
  return claims(next, fact, 2, [
    ['name', fact.name],
    ['email', fact.email],
    ['phone', fact.phone],
    ['country', fact.country],
    ['kind', customer?.kind ?? null],
    ['marketingConsent', customer?.marketingConsent === null || customer === null ? null : String(customer.marketingConsent)],
  ]);
}

function claims(state: NodeState, fact: Fact, rank: number, said: readonly (readonly [FieldName, string | null])[]): NodeState {
  const claimed: (readonly [FieldName, FieldClaim])[] = [];
  for (const [field, value] of said)
    if (value !== null && value !== '') claimed.push([field, { value, source: fact.source, at: fact.saidAt, rank }]);
  return claim(state, claimed);
}
