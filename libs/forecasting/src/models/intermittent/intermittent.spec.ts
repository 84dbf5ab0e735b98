import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aggregate, fitAdida, fitImapa } from './aggregation.ts';
import { demandEvents, fitCroston } from './croston.ts';
import { discreteQuantile, forgetting, periodDistribution } from './demand-quantiles.ts';
import { historyMean, sparseSes } from './flat-baselines.ts';
import { flatJudge } from './flat-model.ts';
import { fitTsb } from './tsb.ts';

const Y = Float64Array.from([0, 0, 5, 0, 0, 0, 3, 0, 4]);
const last = (model: { rate: Float64Array }): number => model.rate[model.rate.length - 1] as number;

describe('intermittent demand', () => {
  it('Croston (1972) worked by hand, alpha 0.1: sizes 5 → 4.8 → 4.72, intervals 3 → 3.1 → 2.99, rate 4.72 / 2.99', () => {
    expect(last(fitCroston(Y, { alpha: 0.1, variant: 'croston' }))).toBeCloseTo(4.72 / 2.99, 12);
    expect(Array.from(demandEvents(Y).intervals)).toEqual([3, 4, 2]);
  });

  it('Syntetos and Boylan (2005): Croston times 1 − alpha / 2', () => {
    expect(last(fitCroston(Y, { alpha: 0.1, variant: 'sba' }))).toBeCloseTo((0.95 * 4.72) / 2.99, 12);
  });

  it('Teunter, Syntetos and Babai (2011) worked by hand: probability and size, and decay without demand', () => {
    // From y = (2, 0, 4): p 1 → 0.9 → 0.91, z 2 → 2 → 2.4 with alpha_p 0.1, alpha_z 0.2.
    const fit = fitTsb(Float64Array.from([2, 0, 4]), { size: 0.2, probability: 0.1 });
    expect(last(fit)).toBeCloseTo(0.91 * 2.4, 12);
    const dying = fitTsb(Float64Array.from([2, ...new Array<number>(50).fill(0)]), { size: 0.2, probability: 0.1 });
    expect(last(dying)).toBeCloseTo(2 * 0.9 ** 50, 12);
  });

  it('ADIDA (Nikolopoulos et al. 2011) sums blocks aligned to the end and spreads evenly', () => {
    expect(Array.from(aggregate(Y, 4))).toEqual([5, 7]);
    const even = Float64Array.from([0, 0, 6, 0, 0, 6, 0, 0, 6]);
    expect(last(fitAdida(even))).toBeCloseTo(2, 12);
    expect(fitAdida(even).parameters).toEqual({ aggregation: 3 });
  });

  it('IMAPA (Petropoulos and Kourentzes 2015) is the mean over aggregation levels', () => {
    expect(fitImapa(Float64Array.from([0, 0, 6, 0, 0, 6, 0, 0, 6])).parameters).toEqual({ levels: 3 });
  });

  it('all zeros are forecast as zero by every method', () => {
    const zeros = new Float64Array(10);
    for (const model of [
      fitCroston(zeros, { variant: 'croston' }),
      fitCroston(zeros, { variant: 'sba' }),
      fitTsb(zeros),
      fitAdida(zeros),
      fitImapa(zeros),
      historyMean(zeros),
      sparseSes(zeros),
    ]) {
      expect(last(model)).toBe(0);
    }
  });

  it('no forecast sees the future: rates up to t do not change with later values, parameters given', () => {
    const demand = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 })), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(demand, (values) => {
        const y = Float64Array.from(values);
        const half = y.slice(0, y.length >> 1);
        const pairs = [
          [fitCroston(y, { alpha: 0.2, variant: 'sba' }), fitCroston(half, { alpha: 0.2, variant: 'sba' })],
          [historyMean(y), historyMean(half)],
        ] as const;
        return pairs.every(([whole, part]) => part.rate.every((rate, t) => rate === whole.rate[t]));
      }),
    );
  });

  it('running sums judge a flat model as a double loop would', () => {
    const model = historyMean(Y);
    const h = 2;
    let sum = 0;
    let count = 0;
    for (let t = 2; t + h <= Y.length; t++) {
      for (let i = 0; i < h; i++) {
        sum += ((Y[t + i] as number) - (model.rate[t] as number)) ** 2;
        count++;
      }
    }
    expect(flatJudge(Y, h)(model).rmse).toBeCloseTo(Math.sqrt(sum / count), 12);
  });

  it('plain history quantiles straddle their level: P(y < q) ≤ level ≤ P(y ≤ q)', () => {
    const demand = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(demand, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (values, level) => {
        const y = Float64Array.from(values);
        const q = discreteQuantile(periodDistribution(y, 0, undefined), level);
        const below = values.filter((v) => v < q).length / values.length;
        const atMost = values.filter((v) => v <= q).length / values.length;
        return below <= level + 1e-9 && level <= atMost + 1e-9;
      }),
    );
  });

  it('forgets only when the demand has changed', () => {
    const steady = Float64Array.from({ length: 80 }, (_, t) => (t % 3 === 0 ? 2 : 0));
    const dead = Float64Array.from({ length: 80 }, (_, t) => (t < 40 && t % 2 === 0 ? 2 : 0));
    expect(forgetting(steady)).toBe(0);
    expect(forgetting(dead)).toBeGreaterThan(0);
    expect(discreteQuantile(periodDistribution(dead, forgetting(dead), undefined), 0.9)).toBe(0);
    expect(discreteQuantile(periodDistribution(dead, 0, undefined), 0.9)).toBe(2);
  });
});
