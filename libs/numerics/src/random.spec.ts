import { describe, expect, it } from '@jest/globals';
import { DomainError } from './domain-error.ts';
import { chiSquareCdf, gammaCdf, poissonCdf } from './incomplete-gamma.ts';
import { betaCdf } from './incomplete-beta.ts';
import { normalCdf } from './normal.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

const draw = (seed: number, take: (random: Random) => number, n = 6_000): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => take(random));
};

/** Chi-square test of uniformity over 20 cells; the seeds are fixed, so this either always passes or never does. */
const uniformity = (probabilities: readonly number[]): number => {
  const cells = new Array<number>(20).fill(0);
  for (const p of probabilities) {
    const cell = Math.min(19, Math.floor(p * 20));
    cells[cell] = (cells[cell] as number) + 1;
  }
  const wanted = probabilities.length / 20;
  return (
    1 -
    chiSquareCdf(
      cells.reduce((sum, count) => sum + (count - wanted) ** 2 / wanted, 0),
      19,
    )
  );
};

describe('seeded random numbers', () => {
  it('repeats itself for a seed and differs for the next one', () => {
    expect(draw(7, (random) => random.next(), 5)).toEqual(draw(7, (random) => random.next(), 5));
    expect(draw(7, (random) => random.next(), 5)).not.toEqual(draw(8, (random) => random.next(), 5));
    expect(draw(2 ** 40, (random) => random.next(), 5)).not.toEqual(draw(0, (random) => random.next(), 5));
  });

  it('has the distributions it names (probability integral transform, chi-square over 20 cells)', () => {
    expect(uniformity(draw(1, (random) => random.next()))).toBeGreaterThan(1e-3);
    expect(uniformity(draw(2, (random) => normalCdf(random.normal())))).toBeGreaterThan(1e-3);
    expect(uniformity(draw(3, (random) => gammaCdf(random.gamma(0.3, 2), 0.3, 2)))).toBeGreaterThan(1e-3);
    expect(uniformity(draw(4, (random) => gammaCdf(random.gamma(7.5), 7.5)))).toBeGreaterThan(1e-3);
    expect(uniformity(draw(5, (random) => betaCdf(random.beta(0.8, 2.4), 0.8, 2.4)))).toBeGreaterThan(1e-3);
    expect(uniformity(draw(6, (random) => 1 - Math.exp(-2 * random.exponential(2))))).toBeGreaterThan(1e-3);
  });

  it('counts: Poisson below and above its change of method at 30, geometric, whole numbers', () => {
    for (const mean of [0.4, 6, 250]) {
      const random = createRandom(11);
      // A uniform within the step of the discrete distribution makes it continuous.
      const p = Array.from({ length: 6_000 }, () => {
        const k = random.poisson(mean);
        const below = k === 0 ? 0 : poissonCdf(k - 1, mean);
        return below + random.next() * (poissonCdf(k, mean) - below);
      });
      expect(uniformity(p)).toBeGreaterThan(1e-3);
    }
    const geometric = draw(12, (random) => random.geometric(0.2));
    expect(geometric.reduce((sum, k) => sum + k, 0) / geometric.length).toBeCloseTo(4, 0);
    expect(new Set(draw(13, (random) => random.integer(6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  it('shuffles without losing anything and leaves its input alone', () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = createRandom(3).shuffle(items);
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort()).toEqual(items);
  });

  it('refuses a seed that is no whole number and parameters outside their range', () => {
    expect(() => createRandom(0.5)).toThrow(DomainError);
    expect(() => createRandom(1).gamma(0)).toThrow(/shape/);
    expect(() => createRandom(1).poisson(-1)).toThrow(/mean/);
    expect(() => createRandom(1).integer(0)).toThrow(/bound/);
    expect(() => createRandom(1).geometric(0)).toThrow(/probability/);
  });
});
