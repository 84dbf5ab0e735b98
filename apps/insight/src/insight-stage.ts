import { routeTable, topology } from '@tributary/contracts';
import type { Disposition, HubEvent, OutboxEvent, Stage, Transaction, UnitOfWork } from '@tributary/persistence';
import { customerFacts } from './customer-facts.ts';
import {
  insertStats,
  latestModel,
  loadMembers,
  loadScores,
  lockStats,
  saveMembers,
  updateStats,
  deleteScores,
  type MembershipWrite,
  type StoredStats,
} from './insight.store.ts';
import { insightRoutes, survivorOf, type InsightState } from './insight.routes.ts';
import { scoreGone, segmentStep } from './publish.ts';
import { ruleFacts } from './rule-facts.ts';
import { segmentChanges } from './segment-changes.ts';
import type { SegmentRule } from './segment-rule.ts';
import { emptyStats } from './stats.ts';

const routeOf = routeTable('insight', topology.insight.reads, insightRoutes);
const applied: Disposition = { kind: 'applied' };

/** The insight app's stage: activity in, sufficient statistics and segment changes out. */
export function createInsightStage(currency: string, rules: readonly SegmentRule[]): Stage {
  return {
    group: 'insight',
    reads: topology.insight.reads,
    async open(tx, events): Promise<UnitOfWork> {
      const { state, existing } = await load(tx, events);
      let cause: HubEvent | undefined;
      return {
        apply(event) {
          const route = routeOf.get(event.contract.name);
          if (route === undefined) throw new TypeError(`no route for ${event.contract.name}`);
          route.fold(state, event.value as never, currency);
          cause = event;
          return applied;
        },
        close: () => (cause === undefined ? Promise.resolve([]) : close(tx, state, existing, rules, cause)),
      };
    },
  };
}

/** Locks the statistics of every profile named, following merges to the profile that carries on. */
async function load(tx: Transaction, events: readonly HubEvent[]): Promise<{ state: InsightState; existing: Set<string> }> {
  const state: InsightState = { stats: new Map(), mergedInto: new Map(), changed: new Set() };
  const existing = new Set<string>();
  let ask = [...new Set(events.flatMap((event) => routeOf.get(event.contract.name)?.profilesOf(event.value as never) ?? []))];
  while (ask.length > 0) {
    const rows = await lockStats(tx, ask);
    for (const row of rows) {
      existing.add(row.profileId);
      state.stats.set(row.profileId, row.stats);
      if (row.mergedInto !== null) state.mergedInto.set(row.profileId, row.mergedInto);
    }
    ask = [...new Set(rows.flatMap((row) => (row.mergedInto === null || existing.has(row.mergedInto) ? [] : [row.mergedInto])))];
  }
  return { state, existing };
}

async function close(
  tx: Transaction,
  state: InsightState,
  existing: ReadonlySet<string>,
  rules: readonly SegmentRule[],
  cause: HubEvent,
): Promise<OutboxEvent[]> {
  const changed = [...state.changed].sort();
  const rows = changed.map((profileId): StoredStats => ({
    profileId,
    mergedInto: state.mergedInto.get(profileId) ?? null,
    stats: state.stats.get(profileId) ?? emptyStats,
  }));
  await insertStats(
    tx,
    rows.filter((row) => !existing.has(row.profileId)),
  );
  await updateStats(
    tx,
    rows.filter((row) => existing.has(row.profileId)),
  );
  const model = await latestModel(tx);
  const members = await loadMembers(tx, changed);
  const scores = await loadScores(tx, changed);
  const gone = rows.filter((row) => row.mergedInto !== null && scores.has(row.profileId)).map((row) => row.profileId);
  await deleteScores(tx, gone);
  const entered: MembershipWrite[] = [];
  const left: MembershipWrite[] = [];
  const by = { source: cause.envelope.source, id: cause.envelope.id, traceparent: cause.envelope.traceparent };
  const events = gone.map((profileId) => scoreGone(profileId, model?.asOf ?? 0, by));
  for (const row of rows) {
    const asOf = Math.max(model?.asOf ?? 0, row.stats.latest);
    const current = members.get(row.profileId) ?? [];
    const steps =
      row.mergedInto === null
        ? segmentChanges(rules, ruleFacts(customerFacts(row.stats, asOf), scores.get(row.profileId)), current)
        : current.map((member) => ({
            change: 'LEFT' as const,
            segment: member.segment,
            version: member.version,
            reason: `merged into ${survivorOf(state, row.profileId)}`,
            facts: [],
          }));
    for (const step of steps) {
      const { write, event } = segmentStep(row.profileId, step, asOf, by);
      (step.change === 'ENTERED' ? entered : left).push(write);
      events.push(event);
    }
  }
  await saveMembers(tx, entered, left);
  return events;
}
