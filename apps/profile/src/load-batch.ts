import type { Transaction } from '@tributary/persistence';
import { documentKey, type BatchState } from './batch-state.ts';
import type { IdentityMemory } from './identity-memory.ts';
import { loadClosure, loadProfiles, namedNodes } from './load-closure.ts';
import type { ProfileStore } from './profile.store.ts';
import type { Fact } from './read-fact.ts';
import type { DocumentKey, StoredDocument } from './stored-rows.ts';

/** What loading needs. */
export interface LoadContext {
  readonly tx: Transaction;
  readonly store: ProfileStore;
  readonly memory: IdentityMemory;
}

/** Loads, under lock, everything that folding the facts may touch. */
export async function loadBatch(context: LoadContext, facts: readonly Fact[]): Promise<BatchState> {
  const wanted = new Map<string, DocumentKey>();
  for (const { kind, source, documentId, key, orderId, orderKey } of facts) {
    if (!wanted.has(key)) wanted.set(key, { kind, source, documentId });
    if (orderId !== null && orderKey !== null && !wanted.has(orderKey))
      wanted.set(orderKey, { kind: 'ORDER', source, documentId: orderId });
  }
  const state: BatchState = {
    nodes: new Map(),
    newNodes: new Set(),
    changedNodes: new Set(),
    documents: new Map(),
    newDocuments: new Set(),
    changedDocuments: new Set(),
    edges: new Map(),
    newEdges: new Set(),
    knownEdges: new Map(),
    evident: new Set(),
    profiles: new Map(),
    unsureBounds: new Set(),
    changes: [],
    causes: new Map(),
  };
  await (facts.some(mayBeOrphan) ? loadInTurn : loadTogether)(context, state, facts, [...wanted.values()]);
  await loadClosure(context, state, facts);
  return state;
}

type Load = (context: LoadContext, state: BatchState, facts: readonly Fact[], wanted: readonly DocumentKey[]) => Promise<void>;

const isNamed = (fact: Fact): boolean => fact.identification.customer !== undefined;
const mayBeOrphan = (fact: Fact): boolean => !isNamed(fact) && fact.orderId !== null && fact.kind !== 'ORDER';

/**
 * Everything in one round trip. Whoever brings orders says so first, and looks for what others left at them, and locks profiles, behind
 * that: the other order would let two transactions wait for each other.
 */
const loadTogether: Load = async (context, state, facts, wanted) => {
  const { tx, store } = context;
  if (facts.some((fact) => isNamed(fact) && fact.orderId !== null)) store.lockOrders(tx, 'shared');
  const [documents] = await Promise.all([store.loadDocuments(tx, wanted), loadProfiles(context, state, namedNodes(facts))]);
  keepDocuments(state, documents);
};

/**
 * A fact that names only its order, which is not there, is looked at again when every transaction that may bring that order has ended; and
 * only then are profiles locked.
 */
const loadInTurn: Load = async (context, state, facts, wanted) => {
  const { tx, store } = context;
  keepDocuments(state, await store.loadDocuments(tx, wanted));
  if (facts.some((fact) => mayBeOrphan(fact) && fact.orderKey !== null && !state.documents.has(fact.orderKey))) {
    store.lockOrders(tx, 'exclusive');
    keepDocuments(state, await store.loadDocuments(tx, wanted));
  } else if (facts.some((fact) => isNamed(fact) && fact.orderId !== null)) store.lockOrders(tx, 'shared');
  await loadProfiles(context, state, namedNodes(facts));
};

function keepDocuments(state: BatchState, documents: readonly StoredDocument[]): void {
  for (const row of documents) state.documents.set(documentKey(row.kind, row.source, row.documentId), row);
}
