import { TransactionTokens } from '@tributary/persistence';
import type { StoredScore } from './insight.store.ts';
import type { Membership } from './segment-changes.ts';
import type { Stats } from './stats.ts';

/** What is kept at most; a profile with five days takes about 1 kB. */
export interface MemoryLimits {
  readonly profiles: number;
  /** Days and memberships of all remembered profiles: bounds what a few old ones may take. */
  readonly parts: number;
}

export const MEMORY_LIMITS: MemoryLimits = { profiles: 25_000, parts: 250_000 };

/** A profile that was not merged away, as a batch left it. */
export interface RememberedProfile {
  readonly stats: Stats;
  readonly members: readonly Membership[];
  readonly score: StoredScore | undefined;
}

interface Entry {
  /** `undefined` while a batch has it in its hands. */
  token: bigint | undefined;
  profile: RememberedProfile;
  parts: number;
  /** Written again since eviction last came by. */
  used: boolean;
}

/**
 * What a stage remembers of profiles between batches: statistics, memberships, score. It holds when the token under which it was kept is
 * the one in the row of the statistics, read under lock (ADR 0013): then this transaction committed, and nobody has written since. What a
 * transaction that failed has left here has a token that stands in no row.
 */
export class InsightMemory {
  /** A returning customer's entry stays in its place (second chance): taken out and put in again, it would cost as much as the fold. */
  private readonly profiles = new Map<string, Entry>();
  private parts = 0;
  private epoch = 0;
  private readonly tokens = new TransactionTokens();

  constructor(private readonly limits: MemoryLimits = MEMORY_LIMITS) {}

  /** Forgets everything when the tables were written by somebody else than the group. */
  enter(epoch: number): void {
    if (epoch !== this.epoch) {
      this.profiles.clear();
      this.parts = 0;
    }
    this.epoch = epoch;
  }

  /** A token for one transaction, which no transaction of any process has had. */
  newToken(): bigint {
    return this.tokens.next();
  }

  /** Keeps a profile as the transaction that writes this token into its row leaves it, should it commit. */
  keep(profileId: string, profile: RememberedProfile, token: bigint): void {
    const parts = 1 + profile.stats.days.size + profile.members.length;
    const known = this.profiles.get(profileId);
    if (parts > this.limits.parts) {
      if (known !== undefined) this.remove(profileId, known);
      return;
    }
    this.parts += parts - (known?.parts ?? 0);
    if (known === undefined) this.profiles.set(profileId, { token, profile, parts, used: false });
    else {
      known.token = token;
      known.profile = profile;
      known.parts = parts;
      known.used = true;
    }
    if (this.isFull()) this.evict();
  }

  /** The token under which a profile is remembered. */
  tokenOf(profileId: string): bigint | undefined {
    return this.profiles.get(profileId)?.token;
  }

  /**
   * Hands a profile over to the batch that locked its row, if what is remembered is what the row's transaction left. The batch changes it in
   * place, so it is remembered no longer.
   */
  take(profileId: string, token: bigint): RememberedProfile | undefined {
    const known = this.profiles.get(profileId);
    if (known === undefined) return undefined;
    const agrees = known.token === token;
    known.token = undefined;
    return agrees ? known.profile : undefined;
  }

  private isFull(): boolean {
    return this.profiles.size > this.limits.profiles || this.parts > this.limits.parts;
  }

  /** The oldest leave that were not written again since they were last looked at. */
  private evict(): void {
    for (const [profileId, entry] of this.profiles) {
      if (!this.isFull()) return;
      this.profiles.delete(profileId);
      if (entry.used) {
        entry.used = false;
        this.profiles.set(profileId, entry);
      } else this.parts -= entry.parts;
    }
  }

  private remove(profileId: string, entry: Entry): void {
    this.profiles.delete(profileId);
    this.parts -= entry.parts;
  }
}
