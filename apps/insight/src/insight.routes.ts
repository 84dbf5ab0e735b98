import { contracts, type Activity, type AnyContract, type IdentityChange } from '@tributary/contracts';
import type { StoredScore } from './insight.store.ts';
import type { Membership } from './segment-changes.ts';
import { addActivity, addStats, emptyStats, type Stats } from './stats.ts';

/** A profile in a batch's hands. */
export interface HeldProfile {
  readonly profileId: string;
  /** Whether its row is there (and locked). */
  readonly stored: boolean;
  mergedInto: string | null;
  stats: Stats;
  readonly members: readonly Membership[];
  readonly score: StoredScore | undefined;
}

/** Profiles by id, and which of them the batch changed. */
export interface InsightState {
  readonly profiles: Map<string, HeldProfile>;
  readonly changed: Set<string>;
}

/** A fold of the insight app: changes the batch's state in memory. */
export interface InsightRoute {
  readonly contract: AnyContract;
  /** The profiles that the fold may touch. */
  readonly profilesOf: (value: never) => readonly string[];
  readonly fold: (state: InsightState, value: never, currency: string) => void;
}

/** The routes table of the insight app. */
export const insightRoutes: readonly InsightRoute[] = [
  { contract: contracts.activity as unknown as AnyContract, profilesOf: (activity: Activity) => [activity.profileId], fold: foldActivity },
  {
    contract: contracts.identityChange as unknown as AnyContract,
    profilesOf: (change: IdentityChange) => (isMerge(change) ? [change.profileId, change.otherProfileId] : []),
    fold: foldIdentity,
  },
];

/** The profile that now carries what was said of this one. */
export function survivorOf({ profiles }: InsightState, profileId: string): string {
  let current = profileId;
  for (let next = profiles.get(current)?.mergedInto ?? null; next !== null; next = profiles.get(current)?.mergedInto ?? null)
    current = next;
  return current;
}

function foldActivity(state: InsightState, activity: Activity, currency: string): void {
  const profileId = survivorOf(state, activity.profileId);
  addActivity(held(state, profileId).stats, activity, currency);
  state.changed.add(profileId);
}

/** A merge moves the statistics; what arrives later for the merged id follows the redirect, so the order of the two topics does not matter. */
function foldIdentity(state: InsightState, change: IdentityChange): void {
  if (!isMerge(change)) return;
  const from = held(state, survivorOf(state, change.otherProfileId));
  const into = held(state, survivorOf(state, change.profileId));
  if (from === into) return;
  addStats(into.stats, from.stats);
  from.stats = emptyStats();
  from.mergedInto = into.profileId;
  state.changed.add(from.profileId).add(into.profileId);
}

const isMerge = (change: IdentityChange): change is IdentityChange & { otherProfileId: string } =>
  change.change === 'MERGED' && change.otherProfileId !== null;

/** A profile; one nothing was said of yet comes into being. */
function held({ profiles }: InsightState, profileId: string): HeldProfile {
  let profile = profiles.get(profileId);
  if (profile === undefined) {
    profile = { profileId, stored: false, mergedInto: null, stats: emptyStats(), members: [], score: undefined };
    profiles.set(profileId, profile);
  }
  return profile;
}
