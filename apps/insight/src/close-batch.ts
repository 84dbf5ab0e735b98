import type { HubEvent, OutboxEvent, Transaction } from '@tributary/persistence';
import { customerFacts } from './customer-facts.ts';
import type { InsightMemory } from './insight-memory.ts';
import { deleteScores, saveMembers, type MembershipWrite } from './insight.store.ts';
import { survivorOf, type HeldProfile, type InsightState } from './insight.routes.ts';
import { scoreGone, segmentStep } from './publish.ts';
import { ruleFacts } from './rule-facts.ts';
import { afterSteps, segmentChanges, type SegmentStep } from './segment-changes.ts';
import type { SegmentRule } from './segment-rule.ts';
import { insertStats, updateStats } from './stats.store.ts';

/** What closing needs. */
export interface CloseContext {
  readonly memory: InsightMemory;
  readonly rules: readonly SegmentRule[];
  /** Reference time of the fit in force, microseconds; 0 when there is none. */
  readonly fittedAt: number;
  /** The event that the changes follow from. */
  readonly cause: HubEvent;
}

/** Writes what changed with one statement a table, none of them waited for, and says what to publish: scores that end, segment changes. */
export function closeBatch(tx: Transaction, state: InsightState, { memory, rules, fittedAt, cause }: CloseContext): OutboxEvent[] {
  const changed = [...state.changed].sort().map((profileId) => state.profiles.get(profileId) as HeldProfile);
  const token = memory.newToken();
  insertStats(
    tx,
    changed.filter((profile) => !profile.stored),
    token,
  );
  updateStats(
    tx,
    changed.filter((profile) => profile.stored),
    token,
  );
  const gone = changed.filter((profile) => profile.mergedInto !== null && profile.score !== undefined).map(({ profileId }) => profileId);
  deleteScores(tx, gone);
  const entered: MembershipWrite[] = [];
  const left: MembershipWrite[] = [];
  const by = { source: cause.envelope.source, id: cause.envelope.id, traceparent: cause.envelope.traceparent };
  const events = gone.map((profileId) => scoreGone(profileId, fittedAt, by));
  for (const profile of changed) {
    const { profileId, stats, members, score, mergedInto } = profile;
    const asOf = Math.max(fittedAt, stats.latest);
    const steps =
      mergedInto === null
        ? segmentChanges(rules, ruleFacts(customerFacts(stats, asOf), score), members)
        : farewell(members, survivorOf(state, profileId));
    for (const step of steps) {
      const { write, event } = segmentStep(profileId, step, asOf, by);
      (step.change === 'ENTERED' ? entered : left).push(write);
      events.push(event);
    }
    if (mergedInto === null) memory.keep(profileId, { stats, members: afterSteps(members, steps), score }, token);
  }
  saveMembers(tx, entered, left);
  return events;
}

/** A profile that was merged away leaves its segments. */
const farewell = (members: HeldProfile['members'], survivor: string): SegmentStep[] =>
  members.map(({ segment, version }) => ({ change: 'LEFT', segment, version, reason: `merged into ${survivor}`, facts: [] }));
