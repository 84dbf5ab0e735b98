import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from './domain-error.ts';
import { betaCdf, betaQuantile, fCdf, negativeBinomialCdf, tCdf, tQuantile } from './incomplete-beta.ts';
import { chiSquareCdf, chiSquareQuantile, gammaCdf, gammaP, gammaQ, gammaQuantile, poissonCdf } from './incomplete-gamma.ts';
import { normalCdf, normalPdf, normalQuantile } from './normal.ts';

const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.abs(wanted);
const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const shape = fc.double({ min: 0.05, max: 500, noNaN: true });

describe('distributions', () => {
  it('normal: Abramowitz & Stegun table 26.1 and 26.5, the percentage points 1.2816 … 3.0902', () => {
    const points: readonly (readonly [number, number])[] = [
      [0.9, 1.2815515655446004],
      [0.95, 1.6448536269514722],
      [0.975, 1.959963984540054],
      [0.99, 2.3263478740408408],
      [0.999, 3.090232306167813],
    ];
    for (const [p, z] of points) {
      expect(relative(normalQuantile(p), z)).toBeLessThan(2e-15);
      expect(relative(normalCdf(z), p)).toBeLessThan(1e-15);
      expect(normalQuantile(1 - p)).toBeCloseTo(-z, 12);
    }
    expect(normalPdf(0)).toBeCloseTo(0.3989422804014327, 15);
    expect(relative(normalCdf(-10), 7.619853024160525e-24)).toBeLessThan(1e-14);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalQuantile(0), normalQuantile(1)]).toEqual([0, 1, -Infinity, Infinity]);
  });

  it('Student’s t: the percentage points of Abramowitz & Stegun table 26.10 to their three places', () => {
    const points: readonly (readonly [number, number, number])[] = [
      [0.975, 1, 12.706],
      [0.975, 5, 2.571],
      [0.95, 10, 1.812],
      [0.995, 30, 2.75],
      [0.9, 120, 1.289],
    ];
    for (const [p, freedom, t] of points) expect(Math.abs(tQuantile(p, freedom) - t)).toBeLessThan(5.1e-4);
    expect(relative(tCdf(-1, 1), 0.25)).toBeLessThan(1e-14);
    expect(relative(tCdf(-30, 2.5), 0.0001455323545786977)).toBeLessThan(1e-13);
  });

  it('chi-square: Abramowitz & Stegun table 26.8', () => {
    const points: readonly (readonly [number, number, number])[] = [
      [0.95, 1, 3.84146],
      [0.95, 10, 18.307],
      [0.99, 5, 15.0863],
      [0.005, 20, 7.43386],
    ];
    for (const [p, freedom, x] of points) expect(relative(chiSquareQuantile(p, freedom), x)).toBeLessThan(1e-5);
    expect(relative(chiSquareCdf(2, 2), 1 - Math.exp(-1))).toBeLessThan(1e-14);
  });

  it('incomplete gamma and beta match mpmath 1.3 at 40 digits', () => {
    const gamma: readonly (readonly [number, number, number, number])[] = [
      [0.5, 0.1, 0.345279153981423, 0.654720846018577],
      [3, 20, 0.9999995444850495, 4.555149505589213e-7],
      [100, 90, 0.15822098918643016, 0.8417790108135698],
      [1e4, 1e4, 0.5013298083399552, 0.4986701916600448],
    ];
    for (const [a, x, p, q] of gamma) {
      expect(relative(gammaP(a, x), p)).toBeLessThan(1e-14);
      expect(relative(gammaQ(a, x), q)).toBeLessThan(1e-14);
    }
    const beta: readonly (readonly [number, number, number, number])[] = [
      [0.3, 2, 3, 0.3483],
      [0.01, 10, 2, 1.09e-19],
      [0.999, 2, 0.1, 0.4487441617333632],
      [0.5, 1000, 1001, 0.5089195055729272],
    ];
    for (const [x, a, b, p] of beta) expect(relative(betaCdf(x, a, b), p)).toBeLessThan(2e-14);
  });

  it('F, Poisson and negative binomial agree with the distributions and sums they are made of', () => {
    expect(relative(fCdf(2.5 ** 2, 1, 7), 2 * tCdf(2.5, 7) - 1)).toBeLessThan(1e-13);
    let [poisson, negative] = [0, 0];
    for (let k = 0; k <= 6; k += 1) {
      const factorial = [1, 1, 2, 6, 24, 120, 720][k] as number;
      poisson += (Math.exp(-3.2) * 3.2 ** k) / factorial;
      expect(relative(poissonCdf(k, 3.2), poisson)).toBeLessThan(1e-13);
      // size 2, mean 3: P(k) = (k + 1) 0.4² 0.6^k
      negative += (k + 1) * 0.16 * 0.6 ** k;
      expect(relative(negativeBinomialCdf(k, 3, 2), negative)).toBeLessThan(1e-13);
    }
  });

  it('quantiles invert their distributions and rise with p', () => {
    fc.assert(
      fc.property(probability, shape, (p, a) => Math.abs(gammaCdf(gammaQuantile(p, a, 3), a, 3) - p) < 1e-11),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(probability, shape, shape, (p, a, b) => {
        const x = betaQuantile(p, a, b);
        // Next to 1 doubles are too coarse to tell neighbouring probabilities apart.
        return x > 1 - 1e-9 || Math.abs(betaCdf(x, a, b) - p) < 1e-9;
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(probability, fc.double({ min: 0.5, max: 200, noNaN: true }), (p, v) => Math.abs(tCdf(tQuantile(p, v), v) - p) < 1e-11),
      { numRuns: 60 },
    );
    fc.assert(fc.property(probability, probability, (p, q) => p >= q || normalQuantile(p) <= normalQuantile(q)));
  });

  it('refuses what is no probability, no shape, or NaN, by name', () => {
    expect(() => normalQuantile(1.1)).toThrow(/normalQuantile: p/);
    expect(() => gammaQuantile(0.5, -1)).toThrow(/gammaQuantile: shape/);
    expect(() => betaCdf(NaN, 1, 1)).toThrow(/betaCdf: x/);
    expect(() => tQuantile(0.5, 0)).toThrow(DomainError);
    expect(() => poissonCdf(1, -2)).toThrow(/mean/);
  });
});
