import { normalQuantile } from '@tributary/numerics';
import type { FittedModel } from '../models/fitted-model.ts';

/** Forecast errors (actual − forecast) of a model from every origin: `errors[h]` holds those of step h + 1. */
export interface OriginErrors {
  readonly errors: readonly Float64Array[];
  /** Errors of the sum over the horizon, for origins with a whole horizon after them. */
  readonly sums: Float64Array;
}

/** Errors of a model with fixed parameters from each origin of the history. Periods that are not known are left out. */
export function originErrors(
  model: FittedModel,
  values: Float64Array,
  known: readonly boolean[] | undefined,
  horizon: number,
): OriginErrors {
  const n = values.length;
  const counts = new Int32Array(horizon);
  const sums = new Float64Array(n);
  let sumCount = 0;
  const first = Math.max(1, Math.min(model.firstOrigin, n - 1));
  const rows = Array.from({ length: horizon }, (_, h) => new Float64Array(Math.max(0, n - first - h)));
  const out = new Float64Array(horizon);
  for (let origin = first; origin < n; origin++) {
    const steps = Math.min(horizon, n - origin);
    model.forecastFrom(origin, out);
    let total = 0;
    let whole = steps === horizon;
    for (let h = 0; h < steps; h++) {
      if (known && !known[origin + h]) {
        whole = false;
        continue;
      }
      const error = (values[origin + h] as number) - (out[h] as number);
      total += error;
      const count = counts[h] as number;
      (rows[h] as Float64Array)[count] = error;
      counts[h] = count + 1;
    }
    if (whole) sums[sumCount++] = total;
  }
  return { errors: rows.map((row, h) => row.subarray(0, counts[h])), sums: sums.subarray(0, sumCount) };
}

/** The same for running sums: `errors[h]` holds the errors of the sum of steps 1 … h + 1. Origins with an unknown period before that step are left out. */
export function sumErrors(model: FittedModel, values: Float64Array, known: readonly boolean[] | undefined, horizon: number): OriginErrors {
  const n = values.length;
  const rows: number[][] = Array.from({ length: horizon }, () => []);
  const out = new Float64Array(horizon);
  for (let origin = Math.max(1, Math.min(model.firstOrigin, n - 1)); origin < n; origin++) {
    model.forecastFrom(origin, out);
    let total = 0;
    for (let h = 0; h < Math.min(horizon, n - origin); h++) {
      if (known && !known[origin + h]) break;
      total += (values[origin + h] as number) - (out[h] as number);
      rows[h]?.push(total);
    }
  }
  return { errors: rows.map((row) => Float64Array.from(row)), sums: new Float64Array(0) };
}

/** Root mean square over all origins and steps; 0 without errors. */
export function rootMeanSquare({ errors }: OriginErrors): number {
  let sum = 0;
  let count = 0;
  for (const row of errors) {
    for (let i = 0; i < row.length; i++) sum += (row[i] as number) * (row[i] as number);
    count += row.length;
  }
  return count > 0 ? Math.sqrt(sum / count) : 0;
}

/** Spread of the errors by step and the shape of their distribution. */
export interface ConformalShape {
  readonly spread: Float64Array;
  /** Errors of all steps divided by the spread of their step before its inflation, ascending. */
  readonly standardised: Float64Array;
  /** Number of origins behind them, which, unlike the pooled errors, are nearly independent. */
  readonly origins: number;
  /** Degrees of freedom that the spread of each step rests on. */
  readonly degrees: Float64Array;
}

/** Pseudo-count of the normal distribution that the shape of the errors is blended with. */
const NORMAL_WEIGHT = 120;
/** An error this share of the history ago counts half: the size of errors changes with the level of demand and with the times. */
const HALF_LIFE = 1 / 3;
/** Fewer degrees of freedom would make intervals wider than any decision could use. */
const LEAST_DEGREES = 3;

/**
 * Calibrates prediction quantiles on the errors per horizon: split-conformal prediction with locally scaled residuals (Lei et al. 2018) where
 * the scale is the root mean square error of each step, smoothed to grow with the horizon, and the residuals are pooled over steps. Three corrections
 * keep it honest in short histories, where plain conformal intervals are too narrow:
 * - `freedom` estimated quantities, and the spread itself, made the errors of the history too small by 1 − k/n in variance and will make
 *   coming ones larger by 1 + k/n (Akaike's final prediction error, 1969); the spread is inflated by the root of their ratio;
 * - the spread is an estimate, so quantiles are those of Student's t. Errors of step h from neighbouring origins share h − 1 shocks; each shared
 *   one is taken as half a lost observation: (n − k) / ((h + 1) / 2) degrees of freedom;
 * - the shape of few errors says little: it is blended with the normal distribution.
 */
export function conformalShape({ errors }: OriginErrors, freedom: number): ConformalShape {
  const horizon = errors.length;
  const origins = errors[0]?.length ?? 0;
  const spread = smoothSpread(errors);
  const estimated = freedom + 1;
  const left = Math.max(origins - estimated, origins / 3, 1);
  const inflation = Math.sqrt((origins + estimated) / left);
  const pooled = new Float64Array(errors.reduce((sum, row) => sum + row.length, 0));
  let count = 0;
  for (let h = 0; h < horizon; h++) {
    const s = spread[h] as number;
    const row = errors[h] as Float64Array;
    if (s > 0) for (let i = 0; i < row.length; i++) pooled[count++] = (row[i] as number) / s;
  }
  const degrees = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) {
    spread[h] = (spread[h] as number) * inflation;
    degrees[h] = Math.max(LEAST_DEGREES, left / (1 + h / 2));
  }
  return { spread, standardised: pooled.subarray(0, count).sort(), origins, degrees };
}

/** Offset from the point forecast at step h (from 0) for one level. Monotone in the level: the median stays, what is beside it is stretched the more the further out it is. */
export function conformalOffset(shape: ConformalShape, h: number, level: number): number {
  const { standardised, origins } = shape;
  const weight = standardised.length > 1 ? origins / (origins + NORMAL_WEIGHT) : 0;
  const normal = normalQuantile(level);
  const middle = weight > 0 ? weight * sortedQuantile(standardised, 0.5) : 0;
  const blend = (weight > 0 ? weight * sortedQuantile(standardised, level) : 0) + (1 - weight) * normal;
  return (shape.spread[h] as number) * (middle + (blend - middle) * studentStretch(normal, shape.degrees[h] as number));
}

/** How many times further out a quantile of Student's t lies than that of the normal distribution: Abramowitz and Stegun (1964), 26.7.5, divided by z. */
function studentStretch(z: number, degrees: number): number {
  const square = z * z;
  return 1 + (square + 1) / (4 * degrees) + ((5 * square + 16) * square + 3) / (96 * degrees * degrees);
}

/** Quantile of ascending values, linear between order statistics (type 7 of Hyndman and Fan 1996). */
export function sortedQuantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (position - below) * (high - low);
}

/**
 * Root mean square error of each step, recent errors first, smoothed: variances follow a + b·h by weighted least squares (b ≥ 0), blended with the
 * raw ones where there are many origins, and never fall with the horizon.
 */
function smoothSpread(errors: readonly Float64Array[]): Float64Array {
  const horizon = errors.length;
  const decay = 0.5 ** (1 / (HALF_LIFE * Math.max(1, errors[0]?.length ?? 1)));
  const raw = new Float64Array(horizon);
  const counts = new Float64Array(horizon);
  let w = 0;
  let wh = 0;
  let whh = 0;
  let wv = 0;
  let whv = 0;
  for (let h = 0; h < horizon; h++) {
    const row = errors[h] as Float64Array;
    let total = 0;
    let squares = 0;
    let sum = 0;
    let weight = 1;
    for (let i = row.length - 1; i >= 0; i--) {
      sum += weight * (row[i] as number) * (row[i] as number);
      total += weight;
      squares += weight * weight;
      weight *= decay;
    }
    const v = total > 0 ? sum / total : 0;
    raw[h] = v;
    // What equally weighted errors would be as telling (Kish 1965).
    counts[h] = squares > 0 ? (total * total) / squares : 0;
    const share = (counts[h] as number) / (h + 1);
    w += share;
    wh += share * h;
    whh += share * h * h;
    wv += share * v;
    whv += share * h * v;
  }
  const determinant = w * whh - wh * wh;
  let slope = determinant > 0 ? Math.max(0, (w * whv - wh * wv) / determinant) : 0;
  let start = w > 0 ? (wv - slope * wh) / w : 0;
  if (start <= 0 && w > 0) {
    start = raw[0] as number;
    slope = whh > 0 ? Math.max(0, (whv - start * wh) / whh) : 0;
  }
  const spread = new Float64Array(horizon);
  let least = 0;
  for (let h = 0; h < horizon; h++) {
    const count = counts[h] as number;
    const trust = count / (count + 10 * (h + 1));
    least = Math.max(least, trust * (raw[h] as number) + (1 - trust) * (start + slope * h));
    spread[h] = Math.sqrt(least);
  }
  return spread;
}
