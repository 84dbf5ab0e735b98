import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { forecast } from '../forecast/forecast.ts';
import { demandQuantile, expectedShortage } from './demand-distribution.ts';
import type { DemandDistribution } from './demand-distribution.ts';
import { leadTimeDemand } from './lead-time-demand.ts';
import { newsvendor } from './newsvendor.ts';
import { replenish } from './replenish.ts';
import type { ReplenishInput, Replenishment } from './replenish.ts';

const normal = (mean: number, standardDeviation: number): DemandDistribution => ({ kind: 'normal', mean, standardDeviation });
const answer = (outcome: ReturnType<typeof replenish>): Replenishment => {
  if (outcome.refused) throw new Error(outcome.refused.reason);
  return outcome;
};
const base: ReplenishInput = {
  demand: normal(100, 20),
  leadTimePeriods: 2,
  reviewPeriods: 1,
  serviceLevel: 0.95,
  kind: 'cycle',
  onHand: 30,
  onOrder: 0,
};

describe('demand distribution', () => {
  it.each([
    [0, 0.3989],
    [0.5, 0.1978],
    [1, 0.0833],
    [1.5, 0.0293],
    [2, 0.0085],
  ])('unit normal loss G(%d) = %d (Silver, Pyke and Thomas 2017, table of the unit normal)', (k, printed) => {
    expect(expectedShortage(normal(10, 1), 10 + k)).toBeCloseTo(printed, 4);
  });

  it('quantiles of a normal give the normal back', () => {
    const quantiles = Object.fromEntries([0.1, 0.5, 0.9].map((level) => [String(level), demandQuantile(normal(100, 20), level)]));
    const known: DemandDistribution = { kind: 'quantiles', mean: 100, quantiles };
    expect(demandQuantile(known, 0.7)).toBeCloseTo(demandQuantile(normal(100, 20), 0.7), 9);
    expect(demandQuantile(known, 0.99)).toBeCloseTo(demandQuantile(normal(100, 20), 0.99), 9);
    expect(expectedShortage(known, 120)).toBeCloseTo(20 * 0.0833, 1);
  });
});

describe('newsvendor', () => {
  it("Mac's newsstand (Nahmias, Production and Operations Analysis, example 5.1): ratio 0.77, order 15", () => {
    const result = newsvendor(normal(11.73, 4.74), { underage: 0.5, overage: 0.15 });
    if (result.refused) throw new Error(result.refused.reason);
    expect(result.criticalRatio).toBeCloseTo(0.77, 2);
    expect(Math.round(result.quantity)).toBe(15);
  });

  it('refuses costs that are not positive', () => {
    expect(newsvendor(normal(1, 1), { underage: 0, overage: 1 }).refused).toMatchObject({ field: 'costs.underage' });
  });
});

describe('replenish', () => {
  it('cycle service: safety stock z·σ, z(0.95) = 1.645', () => {
    const result = answer(replenish(base));
    expect(result.safetyStock).toBeCloseTo(1.645 * 20, 1);
    expect(result.reorderPoint).toBeCloseTo(132.9, 1);
    expect(result.suggestedQuantity).toBeCloseTo(102.9, 1);
    expect(result.reason).toContain('order 102.897');
  });

  it('fill rate: the expected shortage is (1 − service) of a cycle', () => {
    const result = answer(replenish({ ...base, kind: 'fill-rate', serviceLevel: 0.98 }));
    expect(expectedShortage(base.demand, result.reorderPoint)).toBeCloseTo(0.02 * (100 / 3), 6);
  });

  it('minimum order and packs', () => {
    expect(answer(replenish({ ...base, onHand: 130, minimumOrder: 10 })).suggestedQuantity).toBe(10);
    expect(answer(replenish({ ...base, packSize: 12 })).suggestedQuantity).toBe(108);
    expect(answer(replenish({ ...base, onHand: 130, minimumOrder: 10, packSize: 12 })).reason).toContain('minimum order 10, packs of 12');
    expect(answer(replenish({ ...base, demand: normal(0.3, 0), onHand: 0, packSize: 0.1 })).suggestedQuantity).toBeCloseTo(0.3, 12);
  });

  it('enough stock orders nothing and says why', () => {
    expect(answer(replenish({ ...base, onHand: 100, onOrder: 50 }))).toMatchObject({
      suggestedQuantity: 0,
      reason: expect.stringContaining('nothing to order'),
    });
  });

  it('continuous review orders one more period on top', () => {
    const result = answer(replenish({ ...base, reviewPeriods: 0 }));
    expect(result.orderUpTo - result.reorderPoint).toBeCloseTo(50, 9);
  });

  it('more service, more stock; never NaN; the order covers the gap in whole packs', () => {
    const positive = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        positive,
        positive,
        fc.double({ min: 0.5, max: 0.99, noNaN: true }),
        fc.constantFrom('cycle' as const, 'fill-rate' as const),
        fc.integer({ min: 0, max: 50 }),
        (mean, sd, level, kind, pack) => {
          const ask = (serviceLevel: number): Replenishment =>
            answer(replenish({ ...base, demand: normal(mean, sd), kind, serviceLevel, packSize: pack }));
          const low = ask(level);
          const high = ask(level + 0.005);
          const wanted = low.orderUpTo - base.onHand;
          return (
            [low.safetyStock, low.reorderPoint, low.orderUpTo, low.suggestedQuantity].every(Number.isFinite) &&
            high.reorderPoint >= low.reorderPoint - 1e-6 * (1 + mean + sd) &&
            (low.suggestedQuantity === 0 ||
              (low.suggestedQuantity >= wanted - 1e-6 * wanted && (pack === 0 || low.suggestedQuantity <= wanted + pack + 1e-6 * wanted)))
          );
        },
      ),
    );
  });

  it('more service is more stock even where the shortage allowed is a ten-billionth', () => {
    const ask = (serviceLevel: number): number =>
      answer(replenish({ ...base, demand: normal(5.094125158295454e-11, 38765.44), kind: 'fill-rate', serviceLevel, packSize: 0 }))
        .reorderPoint;
    expect(ask(0.505)).toBeGreaterThanOrEqual(ask(0.5));
  });

  it('refuses by name', () => {
    expect(replenish({ ...base, serviceLevel: 1 }).refused).toMatchObject({ field: 'serviceLevel' });
    expect(replenish({ ...base, onHand: Number.NaN }).refused).toMatchObject({ field: 'onHand' });
    expect(replenish({ ...base, leadTimePeriods: 0, reviewPeriods: 0 }).refused).toMatchObject({ field: 'leadTimePeriods' });
    expect(replenish({ ...base, packSize: -1 }).refused).toMatchObject({ field: 'packSize' });
    expect(replenish({ ...base, demand: { kind: 'quantiles', mean: 1, quantiles: { 0.1: 5, 0.9: 2 } } }).refused).toMatchObject({
      field: 'demand.quantiles',
    });
  });
});

describe('lead-time demand from a forecast', () => {
  const values = Array.from({ length: 40 }, (_, t) => 20 + 3 * Math.sin(t * t));
  const outcome = forecast({ values }, { horizon: 4, levels: [0.1, 0.5, 0.9], nonnegative: true, cumulative: true });
  if (outcome.refused) throw new Error(outcome.refused.reason);

  it('the mean of three periods is the sum of their means, the spread less than the sum of their spreads', () => {
    const demand = leadTimeDemand(outcome, 3);
    if ('refused' in demand || demand.kind !== 'quantiles') throw new Error('refused');
    expect(demand.mean).toBeCloseTo((outcome.mean[0] as number) + (outcome.mean[1] as number) + (outcome.mean[2] as number), 9);
    const summed = [0, 1, 2].reduce((sum, h) => sum + (outcome.quantiles[0.9]?.[h] as number), 0);
    expect(demand.quantiles[0.9]).toBeLessThan(summed);
  });

  it('interpolates parts of periods and refuses what the forecast does not reach', () => {
    const half = leadTimeDemand(outcome, 0.5);
    expect('refused' in half ? undefined : half.mean).toBeCloseTo((outcome.mean[0] as number) / 2, 9);
    expect(leadTimeDemand(outcome, 5)).toMatchObject({ refused: { field: 'periods' } });
  });
});
