import { describe, expect, it } from '@jest/globals';
import { brent, increasingRoot } from './increasing-root.ts';
import { gaussLegendre, integrate, integrateUnit } from './quadrature.ts';

describe('quadrature', () => {
  it('Gauss–Legendre nodes match Abramowitz & Stegun table 25.4 (n = 5) and integrate degree 2n − 1 exactly', () => {
    const { nodes, weights } = gaussLegendre(5);
    expect(nodes[4]).toBeCloseTo(0.906179845938664, 14);
    expect(weights[4]).toBeCloseTo(0.236926885056189, 14);
    expect(weights[2]).toBeCloseTo(0.568888888888889, 14);
    expect(nodes.reduce((sum, x, i) => sum + (weights[i] as number) * x ** 8, 0)).toBeCloseTo(2 / 9, 14);
    expect(gaussLegendre(32).weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(2, 13);
  });

  it('tanh-sinh takes end-point singularities: ∫ dx/√(x(1 − x)) = π, ∫ ln x = −1', () => {
    expect(integrateUnit((x, rest) => 1 / Math.sqrt(x * rest)).value).toBeCloseTo(Math.PI, 12);
    expect(integrateUnit((x) => Math.log(x)).value).toBeCloseTo(-1, 13);
  });

  it('integrates over any interval, and says when it does not converge', () => {
    expect(integrate(Math.sin, 0, Math.PI).value).toBeCloseTo(2, 13);
    expect(integrate((x) => Math.exp(-100 * x), 0, 1).value).toBeCloseTo(0.01, 14);
    expect(integrateUnit((x) => Math.sin(1e5 * x)).converged).toBe(false);
    expect(() => integrate(Math.sin, 0, Infinity)).toThrow(/finite/);
  });

  it('finds roots: Brent on cos x = x, and outward from a bad guess', () => {
    expect(brent((x) => x - Math.cos(x), 0, 1)).toBeCloseTo(0.7390851332151607, 14);
    expect(increasingRoot((x) => x ** 3 - 1e9, -5)).toBeCloseTo(1000, 9);
    expect(() => increasingRoot(() => 1, 0)).toThrow(/crosses 0/);
  });
});
