import type { Interval } from './campaign-uplift.ts';
import { beyondDouble, outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';
import { valueGroupFault, varianceOf } from './value-group.ts';
import type { ValueGroup } from './value-group.ts';

/** A test that may be looked at every day: its promise holds for all looks together. */
export interface SequentialResult {
  /** Treated minus held-out mean, with an interval that covers the truth at every look at once with probability 1 − alpha. */
  readonly difference: Interval;
  /** Always-valid p-value of this look; report the least of all looks. */
  readonly pValue: number;
  readonly decided: boolean;
}

/**
 * Mixture sequential probability ratio test of a difference of means (Robbins 1970; Johari, Pekelis & Walsh 2017, "Always Valid Inference", on normal data), with a
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
    valueGroupFault('treated', treated) ??
    valueGroupFault('heldOut', heldOut);
  if (fault !== undefined) return fault;
  const estimate = treated.sum / treated.size - heldOut.sum / heldOut.size;
  const variance = varianceOf(treated) / treated.size + varianceOf(heldOut) / heldOut.size;
  if (variance === 0) return { refused: 'no-variation', field: 'sumOfSquares', detail: 'all values of both groups are equal' };
  const prior = expected * expected;
  // Half of ln((variance + prior) / variance): what mixing over effects costs. In logarithms, since the ratio itself overflows early.
  const cost = 0.5 * Math.log1p(prior / variance);
  const evidence = ((estimate / variance) * estimate * (prior / (variance + prior))) / 2 - cost;
  const reach = Math.sqrt(2 * variance * ((variance + prior) / prior) * (cost - Math.log(alpha)));
  const enough = Math.min(treated.size, heldOut.size) >= leastSize;
  const pValue = enough ? Math.min(1, Math.exp(-evidence)) : 1;
  const difference = { estimate, low: estimate - reach, high: estimate + reach };
  return beyondDouble('expected', ...Object.values(difference), pValue) ?? { difference, pValue, decided: pValue <= alpha };
}
