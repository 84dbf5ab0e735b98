import type { EtsForm } from './ets-filter.ts';

/** Heuristic initial states, Hyndman et al. (2008), section 2.6.1: a decomposition of the first years, then a line through the first ten values,
 * or through the `whole` series, where the smoothing is nearly none. */
export function initialStates(
  values: Float64Array,
  form: EtsForm,
  season: number,
  whole = false,
): { level: number; slope: number; seasonal: Float64Array } {
  const n = values.length;
  const seasonal = form.season === 'N' ? new Float64Array(0) : initialSeason(values, season, form.season === 'M');
  const count = whole ? n : Math.min(n, Math.max(10, 2 * seasonal.length));
  const adjusted = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    const y = values[t] as number;
    const s = seasonal.length > 0 ? (seasonal[t % season] as number) : 0;
    adjusted[t] = form.season === 'N' ? y : form.season === 'A' ? y - s : y / Math.max(s, 0.01);
  }
  if (form.trend === 'N') {
    let sum = 0;
    for (const y of adjusted) sum += y;
    return { level: sum / count, slope: 0, seasonal };
  }
  const { intercept, slope } = line(adjusted);
  // Level and slope before the first observation; a positive model needs a positive start.
  let level = intercept;
  if ((form.error === 'M' || form.season === 'M') && level + slope <= 0.01) level = Math.max(adjusted[0] as number, 0.02);
  return { level, slope: level + slope <= 0.01 && form.season === 'M' ? 0 : slope, seasonal };
}

/** Least-squares line through (1, x₁), (2, x₂) …; `intercept` is its value at 0. */
export function line(x: Float64Array): { intercept: number; slope: number } {
  const n = x.length;
  let mean = 0;
  let cross = 0;
  for (let t = 0; t < n; t++) {
    mean += (x[t] as number) / n;
    cross += (x[t] as number) * (t + 1 - (n + 1) / 2);
  }
  const slope = n > 1 ? (12 * cross) / (n * (n * n - 1)) : 0;
  return { intercept: mean - (slope * (n + 1)) / 2, slope };
}

/** Seasonal indices of the first complete years around a centred moving average, normalised to sum 0 (additive) or mean 1. */
function initialSeason(values: Float64Array, season: number, product: boolean): Float64Array {
  const n = Math.min(values.length, Math.max(4 * season, 2 * season + 1));
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  const half = season >> 1;
  for (let t = half; t + half < n; t++) {
    let average = 0;
    for (let j = t - half; j <= t + half; j++) {
      const weight = season % 2 === 0 && (j === t - half || j === t + half) ? 0.5 : 1;
      average += (weight * (values[j] as number)) / season;
    }
    const k = t % season;
    sums[k] = (sums[k] as number) + (product ? (values[t] as number) / Math.max(average, 1e-3) : (values[t] as number) - average);
    counts[k] = (counts[k] as number) + 1;
  }
  let mean = 0;
  for (let k = 0; k < season; k++) {
    sums[k] = (counts[k] as number) > 0 ? (sums[k] as number) / (counts[k] as number) : product ? 1 : 0;
    if (product) sums[k] = Math.max(sums[k] as number, 0.01);
    mean += (sums[k] as number) / season;
  }
  for (let k = 0; k < season; k++) sums[k] = product ? (sums[k] as number) / mean : (sums[k] as number) - mean;
  return sums;
}
