import { DisjointSets } from '../identity/disjoint-sets.ts';

/** A link between two records; the id is the caller's, for taking it back. */
export interface MatchEdge {
  readonly left: number;
  readonly right: number;
  readonly bits: number;
}

/** What keeps clusters apart. */
export interface ClusterRules {
  /** Per record a value that two members must not both have and differ in (tax id, loyalty id); undefined: not known. */
  readonly exclusive?: readonly (string | undefined)[];
  /** Pairs a person has declared different. */
  readonly separated?: readonly (readonly [number, number])[];
  readonly largest?: number;
}

/** The clusters of a set of links, and the links that were refused. */
export interface Clustering {
  /** Cluster number per record, numbered by their first record. */
  readonly clusterOf: Int32Array;
  readonly clusters: number;
  readonly refused: readonly { readonly edge: MatchEdge; readonly reason: 'exclusive' | 'separated' | 'largest' }[];
}

/**
 * Connected components, links followed from the strongest on, a link refused where it would join what the rules keep apart.
 * A function of the set of links: without a link the clusters are exactly those of a run that never had it.
 */
export function clusterMatches(records: number, edges: readonly MatchEdge[], rules: ClusterRules = {}): Clustering {
  const sets = new DisjointSets(records);
  const value = new Map<number, string>();
  for (const [record, own] of (rules.exclusive ?? []).entries()) if (own !== undefined) value.set(record, own);
  const apart = new Map<number, Set<number>>();
  const forbid = (a: number, b: number): void => void apart.set(a, (apart.get(a) ?? new Set<number>()).add(b));
  for (const [a, b] of rules.separated ?? []) {
    forbid(a, b);
    forbid(b, a);
  }
  const refused: { edge: MatchEdge; reason: 'exclusive' | 'separated' | 'largest' }[] = [];
  const ordered = [...edges].sort((a, b) => b.bits - a.bits || a.left - b.left || a.right - b.right);
  for (const edge of ordered) {
    const a = sets.find(edge.left);
    const b = sets.find(edge.right);
    if (a === b) continue;
    const [ours, theirs] = [value.get(a), value.get(b)];
    const reason =
      ours !== undefined && theirs !== undefined && ours !== theirs
        ? 'exclusive'
        : [...(apart.get(a) ?? [])].some((other) => sets.find(other) === b)
          ? 'separated'
          : sets.sizeOf(a) + sets.sizeOf(b) > (rules.largest ?? Infinity)
            ? 'largest'
            : undefined;
    if (reason !== undefined) {
      refused.push({ edge, reason });
      continue;
    }
    const joint = sets.union(a, b);
    const known = ours ?? theirs;
    if (known !== undefined) value.set(joint, known);
    const both = new Set([...(apart.get(a) ?? []), ...(apart.get(b) ?? [])]);
    if (both.size > 0) apart.set(joint, both);
  }
  const numbers = new Map<number, number>();
  const clusterOf = Int32Array.from({ length: records }, (_, record) => {
    const root = sets.find(record);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
  return { clusterOf, clusters: numbers.size, refused };
}
