import { stl } from '../../decomposition/stl.ts';

/** 5 % critical value of the KPSS test of level stationarity (Kwiatkowski, Phillips, Schmidt and Shin 1992, table 1). */
const KPSS_5 = 0.463;
/** Seasonal strength above which a seasonal difference is taken (Wang, Smith and Hyndman 2006; `nsdiffs` in R). */
const STRONG_SEASON = 0.64;

/** KPSS statistic of level stationarity with Bartlett weights up to lag trunc(3·sqrt(n)/13), as in `ndiffs` of R. */
export function kpss(x: Float64Array): number {
  const n = x.length;
  let mean = 0;
  for (const v of x) mean += v / n;
  let cumulated = 0;
  let eta = 0;
  let variance = 0;
  for (const v of x) {
    cumulated += v - mean;
    eta += cumulated * cumulated;
    variance += (v - mean) * (v - mean);
  }
  const lags = Math.trunc((3 * Math.sqrt(n)) / 13);
  for (let lag = 1; lag <= lags; lag++) {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += ((x[t] as number) - mean) * ((x[t - lag] as number) - mean);
    variance += 2 * (1 - lag / (lags + 1)) * sum;
  }
  return variance > 1e-20 * n ? eta / (n * n) / (variance / n) : 0;
}

const difference = (x: Float64Array, lag: number): Float64Array => x.slice(lag).map((v, t) => v - (x[t] as number));

/** Number of first differences, at most two, until the KPSS test no longer rejects stationarity at 5 %. */
export function firstDifferences(x: Float64Array): number {
  let current = x;
  for (let d = 0; d < 2; d++) {
    if (current.length < 4 || kpss(current) <= KPSS_5) return d;
    current = difference(current, 1);
  }
  return 2;
}

/** One seasonal difference where the season explains most of the detrended variance, else none. */
export function seasonalDifferences(x: Float64Array, season: number): number {
  if (season < 2 || x.length < 2 * season + 1) return 0;
  const { seasonal, remainder } = stl(x, season, { seasonalWindow: 11, seasonalDegree: 0 });
  const varianceOf = (values: Float64Array): number => {
    let mean = 0;
    for (const v of values) mean += v / values.length;
    return values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0);
  };
  const both = varianceOf(seasonal.map((s, t) => s + (remainder[t] as number)));
  return both > 0 && 1 - varianceOf(remainder) / both > STRONG_SEASON ? 1 : 0;
}
