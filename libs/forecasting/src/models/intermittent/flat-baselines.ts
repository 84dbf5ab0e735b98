import { flatModel } from './flat-model.ts';
import type { FlatModel } from './flat-model.ts';
import { bestAlpha, smoothLevels } from './smooth-level.ts';

/** The mean of all observations so far: hard to beat where demand is sparse and steady. */
export function historyMean(values: Float64Array): FlatModel {
  const rate = new Float64Array(values.length + 1);
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    sum += values[t] as number;
    rate[t + 1] = sum / (t + 1);
  }
  return flatModel('mean', { mean: rate[values.length] as number }, rate, 1);
}

/** Simple exponential smoothing of sparse demand, zeros included, started at the first value; α estimated within [0.01, 0.3]. */
export function sparseSes(values: Float64Array): FlatModel {
  const alpha = bestAlpha(values, 0.01, 0.3);
  return flatModel('ses', { alpha }, smoothLevels(values, alpha), 2);
}
