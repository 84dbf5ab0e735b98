/**
 * Does the season show? The autocorrelation at the season's lag against its 90 % limit under no season
 * (Makridakis, Spiliotis and Assimakopoulos 2020, M4; Fiorucci et al. 2016): |r_m| > 1.645·sqrt((1 + 2·Σ_{i<m} r_i²)/n).
 * Needs three full seasons; shorter histories answer false.
 */
export function seasonShows(values: Float64Array, season: number): boolean {
  const n = values.length;
  if (season < 2 || n < 3 * season) return false;
  let mean = 0;
  for (const y of values) mean += y / n;
  let variance = 0;
  for (const y of values) variance += (y - mean) * (y - mean);
  if (variance === 0) return false;
  const correlation = (lag: number): number => {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += ((values[t] as number) - mean) * ((values[t - lag] as number) - mean);
    return sum / variance;
  };
  let squares = 0;
  for (let lag = 1; lag < season; lag++) squares += correlation(lag) ** 2;
  return Math.abs(correlation(season)) > 1.645 * Math.sqrt((1 + 2 * squares) / n);
}
