import { describe, expect, it } from '@jest/globals';
import { hyp2f1 } from '@tributary/numerics';
import { cdnowSummary } from '../../../test/support/lifetime/cdnow.ts';
import { fitParetoNbd, paretoNbdExpectedRepeatPurchases, paretoNbdScore, paretoNbdScores } from './pareto-nbd.ts';
import type { ParetoNbdParams } from './pareto-nbd.ts';
import { isRefusal } from './refusal.ts';
import type { Customer } from './customer-summary.ts';

const printed = { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 };
const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.abs(wanted);

/** A₀ of Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model", with its two hypergeometric functions. */
const aZero = ({ r, alpha, s, beta }: ParetoNbdParams, { frequency: x, recency: tx, T }: Customer): number => {
  const k = r + s + x;
  const [large, second] = alpha >= beta ? [alpha, s + 1] : [beta, r + x];
  const gap = Math.abs(alpha - beta);
  const term = (t: number) => hyp2f1(k, second, k + 1, gap / (large + t)) / (large + t) ** k;
  return term(tx) - term(T);
};

/** P(alive) as the same note has it. */
const aliveAsPrinted = (params: ParetoNbdParams, customer: Customer): number => {
  const { r, alpha, s, beta } = params;
  const { frequency: x, T } = customer;
  return 1 / (1 + (s / (r + s + x)) * (alpha + T) ** (r + x) * (beta + T) ** s * aZero(params, customer));
};

describe('Pareto/NBD', () => {
  it('Fader & Hardie on the CDNOW sample: LL −9595.0 and, to the flatness of its top, r .553, α 10.578, s .606, β 11.669 (CLVTools .55315, 10.57633, .60625, 11.67150)', () => {
    const data = cdnowSummary();
    if (!data) return;
    const fit = fitParetoNbd(data);
    if (isRefusal(fit)) throw new Error(fit.detail);
    expect(fit.converged).toBe(true);
    expect(fit.logLikelihood).toBeGreaterThan(-9594.9765);
    expect(fit.logLikelihood.toFixed(1)).toBe('-9595.0');
    expect([fit.params.r.toFixed(3), fit.params.alpha.toFixed(3), fit.params.s.toFixed(3), fit.params.beta.toFixed(2)]).toEqual([
      '0.553',
      '10.578',
      '0.606',
      '11.67',
    ]);
  });

  it('P(alive) agrees with the note’s hypergeometric form, α above and below β', () => {
    for (const params of [printed, { r: 1.3, alpha: 4, s: 0.7, beta: 15 }, { r: 0.4, alpha: 9, s: 2.2, beta: 3 }]) {
      for (const customer of [
        { frequency: 0, recency: 0, T: 38.86 },
        { frequency: 2, recency: 30.43, T: 38.86 },
        { frequency: 26, recency: 30.86, T: 31 },
        { frequency: 7, recency: 3, T: 60 },
      ]) {
        const score = paretoNbdScore(params, customer, 1);
        expect(relative(isRefusal(score) ? NaN : score.pAlive, aliveAsPrinted(params, customer))).toBeLessThan(1e-10);
      }
    }
  });

  it('the expectations are their closed forms: E[X(t)] and E[Y(t)] of the note, and their limits at s = 1', () => {
    const { r, alpha, s, beta } = printed;
    const t = 52;
    const expected = ((r * beta) / (alpha * (s - 1))) * (1 - (beta / (beta + t)) ** (s - 1));
    expect(relative(paretoNbdExpectedRepeatPurchases(printed, t) as number, expected)).toBeLessThan(1e-12);
    const customer = { frequency: 26, recency: 30.86, T: 31 };
    const score = paretoNbdScore(printed, customer, t);
    const rate = ((r + 26) * (beta + 31)) / ((alpha + 31) * (s - 1));
    const wanted = rate * (1 - ((beta + 31) / (beta + 31 + t)) ** (s - 1)) * aliveAsPrinted(printed, customer);
    expect(relative(isRefusal(score) ? NaN : score.expectedPurchases, wanted)).toBeLessThan(1e-10);
    const atOne = paretoNbdExpectedRepeatPurchases({ ...printed, s: 1 }, t) as number;
    expect(relative(atOne, ((r * beta) / alpha) * Math.log1p(t / beta))).toBeLessThan(1e-12);
  });

  it('does not overflow where `lifetimes` did (its test_overflow_error): 400 and 500 purchases', () => {
    const params = { r: 10.465, alpha: 7.98565181e-3, s: 3.0516, beta: 2.82 };
    const all = paretoNbdScores(params, { frequency: [400, 500, 500], recency: [5, 1, 4], T: [6, 37, 37] }, 10);
    if (isRefusal(all)) throw new Error(all.detail);
    expect([...all.pAlive, ...all.expectedPurchases].every(Number.isFinite)).toBe(true);
    expect(all.pAlive[1]).toBeLessThan(1e-100);
  });

  it('refuses bad rows, bad parameters and a base without repeat purchases', () => {
    expect(fitParetoNbd({ frequency: [1], recency: [2], T: [1] })).toMatchObject({ field: 'recency', reason: 'inconsistent', index: 0 });
    expect(fitParetoNbd({ frequency: [0], recency: [0], T: [1] })).toMatchObject({ reason: 'no-repeat-buyers' });
    expect(paretoNbdScore({ ...printed, s: NaN }, { frequency: 0, recency: 0, T: 1 }, 1)).toMatchObject({
      field: 'params.s',
      reason: 'not-finite',
    });
  });
});
