import { flatModel } from './flat-model.ts';
import type { FlatModel } from './flat-model.ts';

/** Smoothing grid of the demand probability and of the size. */
const PROBABILITY_GRID = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3];
const SIZE_GRID = [0.05, 0.1, 0.2];

/**
 * Teunter, Syntetos and Babai (2011, "Intermittent demand: linking forecasting to inventory obsolescence", EJOR 214): the probability of demand is
 * updated in every period, the size only with demand, so that the forecast of a dying item falls to zero.
 * Both start at the first observation (probability 1 or 0, the first size). Smoothing is chosen by the one-step squared error when not given.
 */
export function fitTsb(values: Float64Array, smoothing?: { readonly size: number; readonly probability: number }): FlatModel {
  const n = values.length;
  let best = smoothing ?? { size: 0.1, probability: 0.1 };
  if (!smoothing) {
    let bestCost = Number.POSITIVE_INFINITY;
    for (const probability of PROBABILITY_GRID) {
      for (const size of SIZE_GRID) {
        const cost = tsbCost(values, size, probability);
        if (cost < bestCost) {
          bestCost = cost;
          best = { size, probability };
        }
      }
    }
  }
  const rate = new Float64Array(n + 1);
  let z = firstSize(values);
  let p = values[0] === 0 ? 0 : 1;
  rate[0] = 0;
  rate[1] = p * z;
  for (let t = 1; t < n; t++) {
    const y = values[t] as number;
    if (y !== 0) {
      z += best.size * (y - z);
      p += best.probability * (1 - p);
    } else p -= best.probability * p;
    rate[t + 1] = p * z;
  }
  return flatModel('tsb', { alphaSize: best.size, alphaProbability: best.probability }, rate, 2);
}

function firstSize(values: Float64Array): number {
  for (const y of values) if (y !== 0) return y;
  return 0;
}

function tsbCost(values: Float64Array, alphaSize: number, alphaProbability: number): number {
  let z = firstSize(values);
  let p = values[0] === 0 ? 0 : 1;
  let sum = 0;
  for (let t = 1; t < values.length; t++) {
    const y = values[t] as number;
    const error = y - p * z;
    sum += error * error;
    if (y !== 0) {
      z += alphaSize * (y - z);
      p += alphaProbability * (1 - p);
    } else p -= alphaProbability * p;
  }
  return sum;
}
