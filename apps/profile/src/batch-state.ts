import type { HubEvent } from '@tributary/persistence';
import type { Contribution } from './contribution.ts';
import type { RememberedEdge } from './identity-memory.ts';
import type { Fact } from './read-fact.ts';
import type { StoredDocument, StoredEdge, StoredNode, StoredProfile } from './stored-rows.ts';

/** What a fact changed at one node: becomes an activity once it is clear which profile the node belongs to. */
export interface Change {
  readonly event: HubEvent;
  readonly kind: Fact['kind'];
  readonly documentId: string;
  readonly node: string;
  /** New contribution less the old one. */
  readonly delta: Contribution;
  /** Tells the two halves of a document that moved between customers apart. */
  readonly half: number;
}

/** Everything a batch works on, in memory. Loaded at open, changed in place by folds, written at close. */
export interface BatchState {
  readonly nodes: Map<string, StoredNode>;
  readonly newNodes: Set<string>;
  readonly changedNodes: Set<string>;
  readonly documents: Map<string, StoredDocument>;
  readonly newDocuments: Set<string>;
  readonly changedDocuments: Set<string>;
  /** By {@link edgeKey}, as all edges of a batch. */
  readonly edges: Map<string, StoredEdge>;
  readonly newEdges: Set<string>;
  /** Edges of profiles that are in the table and were not read again, by profile. */
  readonly knownEdges: Map<string, readonly RememberedEdge[]>;
  /** Profiles whose edges were read: only their grouping may change. */
  readonly evident: Set<string>;
  readonly profiles: Map<string, StoredProfile>;
  /** Nodes whose first or last order must be read again. */
  readonly unsureBounds: Set<string>;
  readonly changes: Change[];
  /** Latest cause by node, for the ids of what follows. */
  readonly causes: Map<string, HubEvent>;
}

export const documentKey = (kind: string, source: string, documentId: string): string => `${kind}\n${source}\n${documentId}`;

/** An edge by its ends: its id is a hash, which is made for new ones only. */
export const edgeKey = (from: string, to: string): string => from + to;

/** Time of the evidence of an edge that was not read again, microseconds; `undefined` when it is not known. */
export function knownSince(state: BatchState, from: string, to: string): number | undefined {
  const profileId = state.nodes.get(from)?.profileId;
  const edges = profileId === undefined ? undefined : state.knownEdges.get(profileId);
  if (edges === undefined) return undefined;
  for (const edge of edges) if (edge.to === to && edge.from === from) return edge.seenAt;
  return undefined;
}
