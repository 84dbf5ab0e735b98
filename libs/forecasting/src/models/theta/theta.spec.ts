import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitTheta } from './theta-fit.ts';
import { runningLines } from './theta-lines.ts';

const series = fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { minLength: 5, maxLength: 40 }).map((y) => Float64Array.from(y));
const ahead = (fit: ReturnType<typeof fitTheta>, n: number, horizon: number): Float64Array => {
  const out = new Float64Array(horizon);
  fit.forecastFrom(n, out);
  return out;
};

describe('Theta', () => {
  it('the running lines are least-squares lines (Fiorucci et al. 2016, eq. 14–16)', () => {
    const y = Float64Array.from([3, 5, 4, 8, 9]);
    const { intercept, slope } = runningLines(y);
    // By hand for the whole series: mean 5.8, slope Σ(t − 3)(y − 5.8)/10 = 15/10.
    expect(slope[5]).toBeCloseTo(1.5, 12);
    expect(intercept[5]).toBeCloseTo(5.8 - 3 * 1.5, 12);
    expect(slope[2]).toBeCloseTo(2, 12);
  });

  it('the standard method is exponential smoothing with half the slope as drift (Hyndman and Billah 2003)', () => {
    fc.assert(
      fc.property(series, (y) => {
        const fit = fitTheta(y, 'standard');
        const { slope } = runningLines(y);
        const out = ahead(fit, y.length, 4);
        const half = (slope[y.length] as number) / 2;
        return [1, 2, 3].every((h) => Math.abs((out[h] as number) - (out[h - 1] as number) - half) < 1e-9);
      }),
    );
  });

  it('variable projection is no worse than any (alpha, theta, level) tried by hand', () => {
    fc.assert(
      fc.property(
        series,
        fc.double({ min: 0.1, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.double({ min: -3, max: 6, noNaN: true }),
        (y, alpha, kappa, l0) => {
          const { intercept, slope } = runningLines(y);
          let level = l0;
          let sse = 0;
          for (let t = 0; t < y.length; t++) {
            const power = (1 - alpha) ** t;
            const mu = level + kappa * (power * (intercept[t] as number) + ((1 - power * (1 - alpha)) / alpha) * (slope[t] as number));
            if (t >= 2) sse += ((y[t] as number) - mu) ** 2;
            level = alpha * (y[t] as number) + (1 - alpha) * level;
          }
          // The search in alpha is a grid with refinement: it may miss a second valley by little.
          return fitTheta(y, 'dynamic-optimised').sse <= sse * 1.02 + 1e-9;
        },
      ),
    );
  });

  it('scales and shifts with the series', () => {
    fc.assert(
      fc.property(series, (y) => {
        const base = ahead(fitTheta(y, 'dynamic-optimised'), y.length, 3);
        const other = ahead(
          fitTheta(
            y.map((v) => 3 * v),
            'dynamic-optimised',
          ),
          y.length,
          3,
        );
        return base.every((value, h) => Math.abs((other[h] as number) - 3 * value) < 1e-6);
      }),
    );
  });
});
