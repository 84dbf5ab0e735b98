import { describe, expect, it } from '@jest/globals';
import { interleave } from './interleave.ts';
import { windowOf } from './window.ts';

describe('the measured part of a turn', () => {
  it('begins with the first report past the warm-up and ends with the last that brought something', () => {
    const reports = [
      { count: 10, at: 1_000 },
      { count: 30, at: 1_500 },
      { count: 70, at: 2_000 },
      { count: 100, at: 2_500 },
      { count: 100, at: 9_000 },
    ];
    expect(windowOf(reports, 0.25)).toMatchObject({ events: 70, seconds: 1, perSecond: 70 });
  });

  it('begins with the first report when there is no warm-up, though nothing was done by then', () => {
    const reports = [
      { count: 0, at: 1_000 },
      { count: 90, at: 9_000 },
      { count: 100, at: 11_000 },
    ];
    expect(windowOf(reports, 0)).toMatchObject({ events: 100, seconds: 10 });
  });

  it('refuses to guess from a single moment', () => {
    expect(() => windowOf([{ count: 100, at: 1_000 }], 0.25)).toThrow(RangeError);
    expect(() => windowOf([], 0.25)).toThrow(RangeError);
  });
});

describe('interleaving', () => {
  it('lets another contestant begin each round, and everybody once a round', () => {
    const names = ['a', 'b', 'c'];
    expect([0, 1, 2, 3].map((round) => interleave(names, round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
  });
});
