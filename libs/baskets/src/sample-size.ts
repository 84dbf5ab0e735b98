import { normalQuantile } from '@tributary/numerics';
import { beyondDouble, outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';

/** How many customers each group needs. */
export interface SampleSize {
  readonly treated: number;
  readonly heldOut: number;
}

/** What the test shall be able to do. */
export interface TestPower {
  /** Two-sided error of the first kind; 0.05 when absent. */
  readonly alpha?: number;
  /** Probability of finding an effect of the given size; 0.8 when absent. */
  readonly power?: number;
  /** Treated per held-out customer; 1 when absent, 9 for a hold-out of one in ten. */
  readonly ratio?: number;
}

/** Customers needed to see a conversion rate move from one value to another (Fleiss, Levin & Paik 2003, chapter 4, without continuity correction). */
export function conversionSampleSize(from: number, to: number, power: TestPower = {}): SampleSize | BasketRefusal {
  const fault =
    outside('from', from, 0, 1, true) ??
    outside('to', to, 0, 1, true) ??
    powerFault(power) ??
    (from === to ? { refused: 'bad-value' as const, field: 'to', detail: 'no difference to be found' } : undefined);
  if (fault !== undefined) return fault;
  const { ratio = 1, za, zb } = quantiles(power);
  const mean = (from + ratio * to) / (1 + ratio);
  const heldOut =
    (za * Math.sqrt((1 + 1 / ratio) * mean * (1 - mean)) + zb * Math.sqrt(from * (1 - from) + (to * (1 - to)) / ratio)) ** 2 /
    (to - from) ** 2;
  return sizesOf('to', heldOut, ratio);
}

/** Customers needed to see a difference of means, given the standard deviation within a group (normal approximation). */
export function valueSampleSize(difference: number, deviation: number, power: TestPower = {}): SampleSize | BasketRefusal {
  const fault =
    outside('deviation', deviation, 0, Number.MAX_VALUE, true) ??
    powerFault(power) ??
    (Number.isFinite(difference) && difference !== 0
      ? undefined
      : { refused: 'bad-value' as const, field: 'difference', detail: `${difference} is no difference to be found` });
  if (fault !== undefined) return fault;
  const { ratio = 1, za, zb } = quantiles(power);
  const heldOut = (((za + zb) * deviation) ** 2 * (1 + 1 / ratio)) / difference ** 2;
  return sizesOf('difference', heldOut, ratio);
}

function sizesOf(field: string, heldOut: number, ratio: number): SampleSize | BasketRefusal {
  return beyondDouble(field, heldOut, heldOut * ratio) ?? { treated: Math.ceil(heldOut * ratio), heldOut: Math.ceil(heldOut) };
}

function powerFault({ alpha = 0.05, power = 0.8, ratio = 1 }: TestPower): BasketRefusal | undefined {
  return outside('alpha', alpha, 0, 1, true) ?? outside('power', power, 0, 1, true) ?? outside('ratio', ratio, 0, Number.MAX_VALUE, true);
}

function quantiles({ alpha = 0.05, power = 0.8, ratio = 1 }: TestPower): {
  readonly ratio: number;
  readonly za: number;
  readonly zb: number;
} {
  return { ratio, za: normalQuantile(1 - alpha / 2), zb: normalQuantile(power) };
}
