import { createRandom } from '@tributary/numerics';
import { describe, expect, it } from '@jest/globals';
import { arimaAuto } from './arima-auto.ts';
import { fitArima } from './arima-fit.ts';
import { differencePolynomial, fromPartials, multiplySeasonal } from './polynomials.ts';
import { firstDifferences, kpss } from './unit-root.ts';

const noise = (n: number, seed: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => random.normal());
};

describe('ARIMA', () => {
  it('difference polynomial of the airline model: (1 − B)(1 − B⁴) = 1 − B − B⁴ + B⁵', () => {
    expect(Array.from(differencePolynomial(1, 1, 4))).toEqual([-1, 0, 0, -1, 1]);
  });

  it('partials of an AR(2) by the Durbin–Levinson recursion: φ₂ = r₂, φ₁ = r₁(1 − r₂)', () => {
    const [first, second] = fromPartials([0.5, 0.3]);
    expect(first).toBeCloseTo(0.5 * 0.7, 12);
    expect(second).toBeCloseTo(0.3, 12);
  });

  it('seasonal factors multiply: (1 − aB)(1 − bB²) and (1 + aB)(1 + bB²)', () => {
    expect(Array.from(multiplySeasonal(Float64Array.of(0.5), Float64Array.of(0.4), 2, -1))).toEqual([0.5, 0.4, -0.2]);
    expect(Array.from(multiplySeasonal(Float64Array.of(0.5), Float64Array.of(0.4), 2, 1))).toEqual([0.5, 0.4, 0.2]);
  });

  it('recovers the coefficient of a simulated AR(1) within three standard errors', () => {
    const e = noise(400, 5);
    const y = new Float64Array(400);
    for (let t = 1; t < 400; t++) y[t] = 0.7 * (y[t - 1] as number) + (e[t] as number);
    const fit = fitArima(y, { p: 1, d: 0, q: 0, P: 0, D: 0, Q: 0, constant: true }, 1);
    expect(Math.abs((fit?.parameters.ar1 ?? 0) - 0.7)).toBeLessThan(3 * Math.sqrt((1 - 0.49) / 400));
  });

  it('a random walk with drift forecasts the line through its ends', () => {
    const y = Float64Array.from([1, 3, 2, 6, 9]);
    const out = new Float64Array(2);
    fitArima(y, { p: 0, d: 1, q: 0, P: 0, D: 0, Q: 0, constant: true }, 1)?.forecastFrom(5, out);
    expect(out[0]).toBeCloseTo(11, 3);
    expect(out[1]).toBeCloseTo(13, 3);
  });

  it('KPSS counts differences: none for noise, one for a random walk', () => {
    const e = noise(200, 1);
    let level = 0;
    const walk = Float64Array.from(e, (v) => (level += v));
    expect(firstDifferences(Float64Array.from(e))).toBe(0);
    expect(firstDifferences(walk)).toBe(1);
    expect(kpss(new Float64Array(20).fill(3))).toBe(0);
  });

  it('chooses some model for a short series, none for three values', () => {
    expect(arimaAuto(Float64Array.from([1, 2, 1.5, 1.8, 2.2, 1.9, 2.1, 2.4]), 1)).toBeDefined();
    expect(arimaAuto(Float64Array.from([1, 2, 3]), 1)).toBeUndefined();
  });
});
