import { createRandom } from '@tributary/numerics';
import { describe, expect, it } from '@jest/globals';
import { forecast } from '../forecast/forecast.ts';
import type { ModelName } from '../forecast/model-registry.ts';
import { seasonalNaive } from '../models/naive.ts';
import { adjustLongSeasons } from './long-seasons.ts';

const wave = (season: number, t: number, shift = 0): number => Math.sin((2 * Math.PI * t) / season + shift);

/** Mean absolute error of a forecast of what comes after the history. */
function errorOf(model: ModelName | 'auto', season: readonly number[], all: readonly number[], horizon: number): number {
  const result = forecast({ values: all.slice(0, -horizon), season }, { horizon, model });
  if (result.refused) throw new Error(result.refused.reason);
  return result.mean.reduce((sum, mean, h) => sum + Math.abs(mean - (all[all.length - horizon + h] as number)) / horizon, 0);
}

describe('long seasons', () => {
  it.each([
    ['52 weeks in two and a half years', 52, 130, 26, 'auto'],
    ['365 days in three years', 365, 1095, 60, 'theta-dynamic'],
  ] as const)(
    '%s: waves by regression forecast it nearly to its noise, closer than last year does',
    (_, season, length, horizon, model) => {
      const random = createRandom(season);
      const all = Array.from(
        { length: length + horizon },
        (_value, t) => 100 + 20 * wave(season, t) + 8 * wave(season / 2, t, 1) + 4 * random.normal(),
      );
      // The mean absolute value of the noise alone is 4·√(2/π) = 3.2.
      expect(errorOf(model, [season], all, horizon)).toBeLessThan(4.2);
      expect(errorOf(model, [season], all, horizon)).toBeLessThan(0.9 * errorOf('seasonal-naive', [season], all, horizon));
      expect(errorOf(model, [], all, horizon)).toBeGreaterThan(6);
    },
  );

  it('hours of the day and of the week: MSTL forecasts both nearly to their noise, closer than last week does', () => {
    const random = createRandom(7);
    const weekday = [1, 1.1, 1, 1.05, 1.3, 0.6, 0.4];
    const all = Array.from(
      { length: 6 * 168 + 72 },
      (_, t) => 50 * (weekday[Math.floor(t / 24) % 7] as number) + 15 * wave(24, t) + 3 * random.normal(),
    );
    expect(errorOf('theta-dynamic', [24, 168], all, 72)).toBeLessThan(3.6);
    expect(errorOf('theta-dynamic', [24, 168], all, 72)).toBeLessThan(errorOf('seasonal-naive', [24, 168], all, 72));
    expect(errorOf('theta-dynamic', [24], all, 72)).toBeGreaterThan(6);
  });

  it('noise that is said to have seasons gets almost none', () => {
    const random = createRandom(3);
    const values = Float64Array.from({ length: 5 * 168 }, () => 1 + 0.2 * random.normal());
    const restored = adjustLongSeasons(values, [24, 168])?.restore(seasonalNaive(new Float64Array(values.length).fill(1), 1));
    const out = new Float64Array(168);
    restored?.forecastFrom(values.length, out);
    for (const value of out) expect(Math.abs(value - 1)).toBeLessThan(0.1);
    expect(restored?.freedom).toBe(23 + 167);
  });
});
