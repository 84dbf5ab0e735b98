import { classifyFinite } from '../demand/classify-demand.ts';
import type { DemandClassification } from '../demand/classify-demand.ts';
import { combineByMedian } from '../models/combination.ts';
import type { FittedModel } from '../models/fitted-model.ts';
import { isRefused, refuse, refuseUnlessBetween, refuseUnlessInteger } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { conformalOffset, conformalShape, originErrors } from './conformal.ts';
import type { OriginErrors } from './conformal.ts';
import { adjustmentOf, fitModel, MODEL_NAMES } from './model-registry.ts';
import type { ModelName } from './model-registry.ts';
import { prepareSeries } from './series.ts';
import type { PreparedSeries, SeriesInput } from './series.ts';

export interface ForecastOptions {
  /** Number of periods ahead. */
  readonly horizon: number;
  /** Quantile levels, each strictly between 0 and 1. None by default. */
  readonly levels?: readonly number[];
  /** Cut mean and quantiles at zero, as demand requires. False by default. */
  readonly nonnegative?: boolean;
  /** A model by name, or `auto` (default). */
  readonly model?: ModelName | 'auto';
}

/** Errors of the chosen model over all origins of the history, in the units of the series. Error = actual − forecast; bias = forecast − actual. */
export interface RollingOriginError {
  readonly origins: number;
  readonly mae: number;
  readonly rmse: number;
  readonly bias: number;
  /** RMSE of the sum over the horizon per period; `null` when the history is shorter than that needs. */
  readonly horizonSumRmse: number | null;
}

export interface Candidate {
  readonly model: string;
  /** RMSE over all origins and steps, in the units of the series. */
  readonly error: number;
}

export interface Forecast {
  readonly model: string;
  readonly mean: number[];
  readonly quantiles: Record<string, number[]>;
  readonly rollingOriginError?: RollingOriginError;
  readonly demandClass: DemandClassification['class'];
  /** The models that took part, best first. */
  readonly candidates: readonly Candidate[];
  readonly refused?: undefined;
}

/**
 * Forecasts one series. `auto` combines models for regular demand and picks from the intermittent family for sparse demand.
 * Quantiles are calibrated on the errors per horizon, never cross, and are never negative when `nonnegative`.
 * Always answers with finite numbers or with a refusal that names the field.
 */
export function forecast(series: SeriesInput, options: ForecastOptions): Forecast | Refused {
  const refused = refuseOptions(options);
  if (refused) return refused;
  const prepared = prepareSeries(series);
  if (isRefused(prepared)) return prepared;
  const demand = classifyFinite(prepared.observed);
  const { horizon, levels = [] } = options;
  if (demand.class === 'no-demand') return noDemand(horizon, levels);

  const chosen = choose(prepared, demand, options.model ?? 'auto', horizon);
  if (isRefused(chosen)) return chosen;
  const { model, errors, candidates } = chosen;
  const { scale } = prepared;
  const shape = conformalShape(errors, model.freedom);
  const path = new Float64Array(horizon);
  model.forecastFrom(prepared.values.length, path);
  const floor = options.nonnegative ? 0 : Number.NEGATIVE_INFINITY;
  const quantiles: Record<string, number[]> = {};
  for (const level of levels)
    quantiles[String(level)] = Array.from(path, (value, h) => Math.max(floor, (value + conformalOffset(shape, h, level)) * scale));
  const rollingOriginError = summarise(errors, scale);
  return {
    model: model.name,
    mean: Array.from(path, (value) => Math.max(floor, value * scale)),
    quantiles,
    ...(rollingOriginError ? { rollingOriginError } : {}),
    demandClass: demand.class,
    candidates: candidates.map((candidate) => ({ model: candidate.model, error: candidate.error * scale })),
  };
}

function refuseOptions(options: ForecastOptions): Refused | undefined {
  const refused = refuseUnlessInteger(options.horizon, 1, 'options.horizon');
  if (refused) return refused;
  for (const [i, level] of (options.levels ?? []).entries()) {
    const bad = refuseUnlessBetween(level, 0, 1, `options.levels[${i}]`);
    if (bad) return bad;
  }
  const name = options.model ?? 'auto';
  if (name !== 'auto' && !MODEL_NAMES.includes(name)) {
    return refuse('bad-option', 'options.model', `must be auto or one of ${MODEL_NAMES.join(', ')}, got ${String(name)}`);
  }
  return undefined;
}

function noDemand(horizon: number, levels: readonly number[]): Forecast {
  const zeros = (): number[] => new Array<number>(horizon).fill(0);
  return {
    model: 'zero',
    mean: zeros(),
    quantiles: Object.fromEntries(levels.map((level) => [String(level), zeros()])),
    demandClass: 'no-demand',
    candidates: [],
  };
}

interface Choice {
  readonly model: FittedModel;
  readonly errors: OriginErrors;
  readonly candidates: readonly Candidate[];
  readonly refused?: undefined;
}

const REGULAR: readonly ModelName[] = ['ets', 'ces', 'theta-dynamic'];
const SPARSE: readonly ModelName[] = ['mean', 'ses', 'croston', 'sba', 'tsb', 'adida', 'imapa'];

function choose(series: PreparedSeries, demand: DemandClassification, name: ModelName | 'auto', horizon: number): Choice | Refused {
  const judge = (model: FittedModel): Choice => {
    const errors = originErrors(model, series.values, series.known, horizon);
    return { model, errors, candidates: [{ model: model.name, error: rootMeanSquare(errors) }] };
  };
  const input = { ...series, adjustment: adjustmentOf(series.values, series.seasons) };
  if (name !== 'auto') {
    const model = fitModel(name, input);
    return model
      ? judge(model)
      : refuse('too-short', 'series.values', `${series.values.length} values with this season cannot carry the model ${name}`);
  }
  const sparse = demand.class === 'intermittent' || demand.class === 'lumpy';
  const fitted = (sparse ? SPARSE : REGULAR).map((one) => fitModel(one, input)).filter((model) => model !== undefined);
  if (fitted.length === 0) return judge(seasonalNaiveOrMean(series));
  const judged = fitted.map(judge);
  const candidates = judged.flatMap((one) => one.candidates);
  if (!sparse) {
    const combined = judge(combineByMedian(fitted));
    return { ...combined, candidates: [...candidates, ...combined.candidates].sort((a, b) => a.error - b.error) };
  }
  const best = judged.reduce((a, b) => (rootMeanSquare(b.errors) < rootMeanSquare(a.errors) ? b : a));
  return { ...best, candidates: [...candidates].sort((a, b) => a.error - b.error) };
}

function seasonalNaiveOrMean(series: PreparedSeries): FittedModel {
  const name = series.seasons.length > 0 ? 'seasonal-naive' : 'mean';
  return fitModel(name, series) as FittedModel;
}

function rootMeanSquare({ errors }: OriginErrors): number {
  let sum = 0;
  let count = 0;
  for (const row of errors) for (const error of row) sum += error * error;
  for (const row of errors) count += row.length;
  return count > 0 ? Math.sqrt(sum / count) : 0;
}

function summarise(all: OriginErrors, scale: number): RollingOriginError | undefined {
  const origins = all.errors[0]?.length ?? 0;
  if (origins === 0) return undefined;
  let absolute = 0;
  let signed = 0;
  let count = 0;
  for (const row of all.errors) {
    for (const error of row) {
      absolute += Math.abs(error);
      signed -= error;
    }
    count += row.length;
  }
  const sumSquares = all.sums.reduce((sum, error) => sum + error * error, 0);
  const horizon = all.errors.length;
  return {
    origins,
    mae: (absolute / count) * scale,
    rmse: rootMeanSquare(all) * scale,
    bias: (signed / count) * scale,
    horizonSumRmse: all.sums.length > 0 ? (Math.sqrt(sumSquares / all.sums.length) / horizon) * scale : null,
  };
}
