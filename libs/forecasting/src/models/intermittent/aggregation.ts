import { demandEvents } from './croston.ts';
import { flatModel } from './flat-model.ts';
import type { FlatModel } from './flat-model.ts';
import { bestAlpha, smoothLevels } from './smooth-level.ts';

/** Sums of consecutive blocks of `size`, aligned to the end of the series; a partial first block is dropped. */
export function aggregate(values: Float64Array, size: number): Float64Array {
  const blocks = Math.floor(values.length / size);
  const offset = values.length - blocks * size;
  const sums = new Float64Array(blocks);
  for (let i = 0; i < blocks; i++) {
    let sum = 0;
    for (let t = offset + i * size; t < offset + (i + 1) * size; t++) sum += values[t] as number;
    sums[i] = sum;
  }
  return sums;
}

/** Forecast per period of simple exponential smoothing on blocks of `size`, as it stood at every origin. */
function blockRates(values: Float64Array, size: number): Float64Array {
  const n = values.length;
  const blocks = aggregate(values, size);
  const level = smoothLevels(blocks, bestAlpha(blocks, 0.1, 0.9));
  const offset = n - blocks.length * size;
  const rate = new Float64Array(n + 1);
  let sum = 0;
  for (let t = 1; t <= n; t++) {
    sum += values[t - 1] as number;
    const complete = Math.floor((t - offset) / size);
    rate[t] = t - offset >= size && complete > 0 ? (level[complete] as number) / size : sum / t;
  }
  return rate;
}

/** Mean interval between demands, rounded; at most a third of the series, so that some blocks remain. */
function meanInterval(values: Float64Array): number {
  const { intervals } = demandEvents(values);
  let sum = 0;
  for (const interval of intervals) sum += interval;
  const mean = intervals.length > 0 ? Math.round(sum / intervals.length) : 1;
  return Math.max(1, Math.min(mean, Math.floor(values.length / 3)));
}

/** ADIDA (Nikolopoulos et al. 2011): aggregate to the mean interval, smooth, spread evenly. */
export function fitAdida(values: Float64Array): FlatModel {
  const size = meanInterval(values);
  return flatModel('adida', { aggregation: size }, blockRates(values, size), 1);
}

/** IMAPA (Petropoulos and Kourentzes 2015): the mean of ADIDA forecasts over all aggregation levels from 1 to the mean interval. */
export function fitImapa(values: Float64Array): FlatModel {
  const levels = Math.min(meanInterval(values), 12);
  const rate = new Float64Array(values.length + 1);
  for (let size = 1; size <= levels; size++) {
    const one = blockRates(values, size);
    for (let t = 0; t < rate.length; t++) rate[t] = (rate[t] as number) + (one[t] as number) / levels;
  }
  return flatModel('imapa', { levels }, rate, 1);
}
