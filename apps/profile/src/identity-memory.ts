import { LRUCache } from 'lru-cache';
import type { StoredEdge, StoredNode } from './stored-rows.ts';

const NODES = 100_000;
const EDGES = 100_000;

/**
 * What a stage remembers of the identity graph between batches, so that a returning customer is found without asking.
 *
 * A remembered node is only a hint: its profile is locked and its members are read, and a node that is not among them is forgotten and the
 * batch tried again. A remembered edge is one that was read from the table: edges are never taken away but by a rebuild, which raises
 * the group's epoch, and their time only becomes earlier; so "known, and not later than this" stays true.
 */
export class IdentityMemory {
  private readonly profiles = new LRUCache<string, string>({ max: NODES });
  private readonly edges = new LRUCache<string, number>({ max: EDGES });
  private epoch = 0;

  /** Forgets everything when the tables were written by somebody else than the group. */
  enter(epoch: number): void {
    if (epoch !== this.epoch) this.forget();
    this.epoch = epoch;
  }

  forget(): void {
    this.profiles.clear();
    this.edges.clear();
  }

  /** The profile a node was last seen in. */
  profileOf(node: string): string | undefined {
    return this.profiles.get(node);
  }

  /** Time of the evidence of an edge, microseconds. */
  seenAt(edge: string): number | undefined {
    return this.edges.get(edge);
  }

  keepNodes(nodes: Iterable<Pick<StoredNode, 'node' | 'profileId'>>): void {
    for (const { node, profileId } of nodes) this.profiles.set(node, profileId);
  }

  /** @param edges as read from the table, never as they are about to be written: their transaction may fail. */
  keepEdges(edges: Iterable<Pick<StoredEdge, 'edge' | 'seenAt'>>): void {
    for (const { edge, seenAt } of edges) this.edges.set(edge, seenAt);
  }

  forgetNode(node: string): void {
    this.profiles.delete(node);
  }
}
