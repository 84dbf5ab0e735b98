import { describe, expect, it } from '@jest/globals';
import { bgNbdScore } from './bg-nbd.ts';
import { customerLifetimeValue, paretoNbdResidualPurchases } from './discounted-value.ts';
import type { LifetimeValue, LifetimeValueInput } from './discounted-value.ts';
import { paretoNbdScore } from './pareto-nbd.ts';
import { isRefusal } from './refusal.ts';
import { daysPer, durationIn, rateIn } from './time-unit.ts';

const base: LifetimeValueInput = {
  fitted: { model: 'bg-nbd', params: { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 } },
  unit: 'week',
  customer: { frequency: 2, recency: 30.43, T: 38.86 },
  spendPerPurchase: 35,
  horizon: { length: 12, unit: 'month' },
  discount: { rate: 0.01, per: 'month' },
};
const value = (change: Partial<LifetimeValueInput> = {}): LifetimeValue => {
  const answer = customerLifetimeValue({ ...base, ...change });
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
};

describe('time units', () => {
  it('a month is a twelfth of 365.25 days, and rates compound', () => {
    expect(daysPer('month')).toBe(30.4375);
    expect(durationIn('horizon', { length: 12, unit: 'month' }, 'year')).toBeCloseTo(1, 14);
    expect(rateIn('discount', { rate: 0.01, per: 'month' }, 'year')).toBeCloseTo(1.01 ** 12 - 1, 14);
    expect(rateIn('discount', { rate: 0.15, per: 'year' }, 'week')).toBeCloseTo(1.15 ** (7 / 365.25) - 1, 14);
  });

  it('refuses a unit it does not know and a rate that looks like per cent', () => {
    expect(durationIn('horizon', { length: 1, unit: 'fortnight' as 'week' }, 'day')).toMatchObject({
      field: 'horizon.unit',
      reason: 'unknown-unit',
    });
    expect(rateIn('discount', { rate: 0.1, per: '' as 'day' }, 'day')).toMatchObject({ field: 'discount.per', reason: 'unknown-unit' });
    expect(rateIn('discount', { rate: 12, per: 'year' }, 'week')).toMatchObject({ field: 'discount.rate', reason: 'out-of-range' });
    expect(rateIn('discount', { rate: NaN, per: 'year' }, 'week')).toMatchObject({ reason: 'not-finite' });
  });
});

describe('life-time value', () => {
  it('without discount is margin × spend × expected purchases', () => {
    const plain = value({ discount: { rate: 0, per: 'year' }, margin: 0.4 });
    expect(plain.value).toBeCloseTo(0.4 * 35 * plain.expectedPurchases, 12);
    expect(plain.discountedPurchases).toBe(plain.expectedPurchases);
  });

  it('a rate per month on weekly data is converted: the same as its weekly and yearly equivalents', () => {
    const monthly = value();
    expect(value({ discount: { rate: 1.01 ** 12 - 1, per: 'year' } }).value).toBeCloseTo(monthly.value, 9);
    expect(value({ discount: { rate: monthly.ratePerUnit, per: 'week' } }).value).toBeCloseTo(monthly.value, 9);
  });

  it('does not depend on the unit of the data', () => {
    const days = value({
      fitted: { model: 'bg-nbd', params: { r: 0.243, alpha: 4.414 * 7, a: 0.793, b: 2.426 } },
      unit: 'day',
      customer: { frequency: 2, recency: 30.43 * 7, T: 38.86 * 7 },
    });
    expect(days.value).toBeCloseTo(value().value, 9);
  });

  it('at the end of months is Σ [E(k) − E(k−1)] / 1.01^k, as a spreadsheet has it', () => {
    const params = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    let [sum, before] = [0, 0];
    for (let k = 1; k <= 12; k += 1) {
      const score = bgNbdScore(params, base.customer, (k * 30.4375) / 7);
      const expected = isRefusal(score) ? NaN : score.expectedPurchases;
      sum += (expected - before) / 1.01 ** k;
      before = expected;
    }
    expect(value({ timing: { endOf: 'month' } }).discountedPurchases).toBeCloseTo(sum, 10);
  });

  it('continuous payment is the limit of ever shorter periods, and worth more than paying at the end', () => {
    const [month, week, day, now] = [
      value({ timing: { endOf: 'month' } }),
      value({ timing: { endOf: 'week' } }),
      value({ timing: { endOf: 'day' } }),
      value(),
    ].map((v) => v.value);
    expect([month, week, day, now]).toEqual([...([month, week, day, now] as number[])].sort((a, b) => a - b));
    expect(Math.abs((now as number) - (day as number)) / (now as number)).toBeLessThan(2e-4);
  });

  it('Pareto/NBD without end (DERT) is what an ever longer horizon tends to', () => {
    const params = { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
    const customer = { frequency: 7, recency: 35, T: 77.86 };
    const discount = { rate: 0.15, per: 'year' } as const;
    const endless = paretoNbdResidualPurchases({ params, unit: 'week', customer, discount }) as number;
    const long = customerLifetimeValue({
      fitted: { model: 'pareto-nbd', params },
      unit: 'week',
      customer,
      spendPerPurchase: 1,
      horizon: { length: 150, unit: 'year' },
      discount,
    });
    expect(isRefusal(long) ? NaN : long.value).toBeCloseTo(endless, 6);
    const alive = paretoNbdScore(params, customer, 1);
    expect(isRefusal(alive) ? 1 : alive.pAlive).toBeLessThan(1);
    expect(paretoNbdResidualPurchases({ params, unit: 'week', customer, discount: { rate: 0, per: 'year' } })).toMatchObject({
      field: 'discount.rate',
      reason: 'not-positive',
    });
  });

  it('refuses instead of guessing: unit, spend, horizon, customer', () => {
    expect(customerLifetimeValue({ ...base, unit: 'weeks' as 'week' })).toMatchObject({ field: 'unit', reason: 'unknown-unit' });
    expect(customerLifetimeValue({ ...base, spendPerPurchase: NaN })).toMatchObject({ field: 'spendPerPurchase', reason: 'not-finite' });
    expect(customerLifetimeValue({ ...base, horizon: { length: -1, unit: 'year' } })).toMatchObject({
      field: 'horizon.length',
      reason: 'negative',
    });
    expect(customerLifetimeValue({ ...base, horizon: { length: 1e6, unit: 'year' }, timing: { endOf: 'day' } })).toMatchObject({
      field: 'horizon.length',
      reason: 'out-of-range',
    });
    expect(customerLifetimeValue({ ...base, customer: { frequency: 1, recency: 9, T: 8 } })).toMatchObject({ field: 'recency' });
  });
});
