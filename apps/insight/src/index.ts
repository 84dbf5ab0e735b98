export { createInsightStage } from './insight-stage.ts';
export { InsightModule, Refitter } from './insight.module.ts';
export { migrations } from './migrations.ts';
export type { RefitReport } from './refit.task.ts';
export { loadSegments } from './segment-files.ts';
