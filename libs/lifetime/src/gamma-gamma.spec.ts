import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRandom } from '@tributary/numerics';
import { cdnowSummary } from '../../../test/support/lifetime/cdnow.ts';
import { fitGammaGamma, gammaGammaExpectedSpend, gammaGammaExpectedSpends } from './gamma-gamma.ts';
import type { GammaGammaFit } from './gamma-gamma.ts';
import { isRefusal } from './refusal.ts';

const printed = { p: 6.25, q: 3.74, v: 15.44 };
const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.abs(wanted);
const fitted = (answer: ReturnType<typeof fitGammaGamma>): GammaGammaFit => {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
};
/** Spends of 400 customers drawn from the model itself. */
const drawn = () => {
  const random = createRandom(5);
  const frequency = Array.from({ length: 400 }, () => 1 + random.poisson(2));
  return { frequency, monetary: frequency.map((x) => random.gamma(6 * x, random.gamma(4, 20)) / x) };
};

describe('Gamma-Gamma', () => {
  it('Fader & Hardie (2013) on the CDNOW sample, 946 repeat buyers: p 6.25, q 3.74, v 15.45 (they print 15.44), LL −4055.9', () => {
    const data = cdnowSummary();
    if (!data) return;
    const fit = fitted(fitGammaGamma(data));
    expect(fit.converged).toBe(true);
    expect([fit.customers, fit.withoutPurchase, fit.nonPositiveExcluded]).toEqual([946, 1411, 0]);
    expect([fit.params.p.toFixed(2), fit.params.q.toFixed(2)]).toEqual(['6.25', '3.74']);
    expect(Math.abs(fit.params.v - 15.44)).toBeLessThan(0.01);
    expect(fit.logLikelihood.toFixed(1)).toBe('-4055.9');
  });

  it('the expected spend is a weighted mean of one’s own and everybody’s: p(v + x m)/(p x + q − 1)', () => {
    expect(gammaGammaExpectedSpend(printed, { frequency: 0, monetary: 0 })).toBeCloseTo((6.25 * 15.44) / 2.74, 12);
    expect(gammaGammaExpectedSpend(printed, { frequency: 2, monetary: 50 })).toBeCloseTo((6.25 * (15.44 + 100)) / (12.5 + 2.74), 12);
    const everybody = (6.25 * 15.44) / 2.74;
    const spend = fc.double({ min: 0.01, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), spend, (frequency, monetary) => {
        const value = gammaGammaExpectedSpend(printed, { frequency, monetary });
        return (
          typeof value === 'number' &&
          value >= Math.min(monetary, everybody) * (1 - 1e-12) &&
          value <= Math.max(monetary, everybody) * (1 + 1e-12)
        );
      }),
    );
  });

  it('scales with the currency: 1e12 and 1e-9 give the same p and q, v in proportion', () => {
    const data = drawn();
    const base = fitted(fitGammaGamma(data));
    for (const unit of [1e12, 1e-9]) {
      const fit = fitted(fitGammaGamma({ ...data, monetary: data.monetary.map((m) => m * unit) }));
      expect(relative(fit.params.p, base.params.p)).toBeLessThan(1e-7);
      expect(relative(fit.params.q, base.params.q)).toBeLessThan(1e-7);
      expect(relative(fit.params.v, base.params.v * unit)).toBeLessThan(1e-7);
    }
  });

  it('finds the parameters it was drawn from within four standard errors', () => {
    const fit = fitted(fitGammaGamma(drawn()));
    for (const [name, truth] of [
      ['p', 6],
      ['q', 4],
      ['v', 20],
    ] as const) {
      expect(Math.abs(fit.params[name] - truth)).toBeLessThan(4 * (fit.standardErrors[name] as number));
    }
    expect(Math.abs(fit.frequencySpendCorrelation as number)).toBeLessThan(0.2);
  });

  it('refuses spend at or below zero by row, or leaves it out when told so', () => {
    const data = { frequency: [1, 2, 3, 1], monetary: [10, -4, 12, 0] };
    expect(fitGammaGamma(data)).toMatchObject({ field: 'monetary', reason: 'not-positive', index: 1 });
    expect(fitted(fitGammaGamma(data, { nonPositive: 'exclude' }))).toMatchObject({ customers: 2, nonPositiveExcluded: 2 });
    expect(gammaGammaExpectedSpends(printed, { frequency: [0, 1], monetary: [0, -1] })).toMatchObject({ field: 'monetary', index: 1 });
  });

  it('refuses one common spend, no repeat buyers, NaN, and a mean that is infinite', () => {
    expect(fitGammaGamma({ frequency: [1, 4], monetary: [9.99, 9.99] })).toMatchObject({ reason: 'no-variation' });
    expect(fitGammaGamma({ frequency: [0, 0], monetary: [0, 0] })).toMatchObject({ reason: 'no-repeat-buyers' });
    expect(fitGammaGamma({ frequency: [1], monetary: [NaN] })).toMatchObject({ field: 'monetary', reason: 'not-finite' });
    expect(gammaGammaExpectedSpend({ p: 2, q: 0.9, v: 5 }, { frequency: 0, monetary: 0 })).toMatchObject({
      field: 'params.q',
      reason: 'infinite-mean',
    });
  });
});
