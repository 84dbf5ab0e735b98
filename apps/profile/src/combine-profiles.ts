import type { BatchState } from './batch-state.ts';
import { combineProfile } from './combine-profile.ts';
import type { NodeState } from './node-state.ts';
import type { IdentityStep } from './regroup.ts';
import type { ProfileWrite, StoredNode } from './stored-rows.ts';

/** A profile as it is written, with all its members. */
export interface CombinedProfile extends ProfileWrite {
  readonly members: readonly StoredNode[];
}

const NOBODY: readonly never[] = [];

/** Combines every profile that a batch touched anew, in the order of their ids; behind them those that were merged away. */
export function combineProfiles(state: BatchState, steps: readonly IdentityStep[]): CombinedProfile[] {
  const members = membersOf(state);
  const touched = new Set<string>();
  const touch = (name: string): void => {
    const node = state.nodes.get(name);
    if (node !== undefined) touched.add(node.profileId);
  };
  state.changedNodes.forEach(touch);
  state.newNodes.forEach(touch);
  const mergedInto = new Map<string, string>();
  const absorbed = new Map<string, string[]>();
  for (const step of steps) {
    if (step.change === 'SPLIT') touched.add(step.profileId);
    if (step.change !== 'MERGED') continue;
    mergedInto.set(step.other, step.profileId);
    absorbed.set(step.profileId, [...(absorbed.get(step.profileId) ?? []), step.other]);
  }
  const profiles: CombinedProfile[] = [];
  for (const profileId of [...touched].sort()) {
    // A profile that is merged away while others split off it is written once, as merged.
    if (mergedInto.has(profileId)) continue;
    profiles.push(combine(state, profileId, members.get(profileId) ?? NOBODY, absorbed.get(profileId) ?? NOBODY));
  }
  for (const [other, into] of mergedInto) {
    const { since = 0, mergedFrom = NOBODY } = state.profiles.get(other) ?? {};
    profiles.push({
      profileId: other,
      since,
      mergedInto: into,
      visible: false,
      view: combineProfile(other, [], mergedFrom),
      members: NOBODY,
    });
  }
  return profiles;
}

function membersOf(state: BatchState): Map<string, StoredNode[]> {
  const members = new Map<string, StoredNode[]>();
  for (const node of state.nodes.values()) {
    const list = members.get(node.profileId);
    if (list === undefined) members.set(node.profileId, [node]);
    else list.push(node);
  }
  return members;
}

function combine(state: BatchState, profileId: string, members: readonly StoredNode[], absorbed: readonly string[]): CombinedProfile {
  const before = state.profiles.get(profileId);
  const states: NodeState[] = [];
  let since = before?.since ?? Number.MAX_SAFE_INTEGER;
  for (const node of members) {
    if (node.state !== null) states.push(node.state);
    since = Math.min(since, node.firstSeen);
  }
  let mergedFrom = before?.mergedFrom ?? NOBODY;
  for (const other of absorbed) {
    const earlier = state.profiles.get(other);
    since = Math.min(since, earlier?.since ?? Number.MAX_SAFE_INTEGER);
    mergedFrom = [...new Set([...mergedFrom, other, ...(earlier?.mergedFrom ?? NOBODY)])];
  }
  return { profileId, since, mergedInto: null, visible: states.length > 0, view: combineProfile(profileId, states, mergedFrom), members };
}
