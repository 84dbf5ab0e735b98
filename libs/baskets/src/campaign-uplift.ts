import { normalCdf, normalQuantile, tCdf, tQuantile } from '@tributary/numerics';
import { beyondDouble, outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';
import { valueGroupFault, varianceOf } from './value-group.ts';
import type { ValueGroup } from './value-group.ts';

/** An estimate with its confidence interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** How many of a group did what was hoped for. */
export interface ConversionGroup {
  readonly size: number;
  readonly converted: number;
}

/** What a campaign brought against its hold-out group. */
export interface Uplift {
  /** Treated minus held out. */
  readonly difference: Interval;
  /** Treated over held out, minus 1; undefined where the hold-out shows nothing to compare with. */
  readonly relative: Interval | undefined;
  /** Two-sided probability of such a difference if the campaign did nothing. */
  readonly pValue: number;
  /** Difference times treated: what the campaign brought in all. */
  readonly incremental: Interval;
}

/**
 * Uplift of a conversion rate. Difference: Newcombe's hybrid of Wilson intervals (1998, method 10), sound at few or no conversions; ratio: Katz
 * (1978) on the log scale; test: pooled two-proportion z.
 */
export function conversionUplift(treated: ConversionGroup, heldOut: ConversionGroup, level = 0.95): Uplift | BasketRefusal {
  const fault = groupFault('treated', treated) ?? groupFault('heldOut', heldOut) ?? outside('level', level, 0, 1, true);
  if (fault !== undefined) return fault;
  const z = normalQuantile((1 + level) / 2);
  // A level so near to 1 that half of the rest is lost in rounding.
  const unreachable = beyondDouble('level', z);
  if (unreachable !== undefined) return unreachable;
  const p1 = treated.converted / treated.size;
  const p2 = heldOut.converted / heldOut.size;
  const [low1, high1] = wilson(treated, z);
  const [low2, high2] = wilson(heldOut, z);
  const difference = {
    estimate: p1 - p2,
    low: p1 - p2 - Math.hypot(p1 - low1, high2 - p2),
    high: p1 - p2 + Math.hypot(high1 - p1, p2 - low2),
  };
  const pooled = (treated.converted + heldOut.converted) / (treated.size + heldOut.size);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / treated.size + 1 / heldOut.size));
  return {
    difference,
    relative:
      treated.converted > 0 && heldOut.converted > 0
        ? logRatio(p1 / p2, Math.sqrt(1 / treated.converted - 1 / treated.size + 1 / heldOut.converted - 1 / heldOut.size), z)
        : undefined,
    pValue: error === 0 ? 1 : Math.min(1, 2 * (1 - normalCdf(Math.abs(p1 - p2) / error))),
    incremental: scaled(difference, treated.size),
  };
}

/**
 * Uplift of a mean value: Welch's t (1947) for the difference, Fieller's interval (1954) for the ratio of means, which is
 * undefined where the hold-out mean cannot be told from zero. Refused without variation: nothing can be said of identical values.
 */
export function valueUplift(treated: ValueGroup, heldOut: ValueGroup, level = 0.95): Uplift | BasketRefusal {
  const fault = valueGroupFault('treated', treated) ?? valueGroupFault('heldOut', heldOut) ?? outside('level', level, 0, 1, true);
  if (fault !== undefined) return fault;
  const [mean1, mean2] = [treated.sum / treated.size, heldOut.sum / heldOut.size];
  const [v1, v2] = [varianceOf(treated) / treated.size, varianceOf(heldOut) / heldOut.size];
  if (v1 + v2 === 0) return { refused: 'no-variation', field: 'sumOfSquares', detail: 'all values of both groups are equal' };
  // Welch–Satterthwaite in shares of the whole variance, so that squares of large money do not overflow.
  const [share1, share2] = [v1 / (v1 + v2), v2 / (v1 + v2)];
  const freedom = 1 / (share1 ** 2 / (treated.size - 1) + share2 ** 2 / (heldOut.size - 1));
  const error = Math.sqrt(v1 + v2);
  const overflow = beyondDouble('sumOfSquares', freedom, error);
  if (overflow !== undefined) return overflow;
  const t = tQuantile((1 + level) / 2, freedom);
  const unreachable = beyondDouble('level', t);
  if (unreachable !== undefined) return unreachable;
  const difference = { estimate: mean1 - mean2, low: mean1 - mean2 - t * error, high: mean1 - mean2 + t * error };
  const incremental = scaled(difference, treated.size);
  return (
    beyondDouble('sum', ...Object.values(difference), ...Object.values(incremental)) ?? {
      difference,
      relative: fieller(mean1, v1, mean2, v2, t),
      pValue: 2 * (1 - tCdf(Math.abs(mean1 - mean2) / error, freedom)),
      incremental,
    }
  );
}

function groupFault(field: string, { size, converted }: ConversionGroup): BasketRefusal | undefined {
  if (!(Number.isSafeInteger(size) && size >= 1))
    return { refused: 'bad-value', field: `${field}.size`, detail: `${size} is not a whole number of at least 1` };
  if (!(Number.isSafeInteger(converted) && converted >= 0 && converted <= size))
    return { refused: 'bad-value', field: `${field}.converted`, detail: `${converted} is not a whole number from 0 to ${size}` };
  return undefined;
}

function wilson({ size, converted }: ConversionGroup, z: number): [number, number] {
  const p = converted / size;
  const middle = p + (z * z) / (2 * size);
  const reach = z * Math.sqrt((p * (1 - p)) / size + (z * z) / (4 * size * size));
  const whole = 1 + (z * z) / size;
  return [Math.max(0, (middle - reach) / whole), Math.min(1, (middle + reach) / whole)];
}

function logRatio(ratio: number, error: number, z: number): Interval {
  return { estimate: ratio - 1, low: ratio * Math.exp(-z * error) - 1, high: ratio * Math.exp(z * error) - 1 };
}

function fieller(mean1: number, v1: number, mean2: number, v2: number, t: number): Interval | undefined {
  const g = (t * t * v2) / (mean2 * mean2);
  if (!(g < 1)) return undefined;
  const ratio = mean1 / mean2;
  const reach = (t / Math.abs(mean2)) * Math.sqrt(v1 * (1 - g) + ratio * ratio * v2);
  const interval = { estimate: ratio - 1, low: (ratio - reach) / (1 - g) - 1, high: (ratio + reach) / (1 - g) - 1 };
  return Object.values(interval).every(Number.isFinite) ? interval : undefined;
}

function scaled({ estimate, low, high }: Interval, by: number): Interval {
  return { estimate: estimate * by, low: low * by, high: high * by };
}
