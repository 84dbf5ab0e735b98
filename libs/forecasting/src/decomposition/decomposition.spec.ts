import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classicalIndices } from './classical.ts';
import { harmonicSeason } from './harmonic-season.ts';
import { loess } from './loess.ts';
import { mstl } from './mstl.ts';
import { seasonShows } from './seasonality-test.ts';
import { stl } from './stl.ts';
import { createRandom } from '@tributary/numerics';

const noisy = (n: number, seed: number, of: (t: number) => number, size: number): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, (_, t) => of(t) + size * random.normal());
};

describe('decomposition', () => {
  it('loess of degree 1 reproduces a line, beyond its ends too', () => {
    const line = Float64Array.from({ length: 12 }, (_, t) => 3 + 2 * t);
    const out = new Float64Array(14);
    loess(line, 7, out, 1, 1);
    for (const [i, value] of out.entries()) expect(value).toBeCloseTo(3 + 2 * (i - 1), 9);
  });

  it('STL and MSTL parts add up to the series', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 24, maxLength: 40 }),
        fc.constantFrom(0, 2),
        (values, outerLoops) => {
          const y = Float64Array.from(values);
          const one = stl(y, 4, { outerLoops });
          const many = mstl(y, [4, 12]);
          return y.every(
            (value, t) =>
              Math.abs((one.trend[t] as number) + (one.seasonal[t] as number) + (one.remainder[t] as number) - value) < 1e-8 &&
              Math.abs(
                (many.trend[t] as number) +
                  many.seasonals.reduce((sum, s) => sum + (s[t] as number), 0) +
                  (many.remainder[t] as number) -
                  value,
              ) < 1e-8,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('STL finds a fixed pattern on a line', () => {
    const pattern = [3, -1, -4, 2];
    const { seasonal, remainder } = stl(
      Float64Array.from({ length: 48 }, (_, t) => 10 + 0.5 * t + (pattern[t % 4] as number)),
      4,
      { seasonalWindow: 35 },
    );
    for (let t = 0; t < 48; t++) expect(seasonal[t]).toBeCloseTo(pattern[t % 4] as number, 1);
    for (const r of remainder) expect(Math.abs(r)).toBeLessThan(0.1);
  });

  it('MSTL tells a day from a week', () => {
    const y = Float64Array.from(
      { length: 24 * 7 * 5 },
      (_, t) => 10 + 3 * Math.sin((2 * Math.PI * t) / 24) + (Math.floor(t / 24) % 7 >= 5 ? -2 : 0),
    );
    const { seasonals, remainder } = mstl(y, [24, 168]);
    expect(Math.max(...(seasonals[0] ?? []))).toBeCloseTo(3, 0);
    expect(remainder.reduce((sum, r) => sum + r * r, 0) / y.length).toBeLessThan(0.05);
  });

  it('classical indices are exact on a pattern without noise, summing to 0 and averaging 1', () => {
    const pattern = [1.2, 0.8, 1.1, 0.9];
    const factors = classicalIndices(
      Float64Array.from({ length: 20 }, (_, t) => 5 * (pattern[t % 4] as number)),
      4,
      'multiplicative',
    );
    for (const [k, factor] of factors.entries()) expect(factor).toBeCloseTo(pattern[k] as number, 9);
    const sums = classicalIndices(
      Float64Array.from({ length: 20 }, (_, t) => t + (pattern[t % 4] as number)),
      4,
      'additive',
    );
    expect(sums.reduce((sum, index) => sum + index, 0)).toBeCloseTo(0, 9);
  });

  it('the seasonality test of M4 sees a season and needs three of them', () => {
    const wave = (t: number): number => Math.sin((2 * Math.PI * t) / 12);
    expect(seasonShows(noisy(60, 1, wave, 0.3), 12)).toBe(true);
    expect(
      seasonShows(
        noisy(60, 1, () => 0, 1),
        12,
      ),
    ).toBe(false);
    expect(seasonShows(noisy(30, 1, wave, 0.3), 12)).toBe(false);
  });

  it('a yearly wave in two years of weeks is found; noise and random walks are not taken for one', () => {
    const found = harmonicSeason(
      noisy(104, 4, (t) => 100 + 20 * Math.sin((2 * Math.PI * t) / 52), 4),
      52,
    );
    expect(found?.harmonics).toBe(1);
    let taken = 0;
    for (let seed = 1; seed <= 40; seed++) {
      let level = 50;
      const walk = noisy(104, seed, () => 0, 1).map((step) => (level += step));
      if (harmonicSeason(walk, 52)) taken++;
      if (
        harmonicSeason(
          noisy(104, 100 + seed, () => 50, 1),
          52,
        )
      )
        taken++;
    }
    expect(taken).toBeLessThanOrEqual(12);
  });
});
