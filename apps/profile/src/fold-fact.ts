import type { Disposition } from '@tributary/persistence';
import { edgeKey, knownSince, type BatchState } from './batch-state.ts';
import type { Contribution } from './contribution.ts';
import type { Identifier } from './identifier.ts';
import type { IdentityKeys } from './identity-keys.ts';
import { boundsUnsure, claim, contribute, emptyNodeState, type FieldName, type NodeState } from './node-state.ts';
import type { StoredDocument, StoredNode } from './stored-rows.ts';
import type { Fact } from './read-fact.ts';

const applied: Disposition = { kind: 'applied' };

/**
 * Folds one fact into the batch: business key, identity, contribution. The older version of a snapshot is stale: it adds nothing, but whom
 * it names stays evidence, as it would have been had it come in time. The same content again is a duplicate.
 */
export function foldFact(state: BatchState, fact: Fact, keys: IdentityKeys): Disposition {
  const { key } = fact;
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
  const { contribution } = fact;
  // Field by field: spreading one object into another makes a dictionary of it first.
  const document: StoredDocument = {
    kind: fact.kind,
    source: fact.source,
    documentId: fact.documentId,
    version: fact.version,
    hash: fact.hash,
    node,
    occurredAt: contribution.occurredAt,
    currency: contribution.currency,
    orders: contribution.orders,
    gross: contribution.gross,
    returned: contribution.returned,
    paid: contribution.paid,
    invoiced: contribution.invoiced,
    settled: contribution.settled,
    interactions: contribution.interactions,
    complaints: contribution.complaints,
    detail: contribution.detail,
    score: contribution.score,
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
  if (fact.kind === 'CUSTOMER') claimRecord(changed(state, node), fact);
  else moveContribution(state, fact, fact.kind, known, node);
  return applied;
}

/** What an older version says of the person: links and claims only ever join, so it does not matter when they are heard. */
function noteEvidence(state: BatchState, fact: Fact, keys: IdentityKeys): void {
  const node = primaryNode(state, fact, keys);
  state.causes.set(node, fact.event);
  if (fact.kind === 'CUSTOMER') return;
  const current = changed(state, node);
  current.updatedAt = Math.max(current.updatedAt, fact.contribution.occurredAt);
  claimReference(current, fact);
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
    contribute(changed(state, known.node), kind, known, -1);
    state.causes.set(known.node, fact.event);
  }
  const current = changed(state, node);
  contribute(current, kind, fact.contribution, 1);
  claimReference(current, fact);
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
  occurredAt: next.occurredAt,
  currency: next.currency,
  orders: next.orders - before.orders,
  gross: next.gross - before.gross,
  returned: next.returned - before.returned,
  paid: next.paid - before.paid,
  invoiced: next.invoiced - before.invoiced,
  settled: next.settled - before.settled,
  interactions: next.interactions - before.interactions,
  complaints: next.complaints - before.complaints,
  detail: next.detail,
  score: next.score,
});

/** The node a fact is booked on: the source's customer; else whoever the order is known to belong to; else the order itself (a guest). */
function primaryNode(state: BatchState, fact: Fact, keys: IdentityKeys): string {
  const { customer, document, personal } = fact.identification;
  const ordered = fact.orderKey === null ? undefined : state.documents.get(fact.orderKey);
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
    known.firstSeen = time;
    state.changedNodes.add(node);
  }
}

function link(state: BatchState, from: string, to: string, fact: Fact, keys: IdentityKeys, rule: string): void {
  if (state.nodes.get(to)?.shared) return;
  if ((knownSince(state, from, to) ?? Infinity) <= fact.time) return;
  const pair = edgeKey(from, to);
  const stored = state.edges.get(pair);
  if (stored !== undefined && stored.seenAt <= fact.time) return;
  state.edges.set(pair, {
    edge: stored?.edge ?? keys.edge(from, to),
    from,
    to,
    seenAt: fact.time,
    rule,
    evidenceSource: fact.event.envelope.source,
    evidenceId: fact.event.envelope.id,
  });
  state.newEdges.add(pair);
}

/** A node's state, to be changed. */
function changed(state: BatchState, name: string): NodeState {
  const node = state.nodes.get(name) as StoredNode;
  state.changedNodes.add(name);
  const customer = node.kind === 'source-customer';
  return (node.state ??= emptyNodeState(customer ? node.scope : null, customer ? node.display : null));
}

/** What a document says of the person in passing; a customer record outranks it. */
function claimReference(state: NodeState, fact: Fact): void {
  claimPerson(state, fact, 1);
}

/** A customer record replaces what the same record said before. */
function claimRecord(state: NodeState, fact: Fact): void {
  state.fields = Object.fromEntries(Object.entries(state.fields).filter(([, said]) => said.rank < 2));
  state.updatedAt = Math.max(state.updatedAt, fact.time);
  claimPerson(state, fact, 2);
  const { customer } = fact;
  if (customer === null) return;
  claimText(state, fact, 2, 'kind', customer.kind);
  claimText(state, fact, 2, 'marketingConsent', customer.marketingConsent === null ? null : String(customer.marketingConsent));
}

function claimPerson(state: NodeState, fact: Fact, rank: number): void {
  claimText(state, fact, rank, 'name', fact.name);
  claimText(state, fact, rank, 'email', fact.email);
  claimText(state, fact, rank, 'phone', fact.phone);
  claimText(state, fact, rank, 'country', fact.country);
}

function claimText(state: NodeState, fact: Fact, rank: number, field: FieldName, value: string | null): void {
  if (value !== null && value !== '') claim(state, field, value, fact.source, fact.saidAt, rank);
}
