import { ContentionError, derivedId, type HubEvent } from '@tributary/persistence';
import type { BatchState } from './batch-state.ts';
import type { IdentityMemory } from './identity-memory.ts';
import { regroup, type IdentityStep } from './regroup.ts';
import type { StoredNode } from './stored-rows.ts';

/** ce_source of what the profile app says, and the cause of ids it derives for profiles. */
export const SOURCE = 'tributary/profile';

/**
 * Groups the nodes anew where the batch brought nodes or evidence: the profiles whose edges were read, and the new nodes. All others
 * stay where they are. Afterwards every node of the batch says which profile it belongs to.
 */
export function settleIdentity(state: BatchState, memory: IdentityMemory): readonly IdentityStep[] {
  if (state.newNodes.size === 0 && state.newEdges.size === 0) return [];
  refuseUnread(state, memory);
  const open: StoredNode[] = [];
  for (const node of state.nodes.values()) if (node.profileId === '' || state.evident.has(node.profileId)) open.push(node);
  const causeOf = causes(state);
  const grouped = regroup(open, [...state.edges.values()], state.profiles, (anchor, split) =>
    derivedId(SOURCE, anchor, split ? `profile after ${causeOf(anchor).envelope.id}` : 'profile', 0),
  );
  for (const node of open) {
    const profileId = grouped.profileOf.get(node.node) ?? node.profileId;
    const shared = node.shared || grouped.shared.has(node.node);
    if (profileId === node.profileId && shared === node.shared) continue;
    node.profileId = profileId;
    node.shared = shared;
    state.changedNodes.add(node.node);
  }
  return grouped.steps;
}

/** New evidence at a profile whose edges were taken as known: what was remembered does not hold, the batch is tried again without it. */
function refuseUnread(state: BatchState, memory: IdentityMemory): void {
  for (const edge of state.newEdges)
    for (const end of [state.edges.get(edge)?.from, state.edges.get(edge)?.to]) {
      const profileId = end === undefined ? undefined : state.nodes.get(end)?.profileId;
      if (profileId === undefined || profileId === '' || state.evident.has(profileId)) continue;
      memory.forget();
      throw new ContentionError(`new evidence at profile ${profileId}, whose edges were not read`);
    }
}

/** Which event of the batch a node's change follows from: one that named it, else one that named a node which leads to it, else any. */
export function causes(state: BatchState): (node: string | undefined) => HubEvent {
  let leading: Map<string, HubEvent> | undefined;
  const [any] = state.causes.values();
  return (node) => {
    const direct = node === undefined ? undefined : state.causes.get(node);
    if (direct !== undefined) return direct;
    if (leading === undefined) {
      leading = new Map();
      for (const { from, to } of state.edges.values()) {
        const cause = state.causes.get(from);
        if (cause !== undefined && !leading.has(to)) leading.set(to, cause);
      }
    }
    const found = (node === undefined ? undefined : leading.get(node)) ?? any;
    if (found === undefined) throw new Error('a batch that changed something has a cause');
    return found;
  };
}
