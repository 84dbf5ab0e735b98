import { classifyFinite } from '../demand/classify-demand.ts';
import type { DemandClassification } from '../demand/classify-demand.ts';
import { discreteQuantile, forgetting, periodDistribution } from '../models/intermittent/demand-quantiles.ts';
import { combineModels } from '../models/combination.ts';
import type { FittedModel } from '../models/fitted-model.ts';
import { isRefused, refuse, refuseUnlessBetween, refuseUnlessInteger } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { conformalOffset, conformalShape, originErrors, sumErrors } from './conformal.ts';
import type { OriginErrors } from './conformal.ts';
import { adjustmentOf, fitModel, MODEL_NAMES } from './model-registry.ts';
import type { ModelName } from './model-registry.ts';
import { chooseSparse } from './sparse-choice.ts';
import { prepareSeries } from './series.ts';
import type { PreparedSeries, SeriesInput } from './series.ts';

export interface ForecastOptions {
  /** Number of periods ahead. */
  readonly horizon: number;
  /** Quantile levels, each strictly between 0 and 1. None by default. */
  readonly levels?: readonly number[];
  /** Cut mean and quantiles at zero, as demand requires. False by default. */
  readonly nonnegative?: boolean;
  /** Also forecast the running sum, for stock decisions. False by default. */
  readonly cumulative?: boolean;
  /** True for coming periods in which nothing can be sold: their forecast is zero. */
  readonly closed?: readonly boolean[];
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
  /** Demand from now to the end of each step, calibrated on errors of such sums. */
  readonly cumulative?: { readonly mean: number[]; readonly quantiles: Record<string, number[]> };
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
  if (demand.class === 'no-demand') return noDemand(horizon, levels, options.cumulative ?? false);

  const chosen = choose(prepared, demand, options.model ?? 'auto', horizon);
  if (isRefused(chosen)) return chosen;
  const { model, candidates } = chosen;
  const errors = originErrors(model, prepared.values, prepared.known, horizon);
  const { scale } = prepared;
  const path = new Float64Array(horizon);
  model.forecastFrom(prepared.values.length, path);
  const { closed } = options;
  if (closed) for (let h = 0; h < horizon; h++) if (closed[h]) path[h] = 0;
  const floor = options.nonnegative ? 0 : Number.NEGATIVE_INFINITY;
  const finish = (value: number): number => Math.max(floor, value * scale);
  const quantiles =
    chosen.sparseSeason === undefined
      ? conformalQuantiles(path, errors, model.freedom, levels)
      : sparseQuantiles(prepared, chosen.sparseSeason, horizon, levels);
  if (closed) for (const row of quantiles) for (let h = 0; h < horizon; h++) if (closed[h]) row[h] = 0;
  const rollingOriginError = summarise(errors, scale);
  const byLevel = (rows: readonly Float64Array[]): Record<string, number[]> =>
    Object.fromEntries(levels.map((level, i) => [String(level), Array.from(rows[i] ?? [], finish)]));
  const sums = path.slice();
  for (let h = 1; h < horizon; h++)
    sums[h] = (sums[h - 1] as number) + (floor === 0 ? Math.max(0, sums[h] as number) : (sums[h] as number));
  const cumulative = options.cumulative && {
    mean: Array.from(sums, finish),
    quantiles: byLevel(conformalQuantiles(sums, sumErrors(model, prepared.values, prepared.known, horizon), model.freedom, levels)),
  };
  return {
    model: model.name,
    mean: Array.from(path, finish),
    quantiles: byLevel(quantiles),
    ...(cumulative ? { cumulative } : {}),
    ...(rollingOriginError ? { rollingOriginError } : {}),
    demandClass: demand.class,
    candidates: candidates.map((candidate) => ({ model: candidate.model, error: candidate.error * scale })),
  };
}

/** One path a level. */
function conformalQuantiles(path: Float64Array, errors: OriginErrors, freedom: number, levels: readonly number[]): Float64Array[] {
  const shape = conformalShape(errors, freedom);
  return levels.map((level) => path.map((value, h) => value + conformalOffset(shape, h, level)));
}

/** Quantiles of demand that is mostly zero come from the history itself: a spread around the mean has no atom at zero. */
function sparseQuantiles({ values, known }: PreparedSeries, season: number, horizon: number, levels: readonly number[]): Float64Array[] {
  const alpha = forgetting(values);
  const phases = Array.from({ length: Math.min(season, horizon) }, (_, h) =>
    periodDistribution(values, alpha, known, season, (values.length + h) % season),
  );
  return levels.map((level) => {
    const byPhase = phases.map((distribution) => discreteQuantile(distribution, level));
    return Float64Array.from({ length: horizon }, (_, h) => byPhase[h % phases.length] as number);
  });
}

function refuseOptions(options: ForecastOptions): Refused | undefined {
  const refused = refuseUnlessInteger(options.horizon, 1, 'options.horizon');
  if (refused) return refused;
  for (const [i, level] of (options.levels ?? []).entries()) {
    const bad = refuseUnlessBetween(level, 0, 1, `options.levels[${i}]`);
    if (bad) return bad;
  }
  if (options.closed && options.closed.length !== options.horizon) {
    return refuse('length-mismatch', 'options.closed', `has ${options.closed.length} entries for a horizon of ${options.horizon}`);
  }
  const name = options.model ?? 'auto';
  if (name !== 'auto' && !MODEL_NAMES.includes(name)) {
    return refuse('bad-option', 'options.model', `must be auto or one of ${MODEL_NAMES.join(', ')}, got ${String(name)}`);
  }
  return undefined;
}

function noDemand(horizon: number, levels: readonly number[], cumulative: boolean): Forecast {
  const zeros = (): number[] => new Array<number>(horizon).fill(0);
  const path = (): { mean: number[]; quantiles: Record<string, number[]> } => ({
    mean: zeros(),
    quantiles: Object.fromEntries(levels.map((level) => [String(level), zeros()])),
  });
  return { model: 'zero', ...path(), ...(cumulative ? { cumulative: path() } : {}), demandClass: 'no-demand', candidates: [] };
}

interface Choice {
  readonly model: FittedModel;
  readonly candidates: readonly Candidate[];
  /** Set when the demand is sparse: the season it follows, or 1. */
  readonly sparseSeason?: number;
  readonly refused?: undefined;
}

const REGULAR: readonly ModelName[] = ['ets', 'ces', 'theta-dynamic'];
/** In short histories of short seasons a fourth opinion helps, and is cheap. */
const SHORT: readonly ModelName[] = [...REGULAR, 'arima'];
const SHORT_HISTORY = { length: 80, season: 4 };

function choose(series: PreparedSeries, demand: DemandClassification, name: ModelName | 'auto', horizon: number): Choice | Refused {
  const { values, known } = series;
  const errorOf = (model: FittedModel): Candidate => ({
    model: model.name,
    error: rootMeanSquare(originErrors(model, values, known, horizon)),
  });
  const alone = (model: FittedModel): Choice => ({ model, candidates: [errorOf(model)] });
  if (name === 'auto' && (demand.class === 'intermittent' || demand.class === 'lumpy')) {
    const { model, season, candidates } = chooseSparse(series, horizon);
    return { model, candidates, sparseSeason: season };
  }
  const input = { ...series, adjustment: adjustmentOf(values, series.seasons) };
  if (name !== 'auto') {
    const model = fitModel(name, input);
    return model
      ? alone(model)
      : refuse('too-short', 'series.values', `${values.length} values with this season cannot carry the model ${name}`);
  }
  const short = values.length <= SHORT_HISTORY.length && (series.seasons[0] ?? 1) <= SHORT_HISTORY.season;
  const fitted = (short ? SHORT : REGULAR).map((one) => fitModel(one, input)).filter((model) => model !== undefined);
  if (fitted.length === 0) return alone(seasonalNaiveOrMean(series));
  const combined = combineModels(fitted);
  return { model: combined, candidates: [...fitted, combined].map(errorOf).sort((a, b) => a.error - b.error) };
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
