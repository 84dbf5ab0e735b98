export type { Fit } from './decide-forecasts.ts';
export { fitSeries, type Fitted, type FitRequest, type NotFitted } from './fit-series.ts';
export { createForecastStage, type ForecastStageOptions } from './forecast-stage.ts';
export { fitInThread, ForecastModule, Reforecaster } from './forecast.module.ts';
export { migrations } from './migrations.ts';
export { latestOrderTime } from './reforecast.store.ts';
export { runReforecast, type ReforecastDeps, type ReforecastSummary } from './reforecast.task.ts';
