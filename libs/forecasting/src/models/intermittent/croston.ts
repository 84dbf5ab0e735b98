import { flatModel } from './flat-model.ts';
import type { FlatModel } from './flat-model.ts';
import { bestAlpha, smoothLevels } from './smooth-level.ts';

/** Non-zero demands, the intervals between them (the first counted from the start) and how many demands lie before each time. */
export interface DemandEvents {
  readonly sizes: Float64Array;
  readonly intervals: Float64Array;
  readonly before: Int32Array;
}

/** Splits a series into demand events, Croston (1972). */
export function demandEvents(values: Float64Array): DemandEvents {
  const n = values.length;
  const sizes = new Float64Array(n);
  const intervals = new Float64Array(n);
  const before = new Int32Array(n + 1);
  let count = 0;
  let last = -1;
  for (let t = 0; t < n; t++) {
    const y = values[t] as number;
    if (y !== 0) {
      sizes[count] = y;
      intervals[count] = t - last;
      last = t;
      count++;
    }
    before[t + 1] = count;
  }
  return { sizes: sizes.subarray(0, count), intervals: intervals.subarray(0, count), before };
}

export interface CrostonOptions {
  /** Smoothing of sizes and intervals; estimated from the one-step errors within [0.1, 0.3] when left out. */
  readonly alpha?: number;
  /** `sba` multiplies by 1 − α/2, the Syntetos and Boylan (2005) correction of Croston's upward bias. */
  readonly variant: 'croston' | 'sba';
}

/**
 * Croston's method (1972, "Forecasting and stock control for intermittent demands"): smoothed size over smoothed interval, both updated only when
 * there is demand; started at the first event. The forecast is a demand rate per period, flat over the horizon; 0 before any demand.
 */
export function fitCroston(values: Float64Array, { alpha, variant }: CrostonOptions, events = demandEvents(values)): FlatModel {
  const alphaSize = alpha ?? bestAlpha(events.sizes, 0.1, 0.3);
  const alphaInterval = alpha ?? bestAlpha(events.intervals, 0.1, 0.3);
  const size = smoothLevels(events.sizes, alphaSize);
  const interval = smoothLevels(events.intervals, alphaInterval);
  const correction = variant === 'sba' ? 1 - alphaInterval / 2 : 1;
  const rate = new Float64Array(values.length + 1);
  for (let t = 1; t < rate.length; t++) {
    const count = events.before[t] as number;
    rate[t] = count === 0 ? 0 : (correction * (size[count] as number)) / (interval[count] as number);
  }
  return flatModel(variant, { alphaSize, alphaInterval }, rate, 2);
}
