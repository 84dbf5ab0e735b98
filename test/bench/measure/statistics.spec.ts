import { describe, expect, it } from '@jest/globals';
import { median, quantile, spreadOf } from './statistics.ts';

describe('statistics of rounds', () => {
  it('takes the middle, or the mean of the two middle values', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });

  it('gives nearest-rank quantiles: a value that occurred', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(values, 0.5)).toBe(50);
    expect(quantile(values, 0.99)).toBe(99);
    expect(quantile(values, 1)).toBe(100);
    expect(quantile([7], 0.99)).toBe(7);
  });

  it('keeps the spread beside the median', () => {
    expect(spreadOf([3, 10, 4])).toEqual({ median: 4, min: 3, max: 10 });
  });
});
