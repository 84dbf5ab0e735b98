import type { Interval, ValueGroup } from './campaign-uplift.ts';
import { outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';

/** A test that may be looked at every day: its promise holds for all looks together. */
export interface SequentialResult {
  /** Treated minus held-out mean, with an interval that covers the truth at every look at once with probability 1 − alpha. */
  readonly difference: Interval;
  /** Always-valid p-value of this look; report the least of all looks. */
  readonly pValue: number;
  readonly decided: boolean;
}

/**
 * Mixture sequential probability ratio test of a difference of means (Robbins 1970; Johari, Pekelis & Walsh 2017, eq. 11), with a
 * normal mixture of standard deviation `expected`: the size of effect one hopes to see (the promise holds for any). For conversions
 * give sums of zeros and ones: sum = sumOfSquares = conversions. Looking early costs width, never the promise; below
 * `leastSize` customers in a group the normal approximation is not trusted and nothing is decided.
 */
export function sequentialTest(
  treated: ValueGroup,
  heldOut: ValueGroup,
  expected: number,
  alpha = 0.05,
  leastSize = 100,
): SequentialResult | BasketRefusal {
  const fault =
    outside('expected', expected, 0, Number.MAX_VALUE, true) ??
    outside('alpha', alpha, 0, 1, true) ??
    groupFault('treated', treated) ??
    groupFault('heldOut', heldOut);
  if (fault !== undefined) return fault;
  const estimate = treated.sum / treated.size - heldOut.sum / heldOut.size;
  const variance = varianceOf(treated) / treated.size + varianceOf(heldOut) / heldOut.size;
  if (variance === 0) return { refused: 'no-variation', field: 'sumOfSquares', detail: 'all values of both groups are equal' };
  const prior = expected * expected;
  const ratio = Math.sqrt(variance / (variance + prior)) * Math.exp((prior * estimate * estimate) / (2 * variance * (variance + prior)));
  const reach = Math.sqrt(
    ((2 * variance * (variance + prior)) / prior) * (Math.log(1 / alpha) + 0.5 * Math.log((variance + prior) / variance)),
  );
  const enough = Math.min(treated.size, heldOut.size) >= leastSize;
  const pValue = enough ? Math.min(1, 1 / ratio) : 1;
  return { difference: { estimate, low: estimate - reach, high: estimate + reach }, pValue, decided: pValue <= alpha };
}

function varianceOf({ size, sum, sumOfSquares }: ValueGroup): number {
  return Math.max(0, (sumOfSquares - (sum * sum) / size) / (size - 1));
}

function groupFault(field: string, { size, sum, sumOfSquares }: ValueGroup): BasketRefusal | undefined {
  if (!(Number.isSafeInteger(size) && size >= 2))
    return { refused: 'bad-value', field: `${field}.size`, detail: `${size} is not a whole number of at least 2` };
  if (!Number.isFinite(sum) || !Number.isFinite(sumOfSquares) || sumOfSquares < 0)
    return { refused: 'bad-value', field, detail: 'sum and sumOfSquares must be numbers' };
  return undefined;
}
