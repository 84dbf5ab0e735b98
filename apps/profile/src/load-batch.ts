import type { Transaction } from '@tributary/persistence';
import { documentKey, type BatchState } from './batch-state.ts';
import type { IdentityMemory } from './identity-memory.ts';
import { loadClosure } from './load-closure.ts';
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
  const documents = await loadWithOrders(context, facts, [...wanted.values()]);
  const state: BatchState = {
    nodes: new Map(),
    newNodes: new Set(),
    changedNodes: new Set(),
    documents: new Map(documents.map((row) => [documentKey(row.kind, row.source, row.documentId), row])),
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
  await loadClosure(context, state, facts);
  return state;
}

/**
 * Loads documents; a fact that names only its order, which is not there, is looked at again when every transaction that may bring that order
 * has ended.
 */
async function loadWithOrders(
  { tx, store }: LoadContext,
  facts: readonly Fact[],
  wanted: readonly DocumentKey[],
): Promise<StoredDocument[]> {
  const documents = await store.loadDocuments(tx, wanted);
  const named = (fact: Fact): boolean => fact.identification.customer !== undefined;
  if (facts.some((fact) => !named(fact) && fact.orderId !== null && fact.kind !== 'ORDER')) {
    const known = new Set(documents.map((row) => documentKey(row.kind, row.source, row.documentId)));
    const orphaned = facts.some((fact) => !named(fact) && fact.orderKey !== null && fact.kind !== 'ORDER' && !known.has(fact.orderKey));
    if (orphaned) {
      store.lockOrders(tx, 'exclusive');
      return store.loadDocuments(tx, wanted);
    }
  }
  if (facts.some((fact) => named(fact) && fact.orderId !== null)) store.lockOrders(tx, 'shared');
  return documents;
}
