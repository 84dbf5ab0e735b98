export { createForecastStage, type ForecastStageOptions } from './forecast-stage.ts';
export { migrations } from './migrations.ts';
