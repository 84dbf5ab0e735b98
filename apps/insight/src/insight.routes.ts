import { contracts, type Activity, type AnyContract, type IdentityChange } from '@tributary/contracts';
import { addActivity, addStats, emptyStats, type Stats } from './stats.ts';

/** Statistics by profile, and where merged profiles went. */
export interface InsightState {
  readonly stats: Map<string, Stats>;
  readonly mergedInto: Map<string, string>;
  readonly changed: Set<string>;
}

/** A fold of the insight app: changes the batch's state in memory. */
export interface InsightRoute {
  readonly contract: AnyContract;
  readonly profilesOf: (value: never) => readonly string[];
  readonly fold: (state: InsightState, value: never, currency: string) => void;
}

/** The routes table of the insight app. */
export const insightRoutes: readonly InsightRoute[] = [
  { contract: contracts.activity as unknown as AnyContract, profilesOf: (activity: Activity) => [activity.profileId], fold: foldActivity },
  {
    contract: contracts.identityChange as unknown as AnyContract,
    profilesOf: (change: IdentityChange) =>
      change.otherProfileId === null ? [change.profileId] : [change.profileId, change.otherProfileId],
    fold: foldIdentity,
  },
];

/** The profile that now carries what was said of this one. */
export function survivorOf(state: Pick<InsightState, 'mergedInto'>, profileId: string): string {
  let current = profileId;
  for (let next = state.mergedInto.get(current); next !== undefined; next = state.mergedInto.get(current)) current = next;
  return current;
}

function foldActivity(state: InsightState, activity: Activity, currency: string): void {
  const profileId = survivorOf(state, activity.profileId);
  state.stats.set(profileId, addActivity(state.stats.get(profileId) ?? emptyStats, activity, currency));
  state.changed.add(profileId);
}

/** A merge moves the statistics; what arrives later for the merged id follows the redirect, so the order of the two topics does not matter. */
function foldIdentity(state: InsightState, change: IdentityChange): void {
  if (change.change !== 'MERGED' || change.otherProfileId === null) return;
  const from = survivorOf(state, change.otherProfileId);
  const into = survivorOf(state, change.profileId);
  if (from === into) return;
  state.stats.set(into, addStats(state.stats.get(into) ?? emptyStats, state.stats.get(from) ?? emptyStats));
  state.stats.set(from, emptyStats);
  state.mergedInto.set(from, into);
  state.changed.add(from).add(into);
}
