import { describe, expect, it } from '@jest/globals';
import { fitNbd, nbdExpectedPurchases, nbdScore, nbdScores } from './nbd.ts';
import { isRefusal } from './refusal.ts';

/** Billboard exposures of 250 people in a week: Fader & Hardie's tutorial on probability models (from Greene 1982). */
const exposures = [48, 37, 30, 24, 20, 16, 13, 11, 9, 7, 6, 5, 5, 3, 3, 2, 2, 2, 1, 1, 2, 1, 1, 1].flatMap((people, x) =>
  new Array<number>(people).fill(x),
);

describe('NBD', () => {
  it('the billboard exposures of Fader & Hardie’s tutorial: r .969, α .218, LL −649.7', () => {
    const fit = fitNbd({ frequency: exposures, T: exposures.map(() => 1) });
    if (isRefusal(fit)) throw new Error(fit.detail);
    expect([fit.params.r.toFixed(3), fit.params.alpha.toFixed(3), fit.logLikelihood.toFixed(1)]).toEqual(['0.969', '0.218', '-649.7']);
    // With equal times the fitted mean is the sample mean.
    const mean = exposures.reduce((sum, x) => sum + x, 0) / exposures.length;
    expect(nbdExpectedPurchases(fit.params, 1) as number).toBeCloseTo(mean, 9);
  });

  it('its expectation is the posterior mean, and the timing likelihood drops T^x/x!', () => {
    expect(nbdScore({ r: 1, alpha: 4 }, { frequency: 3, T: 6 }, 5)).toEqual({ pAlive: 1, expectedPurchases: 2 });
    const fit = fitNbd({ frequency: [0, 1, 3, 9], T: [2, 2, 2, 2] });
    if (isRefusal(fit)) throw new Error(fit.detail);
    const dropped = 13 * Math.log(2) - Math.log(6) - Math.log(362880);
    expect(fit.timingLogLikelihood).toBeCloseTo(fit.logLikelihood - dropped, 9);
  });

  it('customers all alike push r to its bound, and the common rate is kept', () => {
    const fit = fitNbd({ frequency: [3, 3, 3, 3], T: [10, 10, 10, 10] });
    if (isRefusal(fit)) throw new Error(fit.detail);
    expect(fit.atBound).toContain('r');
    expect(fit.params.r / fit.params.alpha).toBeCloseTo(0.3, 6);
    expect(fit.standardErrors.r).toBeNull();
  });

  it('refuses purchases without time, no purchases, and NaN', () => {
    expect(fitNbd({ frequency: [1, 2], T: [1, 0] })).toMatchObject({ field: 'T', reason: 'inconsistent', index: 1 });
    expect(fitNbd({ frequency: [0], T: [1] })).toMatchObject({ reason: 'no-repeat-buyers' });
    expect(fitNbd({ frequency: [1], T: [NaN] })).toMatchObject({ field: 'T', reason: 'not-finite' });
    expect(nbdScores({ r: 1, alpha: 1 }, { frequency: [1], T: [] }, 1)).toMatchObject({ reason: 'length-mismatch' });
  });
});
