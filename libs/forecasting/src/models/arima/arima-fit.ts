import { boxMinimise } from '../../numeric/box-minimise.ts';
import type { FittedModel } from '../fitted-model.ts';
import { armaInnovations } from './arma-innovations.ts';
import type { ArmaInnovations } from './arma-innovations.ts';
import { differencePolynomial, fromPartials, multiplySeasonal } from './polynomials.ts';

/** ARIMA(p, d, q)(P, D, Q)_m, with a mean of the differenced series when `constant`. */
export interface ArimaOrder {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly P: number;
  readonly D: number;
  readonly Q: number;
  readonly constant: boolean;
}

export interface ArimaFit extends FittedModel {
  readonly order: ArimaOrder;
  readonly aicc: number;
  readonly sse: number;
}

/**
 * `exact`: maximum likelihood of the differenced series. `conditional`: least squares from a past of zeros, many times faster, and the start of the
 * exact search.
 */
export type ArimaEstimation = 'exact' | 'conditional';

/** Roots closer to the unit circle than this are not estimated: they would be differences. */
const PARTIAL_LIMIT = 0.98;
const STEP = 1e-6;

/**
 * Seasonal ARIMA (Box and Jenkins 1976), by exact maximum likelihood of the differenced series around its mean unless told. All errors of the differenced series count, so that
 * AICc values of models with the same differences and estimation compare. Stationary and invertible by construction.
 * `undefined` when the differenced series is too short for the order.
 */
export function fitArima(
  values: Float64Array,
  order: ArimaOrder,
  season: number,
  estimation: ArimaEstimation = 'exact',
): ArimaFit | undefined {
  const { p, d, q, P, D, Q, constant } = order;
  const n = values.length;
  const delta = differencePolynomial(d, D, season);
  const lost = delta.length;
  const length = n - lost;
  const k = p + q + P + Q + (constant ? 1 : 0);
  if (length < Math.max(4, k + 3)) return undefined;
  const w = new Float64Array(length);
  let average = 0;
  for (let t = 0; t < length; t++) {
    let value = values[t + lost] as number;
    for (let i = 0; i < lost; i++) value += (delta[i] as number) * (values[t + lost - 1 - i] as number);
    w[t] = value;
    average += value / length;
  }
  let scale = 0;
  for (const value of w) scale += (value - (constant ? average : 0)) ** 2 / length;
  scale = Math.sqrt(scale) || 1;

  const centred = new Float64Array(length);
  const errors = new Float64Array(length);
  /** The expanded operators at x = [p, q, P, Q partials, mean in units of the spread]. */
  const operators = (x: Float64Array): { ar: Float64Array; ma: Float64Array; mean: number } => ({
    ar: multiplySeasonal(fromPartials(x.subarray(0, p)), fromPartials(x.subarray(p + q, p + q + P)), season, -1),
    ma: multiplySeasonal(
      fromPartials(x.subarray(p, p + q)).map((v) => -v),
      fromPartials(x.subarray(p + q + P, p + q + P + Q)).map((v) => -v),
      season,
      1,
    ),
    mean: constant ? average + scale * (x[k - 1] as number) : 0,
  });
  const sumOfSquares = (x: Float64Array): number => {
    const { ar, ma, mean } = operators(x);
    let sse = 0;
    for (let t = 0; t < length; t++) {
      let e = (w[t] as number) - mean;
      centred[t] = e;
      for (let i = 0, last = Math.min(ar.length, t); i < last; i++) e -= (ar[i] as number) * (centred[t - 1 - i] as number);
      for (let i = 0, last = Math.min(ma.length, t); i < last; i++) e -= (ma[i] as number) * (errors[t - 1 - i] as number);
      errors[t] = e;
      sse += e * e;
    }
    return sse;
  };
  const x = new Float64Array(k).fill(0.1);
  if (constant) x[k - 1] = 0;
  const bound = new Float64Array(k).fill(PARTIAL_LIMIT);
  if (constant) bound[k - 1] = 5;
  const moved = new Float64Array(k);
  const search = (value: (at: Float64Array) => number): void => {
    const gradient = (at: Float64Array, out: Float64Array, centre: number): void => {
      moved.set(at);
      for (let i = 0; i < k; i++) {
        // Backwards where the box ends.
        const step = (at[i] as number) + STEP > (bound[i] as number) ? -STEP : STEP;
        moved[i] = (at[i] as number) + step;
        out[i] = (value(moved) - centre) / step;
        moved[i] = at[i] as number;
      }
    };
    const lower = bound.map((b) => -b);
    boxMinimise({ value, gradient }, x, lower, bound, 1e-6, 60);
  };
  search((at) => Math.log(Math.max(sumOfSquares(at) / length, 1e-30)));
  const innovationsAt = (at: Float64Array): ArmaInnovations | undefined => {
    const { ar, ma, mean } = operators(at);
    for (let t = 0; t < length; t++) centred[t] = (w[t] as number) - mean;
    return armaInnovations(centred, ar, ma);
  };
  if (estimation === 'exact') search((at) => innovationsAt(at)?.deviance ?? Number.POSITIVE_INFINITY);
  const sse = sumOfSquares(x);
  const { ar, ma, mean } = operators(x);
  const exact = estimation === 'exact' ? innovationsAt(x) : undefined;
  const deviance = exact ? exact.deviance : Math.log(Math.max(sse / length, 1e-30));
  const predict = differencedForecasts(centred, exact?.errors ?? errors, ar, ma, exact);
  const count = k + 1;
  const named = (prefix: string, block: Float64Array): [string, number][] =>
    Array.from(block, (v, i): [string, number] => [`${prefix}${i + 1}`, v]);
  return {
    name: 'arima',
    order,
    sse: exact ? exact.variance * length : sse,
    aicc:
      length * deviance + 2 * count + (length > count + 1 ? (2 * count * (count + 1)) / (length - count - 1) : Number.POSITIVE_INFINITY),
    parameters: { ...order, constant: mean, ...Object.fromEntries([...named('ar', ar), ...named('ma', ma)].filter(([, v]) => v !== 0)) },
    firstOrigin: lost + Math.max(2, p, q),
    freedom: k,
    forecastFrom: (origin, out) => {
      const ahead = predict(origin - lost, out.length);
      for (let h = 0; h < out.length; h++) {
        let y = (ahead[h] as number) + mean;
        for (let i = 0; i < lost; i++)
          y -= (delta[i] as number) * (i < h ? (out[h - 1 - i] as number) : (values[origin + h - 1 - i] as number));
        out[h] = y;
      }
    },
  };
}

/** Forecasts of the centred differenced series from `known` of its values: it continues by its forecasts, its errors by zeros. */
function differencedForecasts(
  centred: Float64Array,
  errors: Float64Array,
  ar: Float64Array,
  ma: Float64Array,
  exact: ArmaInnovations | undefined,
): (known: number, horizon: number) => Float64Array {
  return (known, horizon) => {
    const ahead = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) {
      const target = known + h;
      const early = exact !== undefined && target < exact.width;
      let z = 0;
      if (!early) {
        for (let i = 0; i < ar.length; i++) {
          const t = target - 1 - i;
          if (t >= known) z += (ar[i] as number) * (ahead[t - known] as number);
          else if (t >= 0) z += (ar[i] as number) * (centred[t] as number);
        }
      }
      const reach = early ? target : ma.length;
      for (let i = h; i < reach; i++) {
        const t = target - 1 - i;
        if (t >= 0) z += ((exact ? exact.theta[target * exact.width + i] : ma[i]) as number) * (errors[t] as number);
      }
      ahead[h] = z;
    }
    return ahead;
  };
}
