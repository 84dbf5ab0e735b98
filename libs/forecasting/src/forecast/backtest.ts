import { bias, mae, mape, mase, rmse, rmsse, smape, trackingSignal, wape } from '../measures/point-measures.ts';
import { calibration, coverage, pinball, weightedQuantileLoss } from '../measures/quantile-measures.ts';
import { isRefused, refuse, refuseUnlessInteger } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { forecast } from './forecast.ts';
import type { ForecastOptions } from './forecast-options.ts';
import type { SeriesInput } from './series.ts';

export interface BacktestOptions extends ForecastOptions {
  /** Number of origins, each one `step` periods before the next; the last has a whole horizon after it. */
  readonly origins: number;
  /** Periods between two origins; the horizon when left out, so that no period is judged twice. */
  readonly step?: number;
}

/** Measures over all judged periods. `null` where the data do not define a measure. */
export interface BacktestMeasures {
  readonly mae: number;
  readonly rmse: number;
  readonly smape: number;
  readonly mape: number | null;
  readonly wape: number | null;
  readonly mase: number | null;
  readonly rmsse: number | null;
  readonly bias: number;
  readonly trackingSignal: number;
  readonly weightedQuantileLoss: number | null;
  readonly pinball: Readonly<Record<string, number>>;
  /** Share below, and at most at, each quantile. */
  readonly calibration: Readonly<Record<string, { readonly below: number; readonly atMost: number }>>;
  /** Share inside the interval between the lowest and the highest level; `null` with fewer than two levels. */
  readonly coverage: number | null;
}

export interface Backtest {
  readonly measures: BacktestMeasures;
  readonly origins: readonly { readonly at: number; readonly model: string }[];
  /** Judged pairs, in time order of origin and step. */
  readonly actual: readonly number[];
  readonly predicted: readonly number[];
  readonly refused?: undefined;
}

/**
 * Rolling-origin evaluation without a leak: at each origin everything, the choice of the model included, is redone on the history before it
 * (Tashman 2000). Periods that are not known are forecast but not judged. MASE and RMSSE are scaled on the history before the first origin.
 */
export function backtest(series: SeriesInput, options: BacktestOptions): Backtest | Refused {
  const { horizon, levels = [], origins } = options;
  const refused = refuseUnlessInteger(horizon, 1, 'options.horizon') ?? refuseUnlessInteger(origins, 1, 'options.origins');
  if (refused) return refused;
  const step = options.step ?? horizon;
  const badStep = refuseUnlessInteger(step, 1, 'options.step');
  if (badStep) return badStep;
  const n = series.values.length;
  const first = n - horizon - (origins - 1) * step;
  if (first < 1)
    return refuse('too-short', 'series.values', `${n} values leave no history before ${origins} origins of ${horizon} periods`);

  const all = Array.from(series.values);
  const actual: number[] = [];
  const predicted: number[] = [];
  const paths = new Map<number, number[]>(levels.map((level) => [level, []]));
  const done: { at: number; model: string }[] = [];
  for (let at = first; at + horizon <= n; at += step) {
    // What is known beforehand of the coming periods is known at the origin as well.
    const regressors = series.regressors?.map(({ name, past }) => ({
      name,
      past: Array.from(past).slice(0, at),
      future: Array.from(past).slice(at, at + horizon),
    }));
    const result = forecast({ ...series, values: all.slice(0, at), known: series.known?.slice(0, at), regressors }, options);
    if (isRefused(result)) return result;
    done.push({ at, model: result.model });
    for (let h = 0; h < horizon; h++) {
      if (series.known && !series.known[at + h]) continue;
      const value = all[at + h] as number;
      if (!Number.isFinite(value)) return refuse('not-finite', `series.values[${at + h}]`, `must be a finite number, got ${value}`);
      actual.push(value);
      predicted.push(result.mean[h] as number);
      for (const [level, path] of paths) path.push(result.quantiles[String(level)]?.[h] as number);
    }
  }
  if (actual.length === 0) return refuse('no-known-value', 'series.known', 'no judged period is known');
  const history = all.slice(0, first).filter((_, t) => series.known?.[t] ?? true);
  const season = typeof series.season === 'number' ? series.season : (series.season?.[0] ?? 1);
  return { measures: measure(actual, predicted, paths, history, season), origins: done, actual, predicted };
}

function measure(
  actual: number[],
  predicted: number[],
  paths: ReadonlyMap<number, number[]>,
  history: number[],
  season: number,
): BacktestMeasures {
  const levels = [...paths.keys()].sort((a, b) => a - b);
  const low = paths.get(levels[0] ?? 0);
  const high = paths.get(levels[levels.length - 1] ?? 0);
  return {
    mae: mae(actual, predicted),
    rmse: rmse(actual, predicted),
    smape: smape(actual, predicted),
    mape: mape(actual, predicted),
    wape: wape(actual, predicted),
    mase: mase(actual, predicted, history, season),
    rmsse: rmsse(actual, predicted, history),
    bias: bias(actual, predicted),
    trackingSignal: trackingSignal(actual, predicted),
    weightedQuantileLoss: weightedQuantileLoss(actual, paths),
    pinball: Object.fromEntries(levels.map((level) => [String(level), pinball(actual, paths.get(level) ?? [], level)])),
    calibration: Object.fromEntries(levels.map((level) => [String(level), calibration(actual, paths.get(level) ?? [])])),
    coverage: low && high && levels.length > 1 ? coverage(actual, low, high) : null,
  };
}
