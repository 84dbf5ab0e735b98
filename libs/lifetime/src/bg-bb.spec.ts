import { describe, expect, it } from '@jest/globals';
import { donations } from '../../../test/support/lifetime/donations.ts';
import { bgBbExpectedPurchases, bgBbScore, fitBgBb } from './bg-bb.ts';
import { isRefusal } from './refusal.ts';

const expand = <T>(values: readonly T[]): T[] => values.flatMap((value, i) => new Array<T>(donations.count[i] as number).fill(value));

describe('BG/BB', () => {
  it('Fader, Hardie & Shang (2010) on the donations: α 1.204, β .750, γ .657, δ 2.783, LL −33225.6', () => {
    const fit = fitBgBb(donations);
    if (isRefusal(fit)) throw new Error(fit.detail);
    expect(fit.converged).toBe(true);
    expect(fit.customers).toBe(11104);
    expect(Object.values(fit.params).map((value) => value.toFixed(3))).toEqual(['1.204', '0.750', '0.657', '2.783']);
    expect(fit.logLikelihood.toFixed(1)).toBe('-33225.6');
  });

  it('as the paper prints: donors expected to give 3.75 times in five years after 6 of 6, and 0.07 after none', () => {
    const params = { alpha: 1.2035, beta: 0.7497, gamma: 0.6568, delta: 2.7834 };
    const next = (frequency: number, recency: number) => bgBbScore(params, { frequency, recency, opportunities: 6 }, 5);
    const [all, none] = [next(6, 6), next(0, 0)];
    expect(isRefusal(all) ? '' : all.expectedPurchases.toFixed(2)).toBe('3.75');
    expect(isRefusal(none) ? '' : none.expectedPurchases.toFixed(2)).toBe('0.07');
  });

  it('groups with counts are the same as the customers one by one', () => {
    const single = fitBgBb({
      frequency: expand(donations.frequency),
      recency: expand(donations.recency),
      opportunities: expand(donations.opportunities),
    });
    expect(single).toEqual(fitBgBb(donations));
  });

  it('the likelihood of one pattern is the sum it is made of, by enumeration over the time of leaving', () => {
    // With p and θ fixed by huge shapes, P(x = 1, tₓ = 1, n = 3) = p(1−θ)[θ + (1−θ)(1−p)(θ + (1−θ)(1−p))].
    const [p, theta] = [0.3, 0.2];
    const score = bgBbScore({ alpha: 3e7, beta: 7e7, gamma: 2e7, delta: 8e7 }, { frequency: 1, recency: 1, opportunities: 3 }, 1);
    const stay = (1 - theta) * (1 - p);
    const alive = (stay * stay) / (theta + stay * (theta + stay));
    expect(isRefusal(score) ? NaN : score.pAlive).toBeCloseTo(alive * (1 - theta), 6);
  });

  it('expectations rise with the opportunities and never exceed them; γ = 1 is no special case', () => {
    const params = { alpha: 1.2, beta: 0.75, gamma: 1, delta: 2.8 };
    const expected = [0, 1, 5, 50].map((n) => bgBbExpectedPurchases(params, n) as number);
    expect(expected[0]).toBe(0);
    expect(expected.every((value, i) => i === 0 || (value > (expected[i - 1] as number) && value < ([0, 1, 5, 50][i] as number)))).toBe(
      true,
    );
  });

  it('refuses impossible patterns and data without variation', () => {
    expect(fitBgBb({ frequency: [3], recency: [2], opportunities: [6] })).toMatchObject({
      field: 'frequency',
      reason: 'inconsistent',
      index: 0,
    });
    expect(fitBgBb({ frequency: [1], recency: [7], opportunities: [6] })).toMatchObject({ field: 'recency', reason: 'inconsistent' });
    expect(fitBgBb({ frequency: [0], recency: [0], opportunities: [6] })).toMatchObject({ reason: 'no-repeat-buyers' });
    expect(fitBgBb({ frequency: [6], recency: [6], opportunities: [6] })).toMatchObject({ reason: 'no-variation' });
    expect(bgBbScore({ alpha: 1, beta: 1, gamma: 1, delta: 1 }, { frequency: 0, recency: 0, opportunities: 1 }, 2.5)).toMatchObject({
      field: 'horizon',
      reason: 'not-whole',
    });
  });
});
