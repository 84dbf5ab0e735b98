import { TransactionTokens } from '@tributary/persistence';
import { LRUCache } from 'lru-cache';
import type { StoredNode, StoredProfile } from './stored-rows.ts';

/** What is kept at most; a profile with its members takes about 1.5 kB. */
export interface MemoryLimits {
  readonly nodes: number;
  readonly profiles: number;
  /** Members and edges of all remembered profiles: bounds what a few large ones may take. */
  readonly parts: number;
}

export const MEMORY_LIMITS: MemoryLimits = { nodes: 80_000, profiles: 25_000, parts: 125_000 };

/** A profile's token when no process remembers it. */
export const NO_TOKEN = 0n;

/** A profile as a batch left it. */
export interface RememberedProfile extends StoredProfile {
  /** All its members. */
  readonly nodes: readonly StoredNode[];
  /** Those of its edges that were read or written. */
  readonly edges: readonly RememberedEdge[];
}

/** An edge with the time of its evidence, microseconds. */
export interface RememberedEdge {
  readonly from: string;
  readonly to: string;
  readonly seenAt: number;
}

/**
 * What a stage remembers of the identity graph between batches, so that a returning customer is found without asking.
 *
 * A remembered node is only a hint: its profile is locked and its members are known, and a node that is not among them is forgotten and the
 * batch tried again.
 *
 * A remembered profile, with its edges, holds when the token under which it was kept is the one in its row, read under lock (ADR 0013). A transaction writes
 * its token, which no other one ever has, into the row of every profile it changes or whose members it changes. So a row with that token
 * says: this transaction committed, and none after it. What a transaction that failed has left here has a token that stands in no row.
 */
export class IdentityMemory {
  private readonly places: LRUCache<string, string>;
  private readonly profiles: LRUCache<string, RememberedProfile & { readonly token: bigint }>;
  private epoch = 0;
  private readonly tokens = new TransactionTokens();

  constructor(limits: MemoryLimits = MEMORY_LIMITS) {
    this.places = new LRUCache({ max: limits.nodes });
    this.profiles = new LRUCache({
      max: limits.profiles,
      maxSize: limits.parts,
      sizeCalculation: ({ nodes, edges }) => Math.max(1, nodes.length + edges.length),
    });
  }

  /** Forgets everything when the tables were written by somebody else than the group. */
  enter(epoch: number): void {
    if (epoch !== this.epoch) this.forget();
    this.epoch = epoch;
  }

  forget(): void {
    this.places.clear();
    this.profiles.clear();
  }

  /** A token for one transaction, which no transaction of any process has had. */
  newToken(): bigint {
    return this.tokens.next();
  }

  /** The profile a node was last seen in. */
  profileOf(node: string): string | undefined {
    return this.places.get(node);
  }

  keepNodes(nodes: Iterable<Pick<StoredNode, 'node' | 'profileId'>>): void {
    for (const { node, profileId } of nodes) this.places.set(node, profileId);
  }

  forgetNode(node: string): void {
    this.places.delete(node);
  }

  /** Keeps a profile as the transaction that writes this token into its row leaves it, should it commit. */
  keepProfile(remembered: RememberedProfile, token: bigint): void {
    this.profiles.set(remembered.profileId, { ...remembered, token });
  }

  /** The token under which a profile is remembered. */
  tokenOf(profileId: string): bigint | undefined {
    return this.profiles.get(profileId)?.token;
  }

  /**
   * Hands a profile over to the batch that locked its row, if what is remembered is what the row's transaction left. The batch changes it in
   * place, so it is remembered no longer.
   */
  takeProfile(profileId: string, token: bigint): RememberedProfile | undefined {
    const known = this.profiles.get(profileId);
    if (known === undefined) return undefined;
    this.profiles.delete(profileId);
    return known.token === token ? known : undefined;
  }
}
