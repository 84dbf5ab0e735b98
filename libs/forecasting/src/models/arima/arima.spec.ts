import { createRandom } from '@tributary/numerics';
import { describe, expect, it } from '@jest/globals';
import { arimaAuto } from './arima-auto.ts';
import { fitArima } from './arima-fit.ts';
import { armaInnovations, autocovariances } from './arma-innovations.ts';
import { differencePolynomial, fromPartials, multiplySeasonal } from './polynomials.ts';
import { firstDifferences, kpss } from './unit-root.ts';

const noise = (n: number, seed: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => random.normal());
};

const close = (actual: ArrayLike<number> | undefined, expected: readonly number[]): void => {
  expect(actual?.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual?.[i]).toBeCloseTo(value, 12);
};

/** Monthly airline passengers, 1949–1960 (Box and Jenkins 1976, series G). */
const AIRLINE = [
  112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140, 145, 150, 178,
  163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194, 196, 196, 236, 235, 229, 243,
  264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312,
  274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
  340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419,
  461, 472, 535, 622, 606, 508, 461, 390, 432,
];

describe('ARIMA', () => {
  it('the airline model of log passengers: R prints ma1 −0.4018, sma1 −0.5569, σ² 0.001348, log-likelihood 244.7', () => {
    const order = { p: 0, d: 1, q: 1, P: 0, D: 1, Q: 1, constant: false };
    const fit = fitArima(Float64Array.from(AIRLINE, Math.log), order, 12);
    expect(fit?.parameters.ma1).toBeCloseTo(-0.4018, 3);
    expect(fit?.parameters.ma12).toBeCloseTo(-0.5569, 3);
    expect((fit?.sse ?? 0) / 131).toBeCloseTo(0.001348, 6);
    // AICc = −2 log L − n(1 + log 2π) + 2k + 2k(k + 1)/(n − k − 1), three parameters.
    const logLikelihood = -0.5 * ((fit?.aicc ?? 0) - 6 - 24 / 127 + 131 * (1 + Math.log(2 * Math.PI)));
    expect(logLikelihood).toBeCloseTo(244.7, 1);
  });

  it('exact innovations of an AR(1) and an MA(1) by their closed forms (Brockwell and Davis 1991, examples 5.2.1 and 8.7.1)', () => {
    const x = Float64Array.of(1, -0.5, 2, 0.3);
    const ar = armaInnovations(x, Float64Array.of(0.6), new Float64Array(0));
    close(ar?.variances, [1 / (1 - 0.36), 1, 1, 1]);
    close(ar?.errors, [1, -1.1, 2.3, -0.9]);
    const ma = armaInnovations(x, new Float64Array(0), Float64Array.of(0.9));
    let v = 1.81;
    for (let t = 0; t < 4; t++) {
      expect(ma?.variances[t]).toBeCloseTo(v, 12);
      v = 1.81 - 0.81 / v;
    }
    // γ(0) = (1 + 2φθ + θ²) / (1 − φ²), γ(1) = (φ + θ)(1 + φθ) / (1 − φ²), γ(2) = φ γ(1).
    close(autocovariances(Float64Array.of(0.6), Float64Array.of(0.5), 2), [1.85 / 0.64, 1.43 / 0.64, 0.858 / 0.64]);
  });

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
