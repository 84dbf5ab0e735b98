import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reconcile } from './reconcile.ts';
import type { Reconciliation, ReconcileMethod } from './reconcile.ts';

const TWO = { summing: [[1, 1], [1, 0], [0, 1]] }; // prettier-ignore
const answer = (outcome: ReturnType<typeof reconcile>): Reconciliation => {
  if (outcome.refused) throw new Error(outcome.refused.reason);
  return outcome;
};
const row = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 8, maxLength: 8 });

describe('reconcile', () => {
  it('bottom-up sums; ols worked by hand: (10, 3, 5) becomes (28, 11, 17) / 3', () => {
    expect(answer(reconcile(TWO, [[10], [3], [5]], 'bottom-up')).forecasts).toEqual([[8], [3], [5]]);
    const [total, left, right] = answer(reconcile(TWO, [[10], [3], [5]], 'ols')).forecasts;
    expect(total?.[0]).toBeCloseTo(28 / 3, 12);
    expect(left?.[0]).toBeCloseTo(11 / 3, 12);
    expect(right?.[0]).toBeCloseTo(17 / 3, 12);
  });

  it('wls worked by hand: with error variances 1, 1, 4 the gap of 2 is split 1 : 1 : 4', () => {
    const errors = [[1, -1], [1, -1], [2, -2]]; // prettier-ignore
    const [total, left, right] = answer(reconcile(TWO, [[10], [3], [5]], 'wls', errors)).forecasts;
    expect(total?.[0]).toBeCloseTo(10 - 2 / 6, 9);
    expect(left?.[0]).toBeCloseTo(3 + 2 / 6, 9);
    expect(right?.[0]).toBeCloseTo(5 + 8 / 6, 9);
  });

  it('sums always add up, and forecasts that add up already are left alone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ReconcileMethod>('bottom-up', 'ols', 'wls', 'mint-shrink'),
        fc.tuple(row, row, row),
        fc.tuple(row, row, row),
        (method, base, residuals) => {
          const outcome = reconcile(TWO, base, method, residuals);
          if (outcome.refused) return outcome.refused.code === 'singular';
          const again = reconcile(TWO, outcome.forecasts, method, residuals);
          if (again.refused) return false;
          return outcome.forecasts[0]?.every(
            (total, h) =>
              Math.abs(total - (outcome.forecasts[1]?.[h] as number) - (outcome.forecasts[2]?.[h] as number)) < 1e-6 &&
              again.forecasts.every((path, i) => Math.abs((path[h] as number) - (outcome.forecasts[i]?.[h] as number)) < 1e-5),
          ) as boolean;
        },
      ),
    );
  });

  it('shrinkage lies between 0 and 1', () => {
    const errors = [[1, 2, -1, 0.5, -2], [0.5, 1, -0.2, 0.1, -1], [0.4, 1.2, -0.9, 0.3, -1.2]]; // prettier-ignore
    const { shrinkage = -1 } = answer(reconcile(TWO, [[10], [3], [5]], 'mint-shrink', errors));
    expect(shrinkage).toBeGreaterThan(0);
    expect(shrinkage).toBeLessThanOrEqual(1);
  });

  it('MinT is y − W c (cᵀ W c)⁻¹ cᵀ y for the constraint cᵀ y = 0 (Wickramasuriya et al. 2019, eq. 11), W shrunk towards its diagonal', () => {
    const errors = [[1, 2, -1, 0.5, -2], [0.5, 1, -0.2, 0.1, -1], [0.4, 1.2, -0.9, 0.3, -1.2]]; // prettier-ignore
    const { forecasts, shrinkage = -1 } = answer(reconcile(TWO, [[10], [3], [5]], 'mint-shrink', errors));
    const weights = errors.map((a, i) =>
      errors.map((b, j) => ((i === j ? 1 : 1 - shrinkage) * a.reduce((sum, e, t) => sum + e * (b[t] as number), 0)) / 5),
    );
    const constraint = [1, -1, -1];
    const moved = weights.map((row) => row.reduce((sum, w, j) => sum + w * (constraint[j] as number), 0));
    const gap = 10 - 3 - 5;
    const size = moved.reduce((sum, value, i) => sum + value * (constraint[i] as number), 0);
    for (const [i, base] of [10, 3, 5].entries()) expect(forecasts[i]?.[0]).toBeCloseTo(base - ((moved[i] as number) * gap) / size, 9);
  });

  it('refuses by name', () => {
    expect(reconcile({ summing: [] }, [], 'ols').refused).toMatchObject({ code: 'empty' });
    expect(reconcile({ summing: [[1, 1], [0, 1], [1, 0]] }, [[1], [1], [1]], 'ols').refused).toMatchObject({ field: 'hierarchy.summing[1]' }); // prettier-ignore
    expect(reconcile(TWO, [[1], [1]], 'ols').refused).toMatchObject({ field: 'base' });
    expect(reconcile(TWO, [[1], [1], [Number.NaN]], 'ols').refused).toMatchObject({ field: 'base[2][0]' });
    expect(reconcile(TWO, [[1], [1], [1]], 'wls').refused).toMatchObject({ field: 'residuals' });
  });
});
