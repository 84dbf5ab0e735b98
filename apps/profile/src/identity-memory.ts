import { TransactionTokens } from '@tributary/persistence';
import { SecondChanceCache } from './second-chance-cache.ts';
import type { StoredNode, StoredProfile } from './stored-rows.ts';

/** What is kept at most; a profile with its members takes about 1.5 kB. */
export interface MemoryLimits {
  readonly profiles: number;
  /** Members and edges of all remembered profiles: bounds what a few large ones may take. */
  readonly parts: number;
}

/** Hints that are kept at most. */
const HINTS = 20_000;

export const MEMORY_LIMITS: MemoryLimits = { profiles: 25_000, parts: 125_000 };

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
 * What a stage remembers of profiles between batches, so that a returning customer is not read again.
 *
 * A remembered profile, with its edges, holds when the token under which it was kept is the one in its row, read under lock (ADR 0013). A transaction writes
 * its token, which no other one ever has, into the row of every profile it changes or whose members it changes. So a row with that token
 * says: this transaction committed, and none after it. What a transaction that failed has left here has a token that stands in no row.
 */
export class IdentityMemory {
  /** The one written last comes last. */
  private readonly profiles = new Map<string, RememberedProfile & { readonly token: bigint }>();
  private parts = 0;
  /** Profiles of nodes that no identifier remembers: documents. */
  private readonly hints = new SecondChanceCache<string, string>(HINTS);
  private epoch = 0;
  private readonly tokens = new TransactionTokens();

  constructor(private readonly limits: MemoryLimits = MEMORY_LIMITS) {}

  /** Forgets everything when the tables were written by somebody else than the group. */
  enter(epoch: number): void {
    if (epoch !== this.epoch) this.forget();
    this.epoch = epoch;
  }

  forget(): void {
    this.profiles.clear();
    this.parts = 0;
    this.hints.clear();
  }

  /** The profile a document's node was last found in: a hint, which loading proves or takes back. */
  hintOf(node: string): string | undefined {
    return this.hints.get(node);
  }

  keepHint(node: string, profileId: string): void {
    this.hints.set(node, profileId);
  }

  dropHint(node: string): void {
    this.hints.delete(node);
  }

  /** A token for one transaction, which no transaction of any process has had. */
  newToken(): bigint {
    return this.tokens.next();
  }

  /** Keeps a profile as the transaction that writes this token into its row leaves it, should it commit. */
  keepProfile(remembered: RememberedProfile, token: bigint): void {
    this.remove(remembered.profileId);
    if (partsOf(remembered) > this.limits.parts) return;
    this.profiles.set(remembered.profileId, { ...remembered, token });
    this.parts += partsOf(remembered);
    for (const oldest of this.profiles.keys()) {
      if (this.profiles.size <= this.limits.profiles && this.parts <= this.limits.parts) break;
      this.remove(oldest);
    }
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
    const known = this.remove(profileId);
    return known?.token === token ? known : undefined;
  }

  private remove(profileId: string): (RememberedProfile & { readonly token: bigint }) | undefined {
    const known = this.profiles.get(profileId);
    if (known === undefined) return undefined;
    this.profiles.delete(profileId);
    this.parts -= partsOf(known);
    return known;
  }
}

const partsOf = ({ nodes, edges }: RememberedProfile): number => Math.max(1, nodes.length + edges.length);
