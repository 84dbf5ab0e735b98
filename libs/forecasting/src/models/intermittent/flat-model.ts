import type { FittedModel } from '../fitted-model.ts';

/** A model that forecasts the same rate for every step. `rate[t]` is what it forecast after t observations. */
export interface FlatModel extends FittedModel {
  readonly rate: Float64Array;
}

/** A flat model from its rates. */
export function flatModel(name: string, parameters: Readonly<Record<string, number>>, rate: Float64Array, freedom: number): FlatModel {
  return { name, parameters, rate, firstOrigin: 1, freedom, forecastFrom: (origin, out) => out.fill(rate[origin] as number) };
}

/** The mean of several flat models. */
export function meanOfFlat(name: string, members: readonly FlatModel[]): FlatModel {
  const rate = new Float64Array(members[0]?.rate.length ?? 0);
  for (const member of members)
    for (let t = 0; t < rate.length; t++) rate[t] = (rate[t] as number) + (member.rate[t] as number) / members.length;
  const freedom = members.reduce((sum, member) => sum + member.freedom, 0) / Math.max(1, members.length);
  return flatModel(name, { members: members.length }, rate, freedom);
}

/** Accuracy of a flat model over all origins from `first` on, by running sums: no loop over the horizon. */
export interface FlatErrors {
  readonly rmse: number;
  /** RMSE of the sum over the horizon, per period. */
  readonly sumRmse: number;
}

/** Judges flat models on one series: prepares the running sums once. */
export function flatJudge(values: Float64Array, horizon: number): (model: FlatModel) => FlatErrors {
  const n = values.length;
  const h = Math.min(horizon, Math.max(1, n >> 1));
  const sums = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  for (let t = 0; t < n; t++) {
    const y = values[t] as number;
    sums[t + 1] = (sums[t] as number) + y;
    squares[t + 1] = (squares[t] as number) + y * y;
  }
  // The first forecasts rest on nothing; they say little of what the model can do.
  const first = Math.min(Math.max(1, Math.floor(n / 4)), Math.max(1, n - h));
  return ({ rate }) => {
    let error = 0;
    let sumError = 0;
    let origins = 0;
    for (let t = first; t + h <= n; t++) {
      const r = rate[t] as number;
      const sum = (sums[t + h] as number) - (sums[t] as number);
      error += (squares[t + h] as number) - (squares[t] as number) - 2 * r * sum + h * r * r;
      sumError += (sum - h * r) * (sum - h * r);
      origins++;
    }
    if (origins === 0) return { rmse: 0, sumRmse: 0 };
    return { rmse: Math.sqrt(Math.max(0, error) / (origins * h)), sumRmse: Math.sqrt(sumError / origins) / h };
  };
}
