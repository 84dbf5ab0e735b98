export { createInsightStage } from './insight-stage.ts';
export { insightRoutes } from './insight.routes.ts';
export { latestEvent } from './insight.store.ts';
export { migrations } from './migrations.ts';
export { refit, type RefitDependencies, type RefitReport } from './refit.task.ts';
export { loadSegments } from './segment-files.ts';
export type { SegmentRule } from './segment-rule.ts';
