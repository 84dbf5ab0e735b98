import { describe, expect, it } from '@jest/globals';
import { normalQuantile } from '@tributary/numerics';
import fc from 'fast-check';
import { fitSeries, LEVELS, type Fitted } from './fit-series.ts';
import { leadTimeDemand } from './lead-time-demand.ts';
import { planReplenishment } from './plan-replenishment.ts';

/** A forecast of 10 a week with an independent standard deviation of 2. */
const steady: Fitted = {
  model: 'mean',
  demandClass: 'smooth',
  mean: [10, 10, 10, 10],
  quantiles: [0.5, 0.95].map((level) => ({ level, values: new Array<number>(4).fill(10 + 2 * normalQuantile(level)) })),
  candidates: [],
  horizonSumRmse: 1,
  reason: '',
};
const stock = { onHand: 250_000n, reserved: 50_000n, onOrder: 20_000n, leadTimeDays: 14 };

describe('leadTimeDemand', () => {
  it('adds independent periods: the mean grows with their number, the spread with its root', () => {
    const three = leadTimeDemand(steady, 3);
    expect(three).toMatchObject({ kind: 'normal', mean: 30 });
    expect(three.kind === 'normal' && three.standardDeviation).toBeCloseTo(2 * Math.sqrt(3), 9);
    expect(leadTimeDemand(steady, 6.5).mean).toBeCloseTo(65, 9);
  });

  it('raises the spread where the errors of sums were larger than independence says', () => {
    const twice = { ...steady, horizonSumRmse: 2 };
    const at4 = leadTimeDemand(twice, 4);
    const at1 = leadTimeDemand(twice, 1);
    expect(at4.kind === 'normal' && at4.standardDeviation).toBeCloseTo(8, 9);
    expect(at1.kind === 'normal' && at1.standardDeviation).toBeCloseTo(2, 9);
  });
});

describe('planReplenishment', () => {
  it('orders up to the service level of lead time and one period, in whole pieces', () => {
    const plan = planReplenishment(steady, { stock, product: null }, 'week', true);
    // 3 weeks: mean 30, sd 2√3, reorder point 30 + 1.6449·3.4641 = 35.70; position 25 − 5 + 2 = 22; order 13.70 → 14 pieces.
    expect(plan).toMatchObject({
      kind: 'plan',
      plan: { suggestedQuantity: 140_000n, onHand: 250_000n, onOrder: 20_000n, leadTimeDays: 14, serviceLevel: 0.95 },
    });
    expect(plan.kind === 'plan' && plan.plan.reorderPoint).toBeCloseTo(35.698, 3);
    expect(plan.kind === 'plan' && plan.plan.safetyStock).toBeCloseTo(5.698, 3);
  });

  it('takes lead time from stock, then product, then the default; packs and minimum from the product', () => {
    const product = { active: true, leadTimeDays: 7, minimumOrder: 200_000n, packSize: 60_000n };
    expect(planReplenishment(steady, { stock, product }, 'week', true)).toMatchObject({
      plan: { leadTimeDays: 14, suggestedQuantity: 240_000n },
    });
    expect(planReplenishment(steady, { stock: { ...stock, leadTimeDays: null }, product }, 'week', true)).toMatchObject({
      plan: { leadTimeDays: 7 },
    });
    expect(planReplenishment(steady, { stock: { ...stock, leadTimeDays: null }, product: null }, 'day', true)).toMatchObject({
      plan: { leadTimeDays: 14 },
    });
  });

  it('says nothing without a stock level, and orders nothing that is no longer sold', () => {
    expect(planReplenishment(steady, { stock: null, product: null }, 'week', true)).toEqual({
      kind: 'none',
      reason: 'no stock level is known of it',
    });
    const gone = { active: false, leadTimeDays: null, minimumOrder: null, packSize: null };
    expect(planReplenishment(steady, { stock, product: gone }, 'week', true)).toMatchObject({ plan: { suggestedQuantity: 0n } });
    expect(planReplenishment(steady, { stock: { ...stock, leadTimeDays: -9 }, product: null }, 'day', true)).toMatchObject({
      kind: 'none',
    });
  });
});

describe('fitSeries', () => {
  it('answers each series with ordered quantiles that are never negative, or with a refusal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 30 }), (values) => {
        const [fitted] = fitSeries({ horizon: 3, series: [{ values, known: values.map(() => true), season: 52 }] });
        if (fitted === undefined || fitted.refused !== undefined) throw new Error('refused');
        expect(fitted.quantiles.map(({ level }) => level)).toEqual([...LEVELS]);
        for (let step = 0; step < 3; step++) {
          const path = fitted.quantiles.map(({ values: steps }) => steps[step] ?? Number.NaN);
          expect(path.every((value, index) => value >= 0 && value >= (path[index - 1] ?? 0))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
    expect(fitSeries({ horizon: 3, series: [{ values: [1], known: [false], season: 52 }] })).toMatchObject([
      { refused: { code: 'no-known-value' } },
    ]);
  });
});
