import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@tributary/numerics';
import {
  ageingBuckets,
  daysSalesOutstanding,
  daysSalesOutstandingByCountBack,
  fitLatePayment,
  latePaymentProbability,
  pooledLatePaymentPrior,
} from './credit.ts';
import { isRefusal } from './refusal.ts';

const DAY = 86_400_000;

describe('receivables', () => {
  it('ages at the edges: due today is not overdue, one millisecond late is day 1, 30 and 31 part', () => {
    const asOf = 1000 * DAY;
    const due = [asOf + DAY, asOf, asOf - 1, asOf - 30 * DAY, asOf - 31 * DAY, asOf - 400 * DAY];
    const buckets = ageingBuckets({ due, amount: [1, 2, 4, 8, 16, -32] }, asOf);
    expect(isRefusal(buckets) ? [] : buckets.map((bucket) => [bucket.fromDays, bucket.toDays, bucket.count, bucket.amount])).toEqual([
      [null, 0, 2, 3],
      [0, 30, 2, 12],
      [30, 60, 1, 16],
      [60, 90, 0, 0],
      [90, null, 1, -32],
    ]);
    expect(ageingBuckets({ due: [NaN], amount: [1] }, asOf)).toMatchObject({ field: 'due' });
    expect(ageingBuckets({ due: [1], amount: [1] }, asOf, [30, 30])).toMatchObject({ field: 'edges', index: 1 });
  });

  it('days sales outstanding: 1.2 M receivables on 4.5 M sales of 90 days are 24 days; the count-back uses the latest sales first', () => {
    expect(daysSalesOutstanding({ receivables: 1.2e6, creditSales: 4.5e6, days: 90 })).toBeCloseTo(24, 12);
    expect(daysSalesOutstanding({ receivables: 1, creditSales: 0, days: 90 })).toMatchObject({
      field: 'creditSales',
      reason: 'not-positive',
    });
    const periods = [
      { sales: 800, days: 31 },
      { sales: 1000, days: 30 },
    ];
    expect(daysSalesOutstandingByCountBack(1300, periods)).toEqual({ days: 31 + 15, exhausted: false });
    expect(daysSalesOutstandingByCountBack(2000, periods)).toEqual({ days: 61, exhausted: true });
    expect(daysSalesOutstandingByCountBack(0, periods)).toEqual({ days: 0, exhausted: false });
  });
});

describe('late payment', () => {
  it('finds the beta it was drawn from within four standard errors', () => {
    const random = createRandom(9);
    const total = Array.from({ length: 1500 }, () => 1 + random.poisson(8));
    const late = total.map((n) => {
      const chance = random.beta(1.5, 6);
      return Array.from({ length: n }, () => Number(random.next() < chance)).reduce((sum, one) => sum + one, 0);
    });
    const fit = fitLatePayment({ late, total });
    if (isRefusal(fit)) throw new Error(fit.detail);
    expect(fit.converged).toBe(true);
    expect(Math.abs(fit.params.a - 1.5)).toBeLessThan(4 * (fit.standardErrors.a as number));
    expect(Math.abs(fit.params.b - 6)).toBeLessThan(4 * (fit.standardErrors.b as number));
  });

  it('shrinks: no history is the prior, long history is one’s own record, and the interval holds the mean', () => {
    const prior = { a: 2, b: 8 };
    const [none, one, long] = [
      { late: 0, total: 0 },
      { late: 1, total: 1 },
      { late: 900, total: 1000 },
    ].map((own) => latePaymentProbability(prior, own));
    if (isRefusal(none) || isRefusal(one) || isRefusal(long)) throw new Error('refused');
    expect(none?.probability).toBe(0.2);
    expect(one?.probability).toBeCloseTo(3 / 11, 14);
    expect(long?.probability).toBeCloseTo(0.9, 1);
    for (const chance of [none, one, long])
      expect((chance?.low as number) < (chance?.probability as number) && (chance?.probability as number) < (chance?.high as number)).toBe(
        true,
      );
  });

  it('has a prior even when nobody was late, and says why it could not fit', () => {
    const history = { late: [0, 0], total: [3, 4] };
    expect(fitLatePayment(history)).toMatchObject({ reason: 'no-variation' });
    expect(pooledLatePaymentPrior(history)).toEqual({ a: 0.125, b: 1.875 });
    expect(fitLatePayment({ late: [1, 0], total: [1, 1] })).toMatchObject({ field: 'total', reason: 'no-variation' });
    expect(fitLatePayment({ late: [2], total: [1] })).toMatchObject({ field: 'late', reason: 'inconsistent', index: 0 });
  });
});
