import { demandEvents } from './croston.ts';
import type { DemandEvents } from './croston.ts';
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

/** Forecast per period of simple exponential smoothing on blocks of `size`, as it stood at every origin. Few and noisy sums do not tell a large α from chance. */
function blockRates(values: Float64Array, size: number): Float64Array {
  const n = values.length;
  const blocks = aggregate(values, size);
  const level = smoothLevels(blocks, bestAlpha(blocks, 0.05, 0.3));
  const rate = new Float64Array(n + 1);
  // Before the first whole block: the mean so far.
  const first = Math.min(n, n - blocks.length * size + size - 1);
  let sum = 0;
  for (let t = 1; t <= first; t++) {
    sum += values[t - 1] as number;
    rate[t] = sum / t;
  }
  let t = first + 1;
  for (let complete = 1; complete <= blocks.length; complete++) {
    const value = (level[complete] as number) / size;
    for (const end = Math.min(n, t + size - 1); t <= end; t++) rate[t] = value;
  }
  return rate;
}

/** Mean interval between demands, rounded; at most a third of the series, so that some blocks remain. */
function meanInterval({ intervals }: DemandEvents, length: number): number {
  let sum = 0;
  for (const interval of intervals) sum += interval;
  const mean = intervals.length > 0 ? Math.round(sum / intervals.length) : 1;
  return Math.max(1, Math.min(mean, Math.floor(length / 3)));
}

/** ADIDA (Nikolopoulos et al. 2011): aggregate to the mean interval, smooth, spread evenly. */
export function fitAdida(values: Float64Array, events = demandEvents(values)): FlatModel {
  const size = meanInterval(events, values.length);
  return flatModel('adida', { aggregation: size }, blockRates(values, size), 1);
}

/** Levels beyond a dozen change the mean little. */
const MOST_LEVELS = 12;

/**
 * IMAPA (Petropoulos and Kourentzes 2015): the mean of ADIDA forecasts over all aggregation levels from 1 to the mean interval. An ADIDA fit of the same series is reused
 * for its level.
 */
export function fitImapa(values: Float64Array, events = demandEvents(values), adida?: FlatModel): FlatModel {
  const levels = Math.min(meanInterval(events, values.length), MOST_LEVELS);
  const rate = new Float64Array(values.length + 1);
  for (let size = 1; size <= levels; size++) {
    const one = adida?.parameters.aggregation === size ? adida.rate : blockRates(values, size);
    for (let t = 0; t < rate.length; t++) rate[t] = (rate[t] as number) + (one[t] as number) / levels;
  }
  return flatModel('imapa', { levels }, rate, 1);
}
