import { compareText, connectedProfiles } from './connected-profiles.ts';
import type { ConnectedProfile, ProfileView } from './connected-profiles.ts';
import { defaultConflictRules } from './identity-graph.ts';
import type { ConflictRules, EvidenceEdge, IdentifierNode, IdentityGraph, Separation } from './identity-graph.ts';

/** What happened to profiles between two views; anchors name them. */
export type IdentityChange =
  | { readonly type: 'created'; readonly profile: string }
  | { readonly type: 'merged'; readonly survivor: string; readonly absorbed: readonly string[] }
  | { readonly type: 'split'; readonly from: string; readonly into: readonly string[] };

/** A changed graph, its profiles, and the events a caller publishes. */
export interface IdentityStep extends ProfileView {
  readonly graph: IdentityGraph;
  readonly changes: readonly IdentityChange[];
}

/** Why a graph was not changed. */
export interface IdentityRefusal {
  readonly refused: 'unknown-edge' | 'unknown-node';
  readonly detail: string;
}

/** The graph with nothing in it. */
export const emptyIdentityGraph: IdentityGraph = { nodes: [], edges: [], separations: [] };

/**
 * Adds nodes and edges (known ids are kept as they are, but a node's `firstSeen` becomes the earlier one) and tells what changed.
 * The graph may be the part that touches the new identifiers, refused edges and their far ends included.
 */
export function addEvidence(
  graph: IdentityGraph,
  added: { readonly nodes: readonly IdentifierNode[]; readonly edges: readonly EvidenceEdge[] },
  rules: ConflictRules = defaultConflictRules,
): IdentityStep {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  for (const node of added.nodes) {
    const known = nodes.get(node.id);
    nodes.set(node.id, known === undefined ? node : { ...known, firstSeen: Math.min(known.firstSeen, node.firstSeen) });
  }
  const edges = new Map(graph.edges.map((edge) => [edge.id, edge]));
  for (const edge of added.edges) if (!edges.has(edge.id)) edges.set(edge.id, edge);
  return step(graph, { ...graph, nodes: [...nodes.values()], edges: [...edges.values()] }, rules);
}

/** Takes one claim back. The profiles are then exactly those of a graph that never had the edge. */
export function splitByRemoving(
  graph: IdentityGraph,
  edgeId: string,
  rules: ConflictRules = defaultConflictRules,
): IdentityStep | IdentityRefusal {
  if (!graph.edges.some((edge) => edge.id === edgeId)) return { refused: 'unknown-edge', detail: edgeId };
  return step(graph, { ...graph, edges: graph.edges.filter((edge) => edge.id !== edgeId) }, rules);
}

/** Records a person's word that two nodes are different customers; later evidence cannot join them again. */
export function separate(
  graph: IdentityGraph,
  separation: Separation,
  rules: ConflictRules = defaultConflictRules,
): IdentityStep | IdentityRefusal {
  for (const id of [separation.a, separation.b])
    if (!graph.nodes.some((node) => node.id === id)) return { refused: 'unknown-node', detail: id };
  return step(graph, { ...graph, separations: [...graph.separations, separation] }, rules);
}

/** Among existing profiles the one whose id stays: the oldest, ties by id. Throws on an empty list: there is nothing to choose. */
export function chooseSurvivor<P extends { readonly id: string; readonly createdAt: number }>(profiles: readonly P[]): P {
  const [first, ...rest] = profiles;
  if (first === undefined) throw new RangeError('chooseSurvivor: profiles is empty');
  return rest.reduce(
    (best, next) =>
      next.createdAt < best.createdAt || (next.createdAt === best.createdAt && compareText(next.id, best.id) < 0) ? next : best,
    first,
  );
}

/**
 * The difference of two views over the same or more nodes. A profile of the new view that holds nodes of several old ones is
 * a merge; an old one whose nodes lie in several new ones is a split; both may happen at once.
 */
export function identityChanges(before: readonly ConnectedProfile[], after: readonly ConnectedProfile[]): IdentityChange[] {
  const oldOf = new Map(before.flatMap((profile) => profile.nodes.map((node) => [node, profile.anchor] as const)));
  const into = new Map<string, string[]>();
  const changes: IdentityChange[] = [];
  for (const profile of after) {
    const origins = [...new Set(profile.nodes.flatMap((node) => oldOf.get(node) ?? []))].sort(compareText);
    for (const origin of origins) into.set(origin, [...(into.get(origin) ?? []), profile.anchor]);
    if (origins.length === 0) changes.push({ type: 'created', profile: profile.anchor });
    // A lone old profile under another anchor (an older node arrived) is a change of id, so a merge of one.
    const absorbed = origins.filter((origin) => origin !== profile.anchor);
    if (origins.length > 1 || (absorbed.length > 0 && !before.some((old) => old.anchor === absorbed[0] && isSplit(old, after)))) {
      changes.push({ type: 'merged', survivor: profile.anchor, absorbed });
    }
  }
  for (const [from, parts] of into) if (parts.length > 1) changes.push({ type: 'split', from, into: parts.sort(compareText) });
  return changes;
}

function isSplit(old: ConnectedProfile, after: readonly ConnectedProfile[]): boolean {
  return after.filter((profile) => profile.nodes.some((node) => old.nodes.includes(node))).length > 1;
}

function step(before: IdentityGraph, after: IdentityGraph, rules: ConflictRules): IdentityStep {
  const old = connectedProfiles(before.nodes, before.edges, rules, before.separations);
  const view = connectedProfiles(after.nodes, after.edges, rules, after.separations);
  return { graph: after, ...view, changes: identityChanges(old.profiles, view.profiles) };
}
