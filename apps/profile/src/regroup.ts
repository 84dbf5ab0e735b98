import { connectedProfiles, defaultConflictRules, type ConflictRules } from '@tributary/matching';
import type { StoredEdge, StoredNode, StoredProfile } from './stored-rows.ts';

/** What happened to a profile's identity. */
export type IdentityStep =
  | { readonly change: 'CREATED'; readonly profileId: string; readonly node: string }
  | { readonly change: 'LINKED'; readonly profileId: string; readonly node: string }
  | { readonly change: 'MERGED'; readonly profileId: string; readonly other: string; readonly node: string | undefined }
  | { readonly change: 'SPLIT'; readonly profileId: string; readonly other: string; readonly nodes: readonly string[] };

export interface Regrouped {
  /** Node to profile, for every node given. */
  readonly profileOf: ReadonlyMap<string, string>;
  /** Nodes that turned out to be shared by more customers than one person can be. */
  readonly shared: ReadonlySet<string>;
  readonly steps: readonly IdentityStep[];
}

/**
 * Assigns nodes to profiles: connected components of the evidence, as a function of the set of nodes and edges. A component keeps the id of
 * the oldest profile it touches (ties by id); a part that lost that id gets a new one.
 * @param profiles the profiles that the nodes belonged to; a node whose `profileId` is not among them is new.
 * @param newId id for a component that starts at this anchor node.
 */
export function regroup(
  nodes: readonly StoredNode[],
  edges: readonly StoredEdge[],
  profiles: ReadonlyMap<string, StoredProfile>,
  newId: (anchor: string, split: boolean) => string,
  rules: ConflictRules = defaultConflictRules,
): Regrouped {
  const known = new Map(nodes.map((node) => [node.node, node]));
  const view = connectedProfiles(
    nodes.map((node) => ({ id: node.node, kind: node.kind, scope: node.scope, value: node.node, firstSeen: node.firstSeen })),
    edges
      .filter((edge) => known.has(edge.from) && known.has(edge.to) && !known.get(edge.from)?.shared && !known.get(edge.to)?.shared)
      .map((edge) => ({
        id: edge.edge,
        from: edge.from,
        to: edge.to,
        seenAt: edge.seenAt,
        rule: edge.rule,
        evidence: `${edge.evidenceSource}/${edge.evidenceId}`,
      })),
    rules,
  );
  const shared = new Set(view.refused.filter((refusal) => refusal.reason === 'identifier-shared').map((refusal) => refusal.detail));
  return { ...assignProfiles(view.profiles, known, profiles, newId), shared };
}

/** Nodes that are one customer, with the node that stands for them. */
export interface Part {
  readonly nodes: readonly string[];
  readonly anchor: string;
  /** The part that keeps this profile's id, if it has a node of it, however old. */
  readonly claims?: string;
}

/** Gives parts the ids of the profiles they come from; see {@link regroup}. */
export function assignProfiles(
  list: readonly Part[],
  known: ReadonlyMap<string, StoredNode>,
  profiles: ReadonlyMap<string, StoredProfile>,
  newId: (anchor: string, split: boolean) => string,
): Pick<Regrouped, 'profileOf' | 'steps'> {
  const profileOf = new Map<string, string>();
  const steps: IdentityStep[] = [];

  // The part that holds a profile's oldest node keeps its id when a profile falls apart; parts are visited in order of their anchors.
  const parts = list.map((part) => ({
    part,
    before: new Set(part.nodes.map((node) => known.get(node)?.profileId ?? '').filter((id) => profiles.has(id))),
  }));
  const keeper = keepers(parts, known, profiles);
  for (const [index, { part, before }] of parts.entries()) {
    const own = [...before]
      .filter((id) => keeper.get(id) === index)
      .sort(
        (left, right) =>
          Number(right === part.claims) - Number(left === part.claims) ||
          (profiles.get(left)?.since ?? 0) - (profiles.get(right)?.since ?? 0) ||
          (left < right ? -1 : 1),
      );
    const lost = [...before].filter((id) => keeper.get(id) !== index);
    const id = own[0] ?? newId(part.anchor, lost.length > 0);
    for (const node of part.nodes) profileOf.set(node, id);
    if (before.size === 0) steps.push({ change: 'CREATED', profileId: id, node: part.anchor });
    else
      for (const node of part.nodes)
        if (!profiles.has(known.get(node)?.profileId ?? '') && own.length > 0) steps.push({ change: 'LINKED', profileId: id, node });
    for (const other of own.slice(1))
      steps.push({ change: 'MERGED', profileId: id, other, node: part.nodes.find((node) => known.get(node)?.profileId !== other) });
    for (const from of lost) {
      const moved = part.nodes.filter((node) => known.get(node)?.profileId === from);
      if (id !== from) steps.push({ change: 'SPLIT', profileId: from, other: id, nodes: moved });
    }
  }
  return { profileOf, steps };
}

/** Which part keeps the id of each earlier profile: the one with its oldest customer node. */
function keepers(
  parts: readonly { readonly part: Part; readonly before: ReadonlySet<string> }[],
  known: ReadonlyMap<string, StoredNode>,
  profiles: ReadonlyMap<string, StoredProfile>,
): Map<string, number> {
  const keeper = new Map<string, { index: number; rank: readonly [number, number, string] }>();
  parts.forEach(({ part, before }, index) => {
    for (const id of before) {
      if (!profiles.has(id)) continue;
      for (const name of part.nodes) {
        const node = known.get(name);
        if (node === undefined || node.profileId !== id) continue;
        const rank = [part.claims === id ? 0 : node.kind === 'source-customer' ? 1 : 2, node.firstSeen, node.node] as const;
        const best = keeper.get(id);
        if (best === undefined || isBefore(rank, best.rank)) keeper.set(id, { index, rank });
      }
    }
  });
  return new Map([...keeper].map(([id, { index }]) => [id, index]));
}

function isBefore(left: readonly [number, number, string], right: readonly [number, number, string]): boolean {
  if (left[0] !== right[0]) return left[0] < right[0];
  if (left[1] !== right[1]) return left[1] < right[1];
  return left[2] < right[2];
}
