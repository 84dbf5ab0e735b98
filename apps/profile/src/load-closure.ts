import { ContentionError } from '@tributary/persistence';
import { edgeKey, knownSince, type BatchState } from './batch-state.ts';
import type { Identifier } from './identifier.ts';
import type { RememberedProfile } from './identity-memory.ts';
import type { LoadContext } from './load-batch.ts';
import type { Fact } from './read-fact.ts';

/** Nodes to be found, with the identifier that may know their profile. */
export type NamedNodes = ReadonlyMap<string, Identifier | undefined>;

/**
 * Loads the nodes that documents are booked on, and where a fact may say something new of who belongs to whom, the edges: those of the
 * profile, and those that lead to an identifier the facts name; evidence that was refused leads on to further profiles. Profiles whose
 * edges were loaded are `evident`; the others stay as they are.
 */
export async function loadClosure(context: LoadContext, state: BatchState, facts: readonly Fact[]): Promise<void> {
  const { tx, store } = context;
  await loadProfiles(
    context,
    state,
    unloaded(
      state,
      [...state.documents.values()].map((document) => document.node),
    ),
  );
  let ask = profilesOf(state, unsettledNodes(state, facts));
  if (ask.size === 0) return;
  const personal = new Set(facts.flatMap((fact) => fact.identification.personal.map((identifier) => identifier.node)));
  while (ask.size > 0) {
    for (const profileId of ask) state.evident.add(profileId);
    const members = [...state.nodes.values()].filter((node) => ask.has(node.profileId));
    const edges = await store.loadEdges(
      tx,
      members.map((node) => node.node),
      members.filter((node) => !node.shared && personal.has(node.node)).map((node) => node.node),
    );
    const ends: string[] = [];
    for (const edge of edges) {
      state.edges.set(edgeKey(edge.from, edge.to), edge);
      ends.push(edge.from, edge.to);
    }
    await loadProfiles(context, state, unloaded(state, ends));
    ask = profilesOf(state, ends);
  }
}

/** Every node that facts name. */
export function namedNodes(facts: readonly Fact[]): NamedNodes {
  const named = new Map<string, Identifier>();
  for (const { identification } of facts) {
    const { customer, document, personal } = identification;
    if (customer !== undefined) named.set(customer.node, customer);
    named.set(document.node, document);
    for (const identifier of personal) named.set(identifier.node, identifier);
  }
  return named;
}

function unloaded(state: BatchState, nodes: readonly string[]): NamedNodes {
  const found = new Map<string, undefined>();
  for (const node of nodes) if (!state.nodes.has(node)) found.set(node, undefined);
  return found;
}

/** Profiles of nodes whose edges are not loaded yet. */
function profilesOf(state: BatchState, nodes: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const node of nodes) {
    const profileId = state.nodes.get(node)?.profileId;
    if (profileId !== undefined && !state.evident.has(profileId)) found.add(profileId);
  }
  return found;
}

/**
 * Finds the profiles of nodes, locks them and reads all their members: at once those that identifiers have a hint of. Of nodes that are not
 * in the tables nothing is loaded.
 */
export async function loadProfiles(context: LoadContext, state: BatchState, nodes: NamedNodes): Promise<void> {
  if (nodes.size === 0) return;
  const { tx, store, memory } = context;
  const places = new Map<string, string>();
  const unknown: string[] = [];
  for (const [node, identifier] of nodes) {
    const hint = identifier?.hint ?? memory.hintOf(node);
    if (hint === undefined) unknown.push(node);
    else places.set(node, hint);
  }
  const holds = places.size > 0;
  const locked = lockProfiles(context, state, new Set(places.values()), true);
  const [found, unread] = await Promise.all([store.findNodes(tx, unknown), locked]);
  for (const { node, profileId } of found) {
    places.set(node, profileId);
    // Before they are locked: should that fail, the next try locks all of them at once and in order.
    const identifier = nodes.get(node);
    if (identifier !== undefined && identifier.kind !== 'document') identifier.hint = profileId;
    else memory.keepHint(node, profileId);
  }
  if (found.length > 0) unread.push(...(await lockProfiles(context, state, new Set(found.map((node) => node.profileId)), !holds)));
  for (const node of await store.loadMembers(tx, unread)) state.nodes.set(node.node, node);
  let moved: string | undefined;
  for (const [node, profileId] of places) {
    if (state.nodes.get(node)?.profileId === profileId && state.profiles.has(profileId)) continue;
    const identifier = nodes.get(node);
    if (identifier !== undefined) identifier.hint = undefined;
    memory.dropHint(node);
    moved ??= node;
  }
  if (moved !== undefined) throw new ContentionError(`nodes moved to other profiles meanwhile, ${moved} for one`);
}

/**
 * Locks profiles and takes from memory those whose rows say that it holds.
 * @returns those whose members must be read.
 */
async function lockProfiles(
  { tx, store, memory }: LoadContext,
  state: BatchState,
  wanted: ReadonlySet<string>,
  wait: boolean,
): Promise<string[]> {
  const take = (known: RememberedProfile): void => {
    state.profiles.set(known.profileId, known);
    state.knownEdges.set(known.profileId, known.edges);
    for (const node of known.nodes) state.nodes.set(node.node, node);
  };
  const asked = new Map<string, bigint | null>();
  for (const profileId of wanted) if (!state.profiles.has(profileId)) asked.set(profileId, memory.tokenOf(profileId) ?? null);
  const unread: string[] = [];
  while (asked.size > 0) {
    const { rows, agreed } = await store.lockProfiles(
      tx,
      [...asked].map(([profileId, token]) => ({ profileId, token })),
      wait,
    );
    for (const row of rows) {
      asked.delete(row.profileId);
      const known = memory.takeProfile(row.profileId, row.token);
      if (known !== undefined) take(known);
      else {
        if (row.mergedInto === null) state.profiles.set(row.profileId, row);
        unread.push(row.profileId);
      }
    }
    // What is left has the token it was asked with, or is not there at all.
    let left = 0;
    for (const [profileId, token] of asked) {
      const known = token === null ? undefined : memory.takeProfile(profileId, token);
      if (token !== null) left += 1;
      // Taken meanwhile by a batch of this process that did not commit: the row must tell.
      if (known === undefined && token !== null) asked.set(profileId, null);
      else asked.delete(profileId);
      if (known !== undefined) take(known);
    }
    if (left === agreed) continue;
    memory.forget();
    throw new ContentionError(`${left - agreed} remembered profiles are not there any more`);
  }
  return unread;
}

/** Nodes of the facts that may bring a new node or new evidence. For the others, what they say of identity is known, and not later than they say it. */
function unsettledNodes(state: BatchState, facts: readonly Fact[]): Set<string> {
  const unsettled = new Set<string>();
  const guests = new Set<string>();
  for (const { identification } of facts) if (identification.customer === undefined) guests.add(identification.document.node);
  for (const fact of facts) {
    const { customer, document, personal } = fact.identification;
    const isKnown = (from: string, to: string): boolean => (knownSince(state, from, to) ?? Infinity) <= fact.time;
    const settled =
      customer !== undefined &&
      state.nodes.has(customer.node) &&
      personal.every(({ node }) => {
        const known = state.nodes.get(node);
        return known !== undefined && (known.shared || isKnown(customer.node, node));
      }) &&
      (!(state.nodes.has(document.node) || guests.has(document.node)) || isKnown(customer.node, document.node));
    if (settled) continue;
    for (const node of [customer?.node, document.node, ...personal.map((identifier) => identifier.node)])
      if (node !== undefined) unsettled.add(node);
    const own = state.documents.get(fact.key);
    const order = fact.orderKey === null ? undefined : state.documents.get(fact.orderKey);
    for (const booked of [own, order]) if (booked !== undefined) unsettled.add(booked.node);
  }
  return unsettled;
}
