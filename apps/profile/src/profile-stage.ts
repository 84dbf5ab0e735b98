import { createHash, createHmac } from 'node:crypto';
import { topology } from '@tributary/contracts';
import { nodeId } from '@tributary/matching';
import { ContentionError, type HubEvent, type Stage, type Transaction, type UnitOfWork } from '@tributary/persistence';
import { documentKey, type BatchState } from './batch-state.ts';
import { closeBatch } from './close-batch.ts';
import { foldFact, type IdentityKeys } from './fold-fact.ts';
import { createProfileStore, LIVE_SCHEMA, type ProfileStore } from './profile.store.ts';
import { readFact, type Fact } from './read-fact.ts';
import type { DocumentKey, StoredDocument } from './stored-rows.ts';

/** Where a profile stage works. */
export interface ProfileStagePlace {
  /** Schema of its tables; {@link LIVE_SCHEMA} by default. */
  readonly schema?: string;
  /** Its consumer group; `profile` by default. */
  readonly group?: string;
}

/** The profile app's stage: facts in, one customer profile out. A shadow is the same stage in another place. */
export function createProfileStage(
  identityKey: string | Buffer,
  { schema = LIVE_SCHEMA, group = 'profile' }: ProfileStagePlace = {},
): Stage {
  const keys = identityKeys(identityKey);
  const store = createProfileStore(schema);
  return {
    group,
    reads: topology.profile.reads,
    async open(tx, events): Promise<UnitOfWork> {
      const facts = new Map(events.map((event) => [event, readFact(event)]));
      const state = await loadBatch(tx, store, [...facts.values()], keys);
      return {
        apply: (event: HubEvent) => foldFact(state, facts.get(event) ?? readFact(event), keys),
        close: () => closeBatch(tx, store, state),
      };
    },
  };
}

/** Keyed hashes (HMAC-SHA256, 128 bits): a dump of the database gives no address away and cannot be guessed without the key. */
export function identityKeys(identityKey: string | Buffer): IdentityKeys {
  const uuid = (hex: string): string =>
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
  return {
    node: ({ kind, scope, value }) =>
      uuid(
        createHmac('sha256', identityKey)
          .update(nodeId(kind, scope, value))
          .digest('hex'),
      ),
    edge: (from, to) => uuid(createHash('sha256').update(from).update(to).digest('hex')),
  };
}

async function loadBatch(tx: Transaction, store: ProfileStore, facts: readonly Fact[], keys: IdentityKeys): Promise<BatchState> {
  const documentKeys = new Map<string, DocumentKey>();
  const want = (kind: DocumentKey['kind'], source: string, documentId: string): void =>
    void documentKeys.set(documentKey(kind, source, documentId), { kind, source, documentId });
  const wanted = new Set<string>();
  const personal = new Set<string>();
  for (const fact of facts) {
    want(fact.kind, fact.source, fact.documentId);
    if (fact.orderId !== null) want('ORDER', fact.source, fact.orderId);
    const { customer, document } = fact.identification;
    if (customer !== undefined) wanted.add(keys.node(customer));
    wanted.add(keys.node(document));
    for (const identifier of fact.identification.personal) {
      const node = keys.node(identifier);
      wanted.add(node);
      personal.add(node);
    }
  }
  const documents = await loadWithOrders(tx, store, facts, [...documentKeys.values()]);
  for (const document of documents) wanted.add(document.node);
  const state: BatchState = {
    nodes: new Map(),
    newNodes: new Set(),
    changedNodes: new Set(),
    documents: new Map(documents.map((row) => [documentKey(row.kind, row.source, row.documentId), row])),
    newDocuments: new Set(),
    changedDocuments: new Set(),
    edges: new Map(),
    newEdges: new Set(),
    profiles: new Map(),
    unsureBounds: new Set(),
    changes: [],
    causes: new Map(),
  };
  await loadClosure(tx, store, state, [...wanted], personal);
  return state;
}

/**
 * Loads documents; a fact that names only its order, which is not there, is looked at again when every transaction that may bring that order
 * has ended.
 */
async function loadWithOrders(
  tx: Transaction,
  store: ProfileStore,
  facts: readonly Fact[],
  wanted: readonly DocumentKey[],
): Promise<StoredDocument[]> {
  const documents = await store.loadDocuments(tx, wanted);
  const known = new Set(documents.map((row) => documentKey(row.kind, row.source, row.documentId)));
  const named = (fact: Fact): boolean => fact.identification.customer !== undefined;
  const orphaned = facts.some(
    (fact) => !named(fact) && fact.orderId !== null && fact.kind !== 'ORDER' && !known.has(documentKey('ORDER', fact.source, fact.orderId)),
  );
  if (orphaned) {
    await store.lockOrders(tx, 'exclusive');
    return store.loadDocuments(tx, wanted);
  }
  if (facts.some((fact) => named(fact) && fact.orderId !== null)) await store.lockOrders(tx, 'shared');
  return documents;
}

/** Loads nodes, their whole profiles under lock, and the edges among them; evidence that was refused leads on to further profiles. */
async function loadClosure(
  tx: Transaction,
  store: ProfileStore,
  state: BatchState,
  wanted: readonly string[],
  personal: ReadonlySet<string>,
): Promise<void> {
  let ask: readonly string[] = wanted;
  while (ask.length > 0) {
    const found = await store.loadNodes(tx, ask);
    const profiles = [...new Set(found.map((node) => node.profileId))].filter((id) => !state.profiles.has(id));
    for (const profile of await store.lockProfiles(tx, profiles)) {
      if (profile.mergedInto !== null) throw new ContentionError(`profile ${profile.profileId} was merged meanwhile`);
      state.profiles.set(profile.profileId, profile);
    }
    const members = await store.loadMembers(tx, profiles);
    for (const node of members) state.nodes.set(node.node, node);
    for (const node of found) if (!state.nodes.has(node.node)) throw new ContentionError(`node ${node.node} moved meanwhile`);
    const to = members.filter((node) => !node.shared && personal.has(node.node)).map((node) => node.node);
    const edges = await store.loadEdges(
      tx,
      members.map((node) => node.node),
      to,
    );
    for (const edge of edges) state.edges.set(edge.edge, edge);
    ask = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]).filter((node) => !state.nodes.has(node)))];
  }
}
