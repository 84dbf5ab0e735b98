import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { abcClasses, paretoSummary } from './abc.ts';
import { isRefusal } from './refusal.ts';

describe('ABC classes', () => {
  it('puts the entry that crosses 80 % into A and the one that crosses 95 % into B', () => {
    expect(abcClasses([700, 150, 100, 30, 20])).toEqual(['A', 'A', 'B', 'C', 'C']);
    expect(abcClasses([20, 700, 30, 150, 100])).toEqual(['C', 'A', 'C', 'A', 'B']);
  });

  it('keeps ties together, the largest always in A', () => {
    expect(abcClasses([5, 5, 5, 5])).toEqual(['A', 'A', 'A', 'A']);
    expect(abcClasses([1000])).toEqual(['A']);
  });

  it('gives C to zero and negative values, and to all when nothing is sold', () => {
    expect(abcClasses([10, 0, -5])).toEqual(['A', 'C', 'C']);
    expect(abcClasses([0, -1, 0])).toEqual(['C', 'C', 'C']);
    expect(abcClasses([])).toEqual([]);
  });

  it('does not depend on scale, and a larger value never gets a worse class', () => {
    const values = fc.array(fc.integer({ min: -10, max: 1000 }), { maxLength: 40 });
    fc.assert(
      fc.property(values, fc.constantFrom(1e-9, 1e12), (list, scale) => {
        const classes = abcClasses(list);
        const scaled = abcClasses(list.map((value) => value * scale));
        if (isRefusal(classes) || isRefusal(scaled)) return false;
        return list.every(
          (value, i) =>
            classes[i] === scaled[i] && list.every((other, j) => value <= other || (classes[i] as string) <= (classes[j] as string)),
        );
      }),
    );
  });

  it('refuses NaN by place and limits out of order', () => {
    expect(abcClasses([1, NaN])).toMatchObject({ field: 'values', reason: 'not-finite', index: 1 });
    expect(abcClasses([1], { a: 0.9, b: 0.8 })).toMatchObject({ field: 'limits' });
  });
});

describe('Pareto summary', () => {
  it('knows the two ends of the Gini coefficient and the share of repeat buyers', () => {
    expect(paretoSummary([4, 4, 4, 4, 4], [1, 2, 0, 3, 1])).toEqual({
      customers: 5,
      total: 20,
      topShareOfValue: 0.2,
      gini: 0,
      repeatBuyerShare: 0.5,
    });
    const one = paretoSummary([0, 0, 0, 0, 10], [0, 0, 0, 0, 1]);
    expect(one).toMatchObject({ topShareOfValue: 1, gini: 0.8, repeatBuyerShare: 0 });
  });

  it('has Gini 1/3 for values 1 … n as n grows (uniform distribution)', () => {
    const values = Array.from({ length: 2000 }, (_, i) => i + 1);
    const summary = paretoSummary(values, values);
    expect(isRefusal(summary) ? NaN : summary.gini).toBeCloseTo(1 / 3, 3);
  });

  it('answers when nothing was sold, and refuses an empty list', () => {
    expect(paretoSummary([0, -3], [0, 0])).toEqual({ customers: 2, total: 0, topShareOfValue: 0, gini: 0, repeatBuyerShare: 0 });
    expect(paretoSummary([], [])).toMatchObject({ reason: 'empty' });
    expect(paretoSummary([1], [0.5])).toMatchObject({ field: 'purchases', reason: 'not-whole' });
  });
});
