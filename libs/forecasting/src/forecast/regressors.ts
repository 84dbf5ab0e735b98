import { leastSquares } from '@tributary/numerics';
import type { FittedModel } from '../models/fitted-model.ts';
import { refuse, refuseNonFinite } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import type { PreparedSeries, Regressor } from './series.ts';

export interface Regression {
  /** The series without the effects of the regressors. */
  readonly rest: PreparedSeries;
  /** Change of demand per unit of each regressor, in the units of the series. */
  readonly effects: Readonly<Record<string, number>>;
  /** Puts the effects back onto a model of `rest`. */
  readonly restore: (model: FittedModel) => FittedModel;
  readonly refused?: undefined;
}

const PERSISTENCE = [0, 0.3, 0.6, 0.85, 1];
const NUISANCE_WAVES = 3;

/**
 * Effects of promotions, prices or holidays by regression with AR(1) errors (Cochrane and Orcutt 1949; persistence by least squares over a grid), a line and
 * a few seasonal waves beside them so that a season is not taken for an effect. The models then see the series without the effects.
 * Refuses regressors of a wrong length, non-finite ones, ones that never change, and ones that cannot be told apart.
 */
export function regressOut(series: PreparedSeries, regressors: readonly Regressor[], horizon: number): Regression | Refused {
  const { values, known, seasons, scale } = series;
  const n = values.length;
  const columns: Float64Array[] = [];
  for (const { name, past, future } of regressors) {
    const field = `series.regressors.${name}`;
    if (past.length !== n) return refuse('length-mismatch', `${field}.past`, `has ${past.length} entries for ${n} values`);
    if (future.length !== horizon)
      return refuse('length-mismatch', `${field}.future`, `has ${future.length} entries for a horizon of ${horizon}`);
    const bad = refuseNonFinite(past, `${field}.past`) ?? refuseNonFinite(future, `${field}.future`);
    if (bad) return bad;
    columns.push(Float64Array.from([...Array.from(past), ...Array.from(future)]));
  }
  const sizes = columns.map((column) => Math.max(...column.map(Math.abs)) || 1);
  const waves = seasons
    .slice(0, 1)
    .flatMap((season) => Array.from({ length: Math.min(NUISANCE_WAVES, season >> 1) }, (_, j) => (2 * Math.PI * (j + 1)) / season));
  const rowAt = (t: number): number[] => [
    ...columns.map((column, i) => (column[t] as number) / (sizes[i] as number)),
    t / n,
    ...waves.flatMap((angle) => (angle < Math.PI - 1e-9 ? [Math.sin(angle * t), Math.cos(angle * t)] : [Math.cos(angle * t)])),
  ];
  let best: { sse: number; beta: readonly number[] } | undefined;
  for (const rho of PERSISTENCE) {
    const design: number[][] = [];
    const response: number[] = [];
    for (let t = 1; t < n; t++) {
      if (known && !(known[t] && known[t - 1])) continue;
      const before = rowAt(t - 1);
      const row = rowAt(t).map((value, i) => value - rho * (before[i] as number));
      // A differenced constant is zero: random-walk errors leave no intercept to estimate.
      design.push(rho === 1 ? row : [...row, 1]);
      response.push((values[t] as number) - rho * (values[t - 1] as number));
    }
    const beta = leastSquares(design, response);
    if (!beta) continue;
    const sse = design.reduce(
      (sum, row, i) => sum + ((response[i] as number) - row.reduce((fit, value, j) => fit + value * (beta[j] as number), 0)) ** 2,
      0,
    );
    if (best === undefined || sse < best.sse) best = { sse, beta };
  }
  if (!best) return refuse('singular', 'series.regressors', 'the effects cannot be told apart, or the history is too short for them');
  const { beta } = best;
  const effect = Float64Array.from({ length: n + horizon }, (_, t) =>
    columns.reduce((sum, column, i) => sum + ((beta[i] as number) * (column[t] as number)) / (sizes[i] as number), 0),
  );
  return {
    rest: { ...series, values: values.map((y, t) => y - (effect[t] as number)) },
    effects: Object.fromEntries(regressors.map(({ name }, i) => [name, ((beta[i] as number) / (sizes[i] as number)) * scale])),
    restore: (model) => ({
      ...model,
      freedom: model.freedom + columns.length,
      forecastFrom: (origin, out) => {
        model.forecastFrom(origin, out);
        for (let h = 0; h < out.length; h++) out[h] = (out[h] as number) + (effect[origin + h] as number);
      },
    }),
  };
}
