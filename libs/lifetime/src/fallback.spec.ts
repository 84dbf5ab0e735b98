import { describe, expect, it } from '@jest/globals';
import { cdnowSummary } from '../../../test/support/lifetime/cdnow.ts';
import { chooseModel } from './fallback.ts';
import { fitLifetimeModel, isLifetimeModel, LIFETIME_MODELS, lifetimeParams, scoreLifetimeModel } from './lifetime-command.ts';
import { purchaseScore } from './purchase-model.ts';
import { isRefusal } from './refusal.ts';

describe('choice of model', () => {
  it('takes BG/NBD where it fits', () => {
    const data = cdnowSummary();
    if (!data) return;
    expect(chooseModel(data)).toMatchObject({ source: 'fit', fitted: { model: 'bg-nbd' }, passedOver: [] });
  });

  it('passes a base that nobody leaves on to NBD, with the reason', () => {
    const T = [10, 10, 10, 10, 10, 10, 10, 10];
    const chosen = chooseModel({ frequency: [3, 5, 2, 9, 4, 16, 1, 8], recency: T, T });
    expect(chosen).toMatchObject({ source: 'fit', fitted: { model: 'nbd' }, passedOver: [{ model: 'bg-nbd' }] });
  });

  it('gives all one-time buyers a pooled rate: half a purchase in all the time observed', () => {
    const chosen = chooseModel({ frequency: [0, 0, 0], recency: [0, 0, 0], T: [5, 5, 10] });
    expect(chosen).toMatchObject({ source: 'pooled-rate', fitted: { model: 'nbd', params: { r: 0.5, alpha: 20 } } });
    const score = isRefusal(chosen) ? chosen : purchaseScore(chosen.fitted, { frequency: 0, recency: 0, T: 5 }, 25);
    expect(isRefusal(score) ? NaN : score.expectedPurchases).toBeCloseTo(0.5, 12);
  });

  it('refuses only when nothing was observed', () => {
    expect(chooseModel({ frequency: [0], recency: [0], T: [0] })).toMatchObject({ field: 'T', reason: 'not-positive' });
    expect(chooseModel({ frequency: [0], recency: [0], T: [NaN] })).toMatchObject({ field: 'T', reason: 'not-finite' });
  });
});

describe('the lifetime verb', () => {
  it('fits by name and scores with what it printed, for every model', () => {
    const table = {
      frequency: [3, 0, 2, 5, 1, 0, 1, 4],
      recency: [7, 0, 4, 9, 2, 0, 8, 6],
      T: [10, 10, 10, 10, 10, 10, 10, 10],
      monetary: [20, 0, 35, 18, 50, 0, 9, 22],
    };
    for (const model of LIFETIME_MODELS) {
      const fit = fitLifetimeModel(model, table);
      if (isRefusal(fit)) throw new Error(`${model}: ${fit.detail}`);
      const params = lifetimeParams(model, JSON.parse(JSON.stringify(fit)));
      if (isRefusal(params)) throw new Error(`${model}: ${params.detail}`);
      const scores = scoreLifetimeModel(model, params, table, 5);
      if (isRefusal(scores)) throw new Error(`${model}: ${scores.detail}`);
      for (const values of Object.values(scores) as Float64Array[])
        expect(values.length === 8 && values.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    }
  });

  it('names a missing column, a wrong parameter and an unknown model', () => {
    expect(fitLifetimeModel('bg-nbd', { frequency: [1], T: [2] })).toMatchObject({ field: 'recency', reason: 'empty' });
    expect(lifetimeParams('bg-nbd', { r: 1, alpha: 'x', a: 1, b: 1 })).toMatchObject({ field: 'params.alpha' });
    expect(lifetimeParams('nbd', null)).toMatchObject({ field: 'params' });
    expect(isLifetimeModel('toString')).toBe(false);
    expect(fitLifetimeModel('prophet' as 'nbd', {})).toMatchObject({ reason: 'unknown-model' });
  });
});
