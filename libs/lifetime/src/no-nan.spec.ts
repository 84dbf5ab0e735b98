import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { abcClasses, paretoSummary } from './abc.ts';
import { bgBbScore } from './bg-bb.ts';
import { customerLifetimeValue, paretoNbdResidualPurchases } from './discounted-value.ts';
import { chooseModel } from './fallback.ts';
import { fitGammaGamma, gammaGammaExpectedSpend } from './gamma-gamma.ts';
import { expectedRepeatPurchases, fitPurchaseModel, purchaseScore, purchaseScores } from './purchase-model.ts';
import type { PurchaseModel, PurchaseModelName } from './purchase-model.ts';
import { isRefusal } from './refusal.ts';
import { rfmScores } from './rfm.ts';

const MODELS: readonly PurchaseModelName[] = ['bg-nbd', 'mbg-nbd', 'pareto-nbd', 'nbd'];

/** Whether every number inside an answer is finite. */
const finite = (answer: unknown): boolean => {
  if (typeof answer === 'number') return Number.isFinite(answer);
  if (typeof answer !== 'object' || answer === null) return true;
  return ArrayBuffer.isView(answer) ? Array.from(answer as Float64Array).every(finite) : Object.values(answer).every(finite);
};

/** Anything a caller may pass for a number. */
const anything = fc.oneof(fc.double(), fc.integer({ min: -2, max: 5 }), fc.constantFrom(NaN, Infinity, -0, 1e12, 1e-9, 1e300, 5e-324));
/** A parameter from 1e-9 to 1e9. */
const parameter = fc.double({ min: -9, max: 9, noNaN: true }).map((power) => 10 ** power);
const params = fc.record({ r: parameter, alpha: parameter, a: parameter, b: parameter, s: parameter, beta: parameter });

/** Valid customers of every awkward kind: one-timers, born on the last day, bought on the last day, times from 1e-9 to 1e12. */
const customer = fc
  .record({ x: fc.constantFrom(0, 0, 1, 2, 7, 400), age: fc.constantFrom(0, 0.3, 1, 1), share: fc.constantFrom(0.01, 0.5, 1) })
  .map(({ x, age, share }) =>
    x === 0 || age === 0 ? { frequency: 0, recency: 0, T: age } : { frequency: x, recency: age * share, T: age },
  );
const summary = fc.tuple(fc.array(customer, { minLength: 1, maxLength: 12 }), fc.constantFrom(1e-9, 1, 39, 1e12)).map(([list, unit]) => ({
  frequency: list.map((c) => c.frequency),
  recency: list.map((c) => c.recency * unit),
  T: list.map((c) => c.T * unit),
}));

describe('every function answers or refuses, and no NaN leaves', () => {
  it('fits of degenerate summaries at any scale, and their scores', () => {
    fc.assert(
      fc.property(summary, fc.constantFrom(...MODELS), (data, model) => {
        const fit = fitPurchaseModel(model, data);
        if (isRefusal(fit)) return fit.reason === 'no-repeat-buyers';
        return finite(fit) && finite(purchaseScores({ model, params: fit.params } as PurchaseModel, data, 10));
      }),
      { numRuns: 12 },
    );
  });

  it('there is always a model to use, unless nobody was observed', () => {
    fc.assert(
      fc.property(summary, (data) => {
        const chosen = chooseModel(data);
        return isRefusal(chosen) ? data.T.every((T) => T === 0) : finite(chosen);
      }),
      { numRuns: 8 },
    );
  });

  it('scores at parameters and times from 1e-9 to 1e9: P(alive) in [0, 1], expectations at least 0', () => {
    fc.assert(
      fc.property(params, customer, fc.constantFrom(0, 1e-9, 1, 52, 1e6), fc.constantFrom(...MODELS), (all, own, horizon, model) => {
        const fitted = { model, params: all } as PurchaseModel;
        const score = purchaseScore(fitted, own, horizon);
        const expected = expectedRepeatPurchases(fitted, horizon);
        return (
          !isRefusal(score) && score.pAlive >= 0 && score.pAlive <= 1 && score.expectedPurchases >= 0 && finite(score) && finite(expected)
        );
      }),
      { numRuns: 100 },
    );
  });

  it('life-time values, residual purchases, spend and BG/BB at the same', () => {
    fc.assert(
      fc.property(params, customer, parameter, (all, own, money) => {
        const discount = { rate: 0.1, per: 'year' } as const;
        const value = customerLifetimeValue({
          fitted: { model: 'bg-nbd', params: all },
          unit: 'week',
          customer: own,
          spendPerPurchase: money,
          horizon: { length: 1, unit: 'year' },
          discount,
        });
        const residual = paretoNbdResidualPurchases({ params: all, unit: 'week', customer: own, discount });
        const spend = gammaGammaExpectedSpend({ p: all.r, q: all.a, v: all.b }, { frequency: own.frequency, monetary: money });
        const bb = bgBbScore(
          { alpha: all.r, beta: all.alpha, gamma: all.a, delta: all.b },
          { frequency: Math.min(6, own.frequency), recency: own.frequency > 0 ? 6 : 0, opportunities: 6 },
          5,
        );
        return [value, residual, spend, bb].every(finite);
      }),
      { numRuns: 5 },
    );
  });

  it('whatever is passed for numbers', () => {
    const list = fc.array(anything, { maxLength: 5 });
    fc.assert(
      fc.property(list, list, list, anything, (frequency, recency, T, horizon) => {
        const one = { frequency: frequency[0] ?? NaN, recency: recency[0] ?? NaN, T: T[0] ?? NaN };
        const answers = [
          ...MODELS.map((model) => fitPurchaseModel(model, { frequency, recency, T })),
          ...MODELS.map((model) =>
            purchaseScore({ model, params: { r: 1, alpha: 1, a: 1, b: 1, s: 1, beta: 1 } } as PurchaseModel, one, horizon),
          ),
          fitGammaGamma({ frequency, monetary: T }),
          rfmScores({ recencyDays: recency, frequency, monetary: T }),
          abcClasses(T),
          paretoSummary(T, frequency),
        ];
        return answers.every(finite);
      }),
      { numRuns: 60 },
    );
    expect(finite({ a: [1, NaN] })).toBe(false);
  });
});
