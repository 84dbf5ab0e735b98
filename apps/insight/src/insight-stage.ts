import { routeTable, topology } from '@tributary/contracts';
import type { Disposition, HubEvent, Stage, UnitOfWork } from '@tributary/persistence';
import { closeBatch } from './close-batch.ts';
import { InsightMemory } from './insight-memory.ts';
import { insightRoutes } from './insight.routes.ts';
import { latestFit } from './insight.store.ts';
import { loadBatch } from './load-batch.ts';
import type { SegmentRule } from './segment-rule.ts';

const routeOf = routeTable('insight', topology.insight.reads, insightRoutes);
const applied: Disposition = { kind: 'applied' };

/** The insight app's stage: activity in, sufficient statistics and segment changes out. What it remembers is shared by its batches. */
export function createInsightStage(currency: string, rules: readonly SegmentRule[]): Stage {
  const memory = new InsightMemory();
  return {
    group: 'insight',
    reads: topology.insight.reads,
    async open(tx, events, epoch): Promise<UnitOfWork> {
      memory.enter(epoch);
      // The fit is asked for behind the locks: what stands in a score is then never newer than it.
      const [state, fittedAt] = await Promise.all([loadBatch(tx, memory, profilesOf(events)), latestFit(tx)]);
      let cause: HubEvent | undefined;
      return {
        apply(event) {
          const route = routeOf.get(event.contract.name);
          if (route === undefined) throw new TypeError(`no route for ${event.contract.name}`);
          route.fold(state, event.value as never, currency);
          cause = event;
          return applied;
        },
        close: () => Promise.resolve(cause === undefined ? [] : closeBatch(tx, state, { memory, rules, fittedAt, cause })),
      };
    },
  };
}

function profilesOf(events: readonly HubEvent[]): ReadonlySet<string> {
  const profiles = new Set<string>();
  for (const event of events)
    for (const profileId of routeOf.get(event.contract.name)?.profilesOf(event.value as never) ?? []) profiles.add(profileId);
  return profiles;
}
