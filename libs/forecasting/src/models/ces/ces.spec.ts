import { describe, expect, it } from '@jest/globals';
import { cesAuto, fitCes } from './ces-fit.ts';

const wave = Float64Array.from({ length: 60 }, (_, t) => 1 + 0.3 * Math.sin((t * Math.PI) / 6) + 0.02 * Math.sin(t * t));

describe('complex exponential smoothing', () => {
  it('on a constant series forecasts the constant', () => {
    const fit = fitCes(new Float64Array(20).fill(2), 'none', 1);
    const out = new Float64Array(3);
    fit?.forecastFrom(20, out);
    for (const value of out) expect(value).toBeCloseTo(2, 2);
  });

  it('with information parameter 1 + i·0 behaves as exponential smoothing: forecasts of a level series stay near its end (Svetunkov et al. 2022, section 2)', () => {
    const y = Float64Array.from({ length: 40 }, (_, t) => 1 + 0.01 * Math.sin(3 * t));
    const out = new Float64Array(10);
    fitCes(y, 'none', 1)?.forecastFrom(40, out);
    for (const value of out) expect(Math.abs(value - 1)).toBeLessThan(0.05);
  });

  it('follows a season and prefers a seasonal kind by AICc', () => {
    const fit = cesAuto(wave, 12);
    expect(fit?.kind).not.toBe('none');
    const out = new Float64Array(12);
    fit?.forecastFrom(60, out);
    for (const [h, value] of out.entries()) expect(Math.abs(value - (1 + 0.3 * Math.sin(((60 + h) * Math.PI) / 6)))).toBeLessThan(0.08);
  });

  it('is not fitted to fewer values than it has parameters, nor to less than two seasons', () => {
    expect(fitCes(Float64Array.from([1, 2, 3, 4]), 'none', 1)).toBeUndefined();
    expect(fitCes(wave.slice(0, 20), 'full', 12)).toBeUndefined();
  });
});
