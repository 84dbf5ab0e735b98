import { checkNumber, finiteNumber, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** The units a time or a rate may be given in. A month is a twelfth of a year of 365.25 days. */
export type TimeUnit = 'day' | 'week' | 'month' | 'year';

const DAYS: Readonly<Record<TimeUnit, number>> = { day: 1, week: 7, month: 365.25 / 12, year: 365.25 };

/** Whether a word is a {@link TimeUnit}. */
export const isTimeUnit = (word: string): word is TimeUnit => Object.hasOwn(DAYS, word);

/** Length of a unit in days. */
export const daysPer = (unit: TimeUnit): number => DAYS[unit];

/** A length of time with its unit. */
export interface Duration {
  readonly length: number;
  readonly unit: TimeUnit;
}

/** An effective discount rate for one period: money is worth 1/(1 + rate) of itself one `per` later. */
export interface DiscountRate {
  readonly rate: number;
  readonly per: TimeUnit;
}

/** A duration as a number of `unit`s, or a refusal that names the field. */
export const durationIn = (field: string, duration: Duration, unit: TimeUnit): number | Refusal => {
  if (!isTimeUnit(duration.unit))
    return refuse(`${field}.unit`, 'unknown-unit', `${field}.unit must be day, week, month or year, got ${String(duration.unit)}`);
  if (!isTimeUnit(unit)) return refuse('unit', 'unknown-unit', `unit must be day, week, month or year, got ${String(unit)}`);
  return (
    checkNumber(`${field}.length`, duration.length, 'non-negative') ??
    finiteNumber(`${field}.length`, duration.length * (DAYS[duration.unit] / DAYS[unit]))
  );
};

/** Converts an effective rate to another period by compounding: (1 + rate)^(to/from) − 1. */
export const rateIn = (field: string, discount: DiscountRate, unit: TimeUnit): number | Refusal => {
  if (!isTimeUnit(discount.per))
    return refuse(`${field}.per`, 'unknown-unit', `${field}.per must be day, week, month or year, got ${String(discount.per)}`);
  if (!isTimeUnit(unit)) return refuse('unit', 'unknown-unit', `unit must be day, week, month or year, got ${String(unit)}`);
  if (!Number.isFinite(discount.rate))
    return refuse(`${field}.rate`, 'not-finite', `${field}.rate must be a finite number, got ${String(discount.rate)}`);
  if (discount.rate < 0 || discount.rate > 10) {
    return refuse(
      `${field}.rate`,
      'out-of-range',
      `${field}.rate is a share (0.01 is one per cent) between 0 and 10, got ${discount.rate}`,
    );
  }
  return finiteNumber(`${field}.rate`, Math.expm1((Math.log1p(discount.rate) * DAYS[unit]) / DAYS[discount.per]));
};
