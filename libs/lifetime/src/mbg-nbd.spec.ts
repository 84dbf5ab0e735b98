import { describe, expect, it } from '@jest/globals';
import { cdnowSummary } from '../../../test/support/lifetime/cdnow.ts';
import { fitMbgNbd, mbgNbdExpectedRepeatPurchases, mbgNbdScore, mbgNbdScores } from './mbg-nbd.ts';
import { isRefusal } from './refusal.ts';

const params = { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };

describe('MBG/NBD', () => {
  it('BTYDplus on the CDNOW sample: r .525, α 6.183, a .891, b 1.614', () => {
    const data = cdnowSummary();
    if (!data) return;
    const fit = fitMbgNbd(data);
    if (isRefusal(fit)) throw new Error(fit.detail);
    expect(fit.converged).toBe(true);
    expect(Object.values(fit.params).map((value) => value.toFixed(3))).toEqual(['0.525', '6.183', '0.891', '1.614']);
  });

  it('P(alive) at x = 0 is b/(b + a((α+T)/α)^r), below 1 (Batislam et al. 2007)', () => {
    const T = 39;
    const score = mbgNbdScore(params, { frequency: 0, recency: 0, T }, 0);
    const wanted = 1 / (1 + (params.a / params.b) * ((params.alpha + T) / params.alpha) ** params.r);
    expect(isRefusal(score) ? NaN : score.pAlive).toBeCloseTo(wanted, 13);
    expect(wanted).toBeLessThan(0.5);
  });

  it('a new customer’s expectation is the score of one born now', () => {
    const born = mbgNbdScore(params, { frequency: 0, recency: 0, T: 0 }, 20);
    expect(isRefusal(born) ? NaN : born.expectedPurchases).toBeCloseTo(mbgNbdExpectedRepeatPurchases(params, 20) as number, 12);
  });

  it('many at once are the same as one by one, and bad rows are refused', () => {
    const all = mbgNbdScores(params, { frequency: [0, 3], recency: [0, 20], T: [30, 38] }, 39);
    const one = mbgNbdScore(params, { frequency: 3, recency: 20, T: 38 }, 39);
    if (isRefusal(all) || isRefusal(one)) throw new Error('refused');
    expect([all.pAlive[1], all.expectedPurchases[1]]).toEqual([one.pAlive, one.expectedPurchases]);
    expect(mbgNbdScore(params, { frequency: 1, recency: 5, T: 4 }, 1)).toMatchObject({ field: 'recency', reason: 'inconsistent' });
    expect(fitMbgNbd({ frequency: [0], recency: [0], T: [3] })).toMatchObject({ reason: 'no-repeat-buyers' });
  });
});
