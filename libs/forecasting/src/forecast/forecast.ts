import { classifyFinite } from '../demand/classify-demand.ts';
import type { DemandClassification } from '../demand/classify-demand.ts';
import { discreteQuantile, forgetting, periodDistribution } from '../models/intermittent/demand-quantiles.ts';
import { isRefused } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { chooseModel } from './choose-model.ts';
import type { Candidate } from './choose-model.ts';
import { conformalOffset, conformalShape, rootMeanSquare, sumErrors } from './conformal.ts';
import type { OriginErrors } from './conformal.ts';
import { refuseOptions } from './forecast-options.ts';
import type { ForecastOptions } from './forecast-options.ts';
import { regressOut } from './regressors.ts';
import { prepareSeries } from './series.ts';
import type { PreparedSeries, SeriesInput } from './series.ts';

/** Errors of the chosen model over all origins of the history, in the units of the series. Error = actual − forecast; bias = forecast − actual. */
export interface RollingOriginError {
  readonly origins: number;
  readonly mae: number;
  readonly rmse: number;
  readonly bias: number;
  /** RMSE of the sum over the horizon per period; `null` when the history is shorter than that needs. */
  readonly horizonSumRmse: number | null;
}

export interface Forecast {
  readonly model: string;
  readonly mean: number[];
  readonly quantiles: Record<string, number[]>;
  readonly rollingOriginError?: RollingOriginError;
  /** Demand from now to the end of each step, calibrated on errors of such sums. */
  readonly cumulative?: { readonly mean: number[]; readonly quantiles: Record<string, number[]> };
  /** Change of demand per unit of each regressor. */
  readonly effects?: Readonly<Record<string, number>>;
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

  const regression = series.regressors?.length ? regressOut(prepared, series.regressors, horizon) : undefined;
  if (regression && isRefused(regression)) return regression;
  // Effects taken out of sparse demand leave a series that is no longer sparse: it goes to the regular models.
  const chosen = chooseModel(
    regression?.rest ?? prepared,
    regression ? { ...demand, class: 'smooth' } : demand,
    options.model ?? 'auto',
    horizon,
  );
  if (isRefused(chosen)) return chosen;
  // The effects of regressors are the same in the forecasts and in what came: the errors stay.
  const { candidates, errors } = chosen;
  const model = regression?.restore(chosen.model) ?? chosen.model;
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
  const sums = path.map((value) => Math.max(floor, value));
  for (let h = 1; h < horizon; h++) sums[h] = (sums[h - 1] as number) + (sums[h] as number);
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
    ...(regression ? { effects: regression.effects } : {}),
    demandClass: demand.class,
    candidates: candidates.map((candidate) => ({ model: candidate.model, error: candidate.error * scale })),
  };
}

/** One path a level. */
function conformalQuantiles(path: Float64Array, errors: OriginErrors, freedom: number, levels: readonly number[]): Float64Array[] {
  if (levels.length === 0) return [];
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

function noDemand(horizon: number, levels: readonly number[], cumulative: boolean): Forecast {
  const zeros = (): number[] => new Array<number>(horizon).fill(0);
  const path = (): { mean: number[]; quantiles: Record<string, number[]> } => ({
    mean: zeros(),
    quantiles: Object.fromEntries(levels.map((level) => [String(level), zeros()])),
  });
  return { model: 'zero', ...path(), ...(cumulative ? { cumulative: path() } : {}), demandClass: 'no-demand', candidates: [] };
}

function summarise(all: OriginErrors, scale: number): RollingOriginError | undefined {
  const origins = all.errors[0]?.length ?? 0;
  if (origins === 0) return undefined;
  let absolute = 0;
  let signed = 0;
  let count = 0;
  for (const row of all.errors) {
    for (let i = 0; i < row.length; i++) {
      absolute += Math.abs(row[i] as number);
      signed -= row[i] as number;
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
