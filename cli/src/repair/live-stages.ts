import { createErpBridgeStage } from '@tributary/app-erp-bridge';
import { createForecastStage } from '@tributary/app-forecast';
import { createInsightStage, loadSegments } from '@tributary/app-insight';
import { createProfileStage } from '@tributary/app-profile';
import type { Stage } from '@tributary/persistence';
import type { Config } from '@tributary/runtime';

/** The stages that the hub runs, by consumer group: what is redriven or replayed goes through the same code as live records. */
export function liveStages(config: Pick<Config, 'identityKey' | 'currency'>): ReadonlyMap<string, Stage> {
  const stages = [
    createProfileStage(config.identityKey),
    createInsightStage(config.currency, loadSegments()),
    createForecastStage(),
    createErpBridgeStage(),
  ];
  return new Map(stages.map((stage) => [stage.group, stage]));
}
