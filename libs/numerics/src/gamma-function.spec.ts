import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from './domain-error.ts';
import { digamma, logBeta, logGamma, trigamma } from './gamma-function.ts';

const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.max(Math.abs(wanted), 1e-300);
const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

describe('log-gamma and its slopes', () => {
  it('matches Γ(n) = (n − 1)! and Γ(½) = √π (DLMF 5.4.1, 5.4.6)', () => {
    let factorial = 1;
    for (let n = 2; n <= 25; n += 1) {
      expect(relative(logGamma(n + 1), Math.log((factorial *= n)))).toBeLessThan(4e-15);
    }
    expect(relative(logGamma(0.5), 0.5 * Math.log(Math.PI))).toBeLessThan(1e-15);
  });

  it('matches Abramowitz & Stegun table 6.1, Γ(1.005) … Γ(2), to its ten places', () => {
    const table: readonly (readonly [number, number])[] = [
      [1.005, 0.9971385353],
      [1.1, 0.9513507699],
      [1.25, 0.9064024771],
      [1.5, 0.8862269255],
      [1.75, 0.9190625268],
      [1.9, 0.9617658319],
    ];
    for (const [x, wanted] of table) expect(Math.abs(Math.exp(logGamma(x)) - wanted)).toBeLessThan(6e-11);
  });

  it('matches mpmath 1.3 at 40 digits, next to its zeros at 1 and 2 as well', () => {
    const table: readonly (readonly [number, number])[] = [
      [1e-10, 23.025850929882736],
      [0.3, 1.0957979948180756],
      [0.75, 0.20328095143129538],
      [1 - 1e-9, 5.77215649399226e-10],
      [1.4616321449683622, -0.1214862905358496],
      [2.0000001, 4.227843666532498e-8],
      [7.7, 7.926541356269005],
      [100.25, 360.28455963776423],
      [1e12, 26631021115915.652],
    ];
    for (const [x, wanted] of table) expect(relative(logGamma(x), wanted)).toBeLessThan(3e-15);
  });

  it('matches ψ(1) = −γ, ψ(½) = −γ − 2 ln 2, ψ′(1) = π²/6, ψ′(½) = π²/2 (DLMF 5.4.12–5.4.15, 5.15)', () => {
    const euler = 0.5772156649015329;
    expect(relative(digamma(1), -euler)).toBeLessThan(2e-15);
    expect(relative(digamma(0.5), -euler - 2 * Math.LN2)).toBeLessThan(2e-15);
    expect(relative(trigamma(1), Math.PI ** 2 / 6)).toBeLessThan(1e-15);
    expect(relative(trigamma(0.5), Math.PI ** 2 / 2)).toBeLessThan(1e-15);
  });

  it('digamma is the slope of log-gamma and trigamma that of digamma', () => {
    for (const x of [0.2, 0.9, 1.7, 4.2, 9.99, 33]) {
      const h = 1e-5 * x;
      expect(Math.abs((logGamma(x + h) - logGamma(x - h)) / (2 * h) - digamma(x))).toBeLessThan(1e-8 * Math.max(1, Math.abs(digamma(x))));
      expect(Math.abs((digamma(x + h) - digamma(x - h)) / (2 * h) - trigamma(x))).toBeLessThan(1e-8 * trigamma(x));
    }
  });

  it('keeps Γ(x + 1) = x Γ(x) and B(a, b) = B(b, a) everywhere', () => {
    fc.assert(
      fc.property(positive, (x) => Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x)) <= 1e-14 * Math.max(1, Math.abs(logGamma(x + 1)))),
    );
    fc.assert(fc.property(positive, positive, (a, b) => logBeta(a, b) === logBeta(b, a)));
  });

  it('logBeta keeps its digits when one argument is huge (mpmath 1.3)', () => {
    expect(relative(logBeta(0.5, 1e10), -10.940560522033028)).toBeLessThan(2e-15);
    expect(relative(logBeta(2.4, 300.5), -13.481794220927769)).toBeLessThan(2e-15);
  });

  it('names the argument it refuses', () => {
    for (const x of [0, -1, NaN, Infinity]) {
      expect(() => logGamma(x)).toThrow(DomainError);
      expect(() => digamma(x)).toThrow(/digamma: x must be finite and above 0/);
      expect(() => trigamma(x)).toThrow(DomainError);
    }
    expect(() => logBeta(1, 0)).toThrow(/logBeta: b/);
  });
});
