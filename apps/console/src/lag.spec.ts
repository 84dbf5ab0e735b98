import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lagOf, withSample, type EndSample } from './lag.ts';

const seen = (...ends: readonly [bigint, number][]): readonly EndSample[] =>
  ends.reduce<readonly EndSample[]>((samples, [end, at]) => withSample(samples, { end, at }), []);

describe('lagOf', () => {
  it('knows nothing of a partition it never saw', () => expect(lagOf([], 0n)).toBeUndefined());
  it('is zero at the end', () => expect(lagOf(seen([10n, 0]), 10n)).toEqual({ records: 0n, seconds: 0 }));
  it('is zero past the end (the look is older than the commit)', () =>
    expect(lagOf(seen([10n, 0]), 12n)).toEqual({ records: 0n, seconds: 0 }));
  it('does not guess an age for records that were there before the first look', () =>
    expect(lagOf(seen([10n, 0]), 4n)).toEqual({ records: 6n, seconds: null }));
  it('interpolates between two looks', () => expect(lagOf(seen([0n, 0], [100n, 10_000]), 50n)).toEqual({ records: 50n, seconds: 5 }));
  it('grows while nothing is consumed', () =>
    expect(lagOf(seen([0n, 0], [10n, 2000], [10n, 4000], [10n, 60_000]), 0n)).toEqual({ records: 10n, seconds: 60 }));
  it('counts from when the record came, not from the quiet before it', () =>
    expect(lagOf(seen([5n, 0], [5n, 30_000], [6n, 32_000], [6n, 40_000]), 5n)).toEqual({ records: 1n, seconds: 10 }));

  it('is never negative and never falls as the consumer stands still', () => {
    const steps = fc.array(fc.tuple(fc.bigInt(0n, 50n), fc.integer({ min: 1, max: 5000 })), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.bigInt(0n, 200n), (grown, position) => {
        let samples: readonly EndSample[] = [];
        let end = 0n;
        let at = 0;
        let last = 0;
        for (const [records, wait] of grown) {
          end += records;
          at += wait;
          samples = withSample(samples, { end, at });
          const lag = lagOf(samples, position);
          if (lag === undefined || lag.seconds === null) continue;
          expect(lag.seconds).toBeGreaterThanOrEqual(last - 1e-9);
          last = lag.seconds;
        }
      }),
    );
  });
});

describe('withSample', () => {
  it('starts again when a topic was made anew', () => expect(seen([100n, 0], [3n, 1])).toEqual([{ end: 3n, at: 1 }]));
  it('keeps a quiet partition in two samples', () => expect(seen([1n, 0], [1n, 1], [1n, 2], [1n, 3])).toHaveLength(2));
  it('keeps a bounded number', () =>
    expect(seen(...Array.from({ length: 3000 }, (_, index) => [BigInt(index), index] as [bigint, number]))).toHaveLength(900));
});
