import { DisjointSets } from './disjoint-sets.ts';
import { defaultConflictRules } from './identity-graph.ts';
import type { ConflictRules, EvidenceEdge, IdentifierNode, Separation } from './identity-graph.ts';

/** Why an edge links nothing although its evidence stands. */
export interface RefusedEdge {
  readonly edge: string;
  readonly reason: 'hard-conflict' | 'identifier-shared' | 'profile-size' | 'separated' | 'unknown-node';
  /** What collided, for a person: the kind and scope, the node, or the separation's reason. */
  readonly detail: string;
}

/** One customer as the graph shows it. */
export interface ConnectedProfile {
  /** The id of the oldest source customer (else of the oldest node), ties by id: the same nodes always give the same anchor. */
  readonly anchor: string;
  /** Node ids, sorted. */
  readonly nodes: readonly string[];
  /** Ids of the edges that hold it together, sorted. */
  readonly edges: readonly string[];
}

/** The profiles of a graph, sorted by anchor, and the edges that were not followed. */
export interface ProfileView {
  readonly profiles: readonly ConnectedProfile[];
  readonly refused: readonly RefusedEdge[];
}

/**
 * The profiles as a pure function of the *set* of nodes, edges and separations: the order of arrival plays no part, so a
 * rebuild gives the same answer and taking an edge away gives back exactly what was there without it.
 *
 * Edges are followed from the oldest to the youngest (ties by id). One that would put more values of a kind into a profile than
 * the rules allow, or join what a person has separated, is refused and reported; so is every edge of an identifier that
 * more source customers share than one person can have.
 */
export function connectedProfiles(
  nodes: readonly IdentifierNode[],
  edges: readonly EvidenceEdge[],
  rules: ConflictRules = defaultConflictRules,
  separations: readonly Separation[] = [],
): ProfileView {
  const ordered = [...new Map(nodes.map((node) => [node.id, node])).values()].sort((a, b) => compareText(a.id, b.id));
  const indexOf = new Map(ordered.map((node, index) => [node.id, index]));
  const unique = [...new Map(edges.map((edge) => [edge.id, edge])).values()].sort((a, b) => a.seenAt - b.seenAt || compareText(a.id, b.id));
  const shared = sharedIdentifiers(ordered, unique, indexOf, rules);
  const sets = new DisjointSets(ordered.length);
  const members = ordered.map((_, index) => [index]);
  const kept: EvidenceEdge[] = [];
  const refused: RefusedEdge[] = [];

  for (const edge of unique) {
    const from = indexOf.get(edge.from);
    const to = indexOf.get(edge.to);
    if (from === undefined || to === undefined) {
      refused.push({ edge: edge.id, reason: 'unknown-node', detail: from === undefined ? edge.from : edge.to });
      continue;
    }
    const sharedNode = shared.has(edge.from) ? edge.from : shared.has(edge.to) ? edge.to : undefined;
    if (sharedNode !== undefined) {
      refused.push({ edge: edge.id, reason: 'identifier-shared', detail: sharedNode });
      continue;
    }
    const a = sets.find(from);
    const b = sets.find(to);
    if (a !== b) {
      const reason = conflict(members[a] ?? [], members[b] ?? [], ordered, rules, separations);
      if (reason !== undefined) {
        refused.push({ edge: edge.id, ...reason });
        continue;
      }
      const joint = sets.union(a, b);
      const other = joint === a ? b : a;
      members[joint] = [...(members[joint] ?? []), ...(members[other] ?? [])];
      members[other] = [];
    }
    kept.push(edge);
  }
  return { profiles: collect(ordered, members, kept, sets, indexOf), refused };
}

function collect(
  nodes: readonly IdentifierNode[],
  members: readonly (readonly number[])[],
  kept: readonly EvidenceEdge[],
  sets: DisjointSets,
  indexOf: ReadonlyMap<string, number>,
): ConnectedProfile[] {
  const edgesOf = new Map<number, string[]>();
  for (const edge of kept) {
    const set = sets.find(indexOf.get(edge.from) ?? 0);
    const list = edgesOf.get(set);
    if (list === undefined) edgesOf.set(set, [edge.id]);
    else list.push(edge.id);
  }
  const profiles = members.flatMap((indexes, set) => {
    const own = indexes.flatMap((index) => nodes[index] ?? []);
    return own.length === 0
      ? []
      : [{ anchor: anchorOf(own), nodes: own.map((node) => node.id).sort(compareText), edges: (edgesOf.get(set) ?? []).sort(compareText) }];
  });
  return profiles.sort((a, b) => compareText(a.anchor, b.anchor));
}

function anchorOf(nodes: readonly IdentifierNode[]): string {
  const customers = nodes.filter((node) => node.kind === 'source-customer');
  const candidates = customers.length > 0 ? customers : nodes;
  return candidates.reduce((best, node) =>
    node.firstSeen < best.firstSeen || (node.firstSeen === best.firstSeen && compareText(node.id, best.id) < 0) ? node : best,
  ).id;
}

function conflict(
  left: readonly number[],
  right: readonly number[],
  nodes: readonly IdentifierNode[],
  rules: ConflictRules,
  separations: readonly Separation[],
): Omit<RefusedEdge, 'edge'> | undefined {
  if (left.length + right.length > rules.profileSize) return { reason: 'profile-size', detail: String(left.length + right.length) };
  const joint = [...left, ...right].flatMap((index) => nodes[index] ?? []);
  const count = new Map<string, number>();
  for (const { kind, scope } of joint) {
    const limit = rules.perProfile[kind];
    if (limit === undefined) continue;
    const key = `${kind}:${scope}`;
    const next = (count.get(key) ?? 0) + 1;
    if (next > limit) return { reason: 'hard-conflict', detail: key };
    count.set(key, next);
  }
  if (separations.length === 0) return undefined;
  const inJoint = new Set(joint.map((node) => node.id));
  const separation = separations.find(({ a, b }) => inJoint.has(a) && inJoint.has(b));
  return separation === undefined ? undefined : { reason: 'separated', detail: separation.reason };
}

function sharedIdentifiers(
  nodes: readonly IdentifierNode[],
  edges: readonly EvidenceEdge[],
  indexOf: ReadonlyMap<string, number>,
  rules: ConflictRules,
): Set<string> {
  const customersOf = new Map<string, Map<string, Set<string>>>();
  const note = (identifier: IdentifierNode | undefined, customer: IdentifierNode | undefined): void => {
    if (identifier === undefined || customer?.kind !== 'source-customer' || rules.sourcesPerIdentifier[identifier.kind] === undefined)
      return;
    const scopes = customersOf.get(identifier.id) ?? new Map<string, Set<string>>();
    scopes.set(customer.scope, (scopes.get(customer.scope) ?? new Set<string>()).add(customer.id));
    customersOf.set(identifier.id, scopes);
  };
  for (const edge of edges) {
    const from = nodes[indexOf.get(edge.from) ?? -1];
    const to = nodes[indexOf.get(edge.to) ?? -1];
    note(from, to);
    note(to, from);
  }
  const shared = new Set<string>();
  for (const [id, scopes] of customersOf) {
    const kind = nodes[indexOf.get(id) ?? -1]?.kind;
    const limit = kind === undefined ? undefined : rules.sourcesPerIdentifier[kind];
    if (limit !== undefined && [...scopes.values()].some((customers) => customers.size > limit)) shared.add(id);
  }
  return shared;
}

/** Code-unit order: the same on every machine, unlike the locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
