import { describe, expect, it } from '@jest/globals';
import { DomainError } from './domain-error.ts';
import { hyp2f1, logHyp2f1 } from './hypergeometric.ts';

const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.abs(wanted);

describe('Gauss hypergeometric function', () => {
  it('matches closed forms: ln, arctan, arcsin, powers and polynomials (DLMF 15.4.1–15.4.6, 15.2.4)', () => {
    for (const z of [-4, -0.5, 0.1, 0.5, 0.9, 0.97]) {
      expect(relative(hyp2f1(1, 1, 2, z), -Math.log1p(-z) / z)).toBeLessThan(1e-13);
      expect(relative(hyp2f1(2.5, 1.7, 1.7, z), (1 - z) ** -2.5)).toBeLessThan(1e-12);
    }
    for (const x of [0.2, 0.6, 3]) expect(relative(hyp2f1(0.5, 1, 1.5, -x * x), Math.atan(x) / x)).toBeLessThan(1e-13);
    for (const x of [0.2, 0.6, 0.9]) expect(relative(hyp2f1(0.5, 0.5, 1.5, x * x), Math.asin(x) / x)).toBeLessThan(1e-13);
    expect(relative(hyp2f1(3, -2, 1.5, 0.3), 0.088)).toBeLessThan(1e-13);
  });

  it('matches mpmath 1.3 at 40 digits where BG/NBD goes: large, steep and next to 1', () => {
    const table: readonly (readonly [number, number, number, number, number])[] = [
      [2.243, 4.426, 4.219, 0.47, 4.49303693401162],
      [30.2, 28.4, 29.2, 0.6, 492309072333.4078],
      [0.3, 0.4, 2.2, 0.999, 1.0898110291850551],
      [5, 4, 4.5, 0.9, 29920.854480561986],
      [5, 4, 4.5, 0.99, 940233350.6131754],
      [5, 4, 4.5, 0.99999, 2.9711619430178592e22],
      [100.2, 99.4, 102.2, 0.5, 2.1497594115160156e29],
      [0.243, 2.426, -0.4, 0.5, -6.110076142303484],
      [2, 3, 5, -100, 0.000523575664209747],
      [-0.5, 0.5, 1, 0.99, 0.6468015793608901],
    ];
    for (const [a, b, c, z, wanted] of table) expect(relative(hyp2f1(a, b, c, z), wanted)).toBeLessThan(1e-13);
  });

  it('the logarithmic form agrees and goes on where the value itself overflows', () => {
    expect(relative(logHyp2f1(30.2, 28.4, 29.2, 0.6), Math.log(hyp2f1(30.2, 28.4, 29.2, 0.6)))).toBeLessThan(1e-13);
    // ₂F₁(a, 1; 2; z) = ((1 − z)^(1−a) − 1)/((a − 1) z); the one is below rounding here.
    expect(relative(logHyp2f1(800, 1, 2, 0.9), -799 * Math.log(0.1) - Math.log(799 * 0.9))).toBeLessThan(1e-12);
  });

  it('is symmetric in a and b, and keeps Euler’s and Pfaff’s transformations (DLMF 15.8.1)', () => {
    for (const [a, b, c, z] of [
      [0.7, 2.1, 3.4, 0.6],
      [4.2, 1.1, 6, 0.3],
    ] as const) {
      expect(relative(hyp2f1(a, b, c, z), hyp2f1(b, a, c, z))).toBeLessThan(1e-14);
      expect(relative(hyp2f1(a, b, c, z), (1 - z) ** (c - a - b) * hyp2f1(c - a, c - b, c, z))).toBeLessThan(1e-13);
      expect(relative(hyp2f1(a, b, c, z), (1 - z) ** -a * hyp2f1(a, c - b, c, z / (z - 1)))).toBeLessThan(1e-13);
    }
  });

  it('refuses z ≥ 1, poles and NaN by name', () => {
    expect(() => hyp2f1(1, 1, 2, 1)).toThrow(/hyp2f1: z/);
    expect(() => hyp2f1(1, 1, -2, 0.5)).toThrow(/hyp2f1: c/);
    expect(() => hyp2f1(NaN, 1, 2, 0.5)).toThrow(DomainError);
    expect(() => logHyp2f1(1, 2, 2, 0.5)).toThrow(/logHyp2f1: c must be above b/);
  });
});
