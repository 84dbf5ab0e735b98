import { describe, expect, it } from '@jest/globals';
import { chebyshevInterpolant } from './chebyshev.ts';

describe('Chebyshev interpolation', () => {
  it('reproduces a smooth function to rounding and a polynomial exactly', () => {
    const exp = chebyshevInterpolant(Math.exp, -1, 2, 24, 1e-13);
    const cubic = chebyshevInterpolant((x) => x ** 3 - 2 * x, 0, 5, 8, 1e-13);
    for (let x = -1; x <= 2; x += 0.037) expect(Math.abs((exp?.(x) ?? NaN) / Math.exp(x) - 1)).toBeLessThan(2e-14);
    for (let x = 0; x <= 5; x += 0.11) expect(Math.abs((cubic?.(x) ?? NaN) - (x ** 3 - 2 * x))).toBeLessThan(1e-12);
    expect(chebyshevInterpolant(Math.cos, 1, 1, 4, 1e-13)?.(1)).toBeCloseTo(Math.cos(1), 14);
  });

  it('declines what is not smooth or not finite, and refuses a broken interval', () => {
    expect(chebyshevInterpolant(Math.abs, -1, 1, 24, 1e-10)).toBeUndefined();
    expect(chebyshevInterpolant(() => NaN, 0, 1, 8, 1e-10)).toBeUndefined();
    expect(() => chebyshevInterpolant(Math.cos, 1, 0, 8, 1e-10)).toThrow(/low, high/);
  });
});
