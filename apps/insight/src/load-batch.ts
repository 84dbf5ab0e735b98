import type { Transaction } from '@tributary/persistence';
import type { InsightMemory } from './insight-memory.ts';
import type { InsightState } from './insight.routes.ts';
import { loadMembers, loadScores } from './insight.store.ts';
import { lockStats, type WantedStats } from './stats.store.ts';

/**
 * Locks the statistics of every profile named, following merges to the profile that carries on, and brings memberships and scores with
 * them. What is remembered and proven by the row's token is taken from memory; normally everything is one round trip.
 */
export async function loadBatch(tx: Transaction, memory: InsightMemory, profiles: ReadonlySet<string>): Promise<InsightState> {
  const state: InsightState = { profiles: new Map(), changed: new Set() };
  const thought = (profileId: string): WantedStats => ({ profileId, token: memory.tokenOf(profileId) ?? null });
  let ask = Array.from(profiles, thought);
  while (ask.length > 0) {
    const next = new Map<string, WantedStats>();
    for (const profileId of await loadRound(tx, memory, state, ask)) next.set(profileId, { profileId, token: null });
    for (const { profileId } of ask) {
      const into = state.profiles.get(profileId)?.mergedInto ?? null;
      if (into !== null && !state.profiles.has(into) && !next.has(into)) next.set(into, thought(into));
    }
    ask = [...next.values()];
  }
  return state;
}

/** @returns what was thought to be remembered and is not what stands in the row: it is asked for again, and read. */
async function loadRound(
  tx: Transaction,
  memory: InsightMemory,
  state: InsightState,
  ask: readonly WantedStats[],
): Promise<readonly string[]> {
  const unknown = ask.filter(({ token }) => token === null).map(({ profileId }) => profileId);
  // Sent behind the lock, and so they see what the writer before has committed.
  const [{ rows, agreed }, members, scores] = await Promise.all([lockStats(tx, ask), loadMembers(tx, unknown), loadScores(tx, unknown)]);
  const told = new Map(rows.map((row) => [row.profileId, row]));
  const thought = ask.filter(({ profileId, token }) => token !== null && !told.has(profileId));
  // A row that vanished, in a failover say, neither agrees nor is told: nobody knows which, and all are read.
  const proven = thought.length === agreed;
  const again: string[] = [];
  for (const { profileId, token } of ask) {
    const row = told.get(profileId);
    if (token === null) {
      if (row !== undefined)
        state.profiles.set(profileId, { ...row, stored: true, members: members.get(profileId) ?? [], score: scores.get(profileId) });
      continue;
    }
    // A batch of the same process may have taken it meanwhile, and failed.
    const known = row === undefined && proven ? memory.take(profileId, token) : undefined;
    if (known === undefined) again.push(profileId);
    else {
      const { stats, members: segments, score } = known;
      state.profiles.set(profileId, { profileId, stored: true, mergedInto: null, stats, members: segments, score });
    }
  }
  return again;
}
