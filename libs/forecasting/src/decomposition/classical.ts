export type SeasonKind = 'additive' | 'multiplicative';

/**
 * Classical decomposition (Hyndman and Athanasopoulos, FPP3, 3.4): seasonal indices as the mean deviation from (ratio to) a centred moving average, normalised
 * to sum 0 (mean 1). `indices[k]` belongs to t ≡ k modulo `season`. Needs two full seasons.
 */
export function classicalIndices(values: Float64Array, season: number, kind: SeasonKind): Float64Array {
  const n = values.length;
  const half = season >> 1;
  const even = season % 2 === 0;
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  let window = 0;
  for (let t = 0; t < Math.min(n, 2 * half + 1); t++) window += values[t] as number;
  for (let t = half; t + half < n; t++) {
    if (t > half) window += (values[t + half] as number) - (values[t - half - 1] as number);
    const ends = even ? ((values[t - half] as number) + (values[t + half] as number)) / 2 : 0;
    const average = (window - ends) / season;
    const k = t % season;
    sums[k] =
      (sums[k] as number) + (kind === 'multiplicative' ? (values[t] as number) / Math.max(average, 1e-9) : (values[t] as number) - average);
    counts[k] = (counts[k] as number) + 1;
  }
  let mean = 0;
  for (let k = 0; k < season; k++) {
    sums[k] = (counts[k] as number) > 0 ? (sums[k] as number) / (counts[k] as number) : kind === 'multiplicative' ? 1 : 0;
    mean += (sums[k] as number) / season;
  }
  for (let k = 0; k < season; k++) sums[k] = kind === 'multiplicative' ? (sums[k] as number) / mean : (sums[k] as number) - mean;
  return sums;
}
