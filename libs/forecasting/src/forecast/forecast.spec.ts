import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { forecast } from './forecast.ts';
import type { Forecast } from './forecast.ts';
import { MODEL_NAMES } from './model-registry.ts';

const LEVELS = [0.1, 0.5, 0.9];
const answer = (outcome: ReturnType<typeof forecast>): Forecast => {
  if (outcome.refused) throw new Error(`${outcome.refused.field}: ${outcome.refused.reason}`);
  return outcome;
};
const numbersOf = (result: Forecast): number[] => [
  ...result.mean,
  ...Object.values(result.quantiles).flat(),
  ...result.candidates.map((c) => c.error),
];

const anySeries = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 5 }),
    fc.constant(0),
    fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    fc.constantFrom(1e12, 1e-9, -1e12),
  ),
  { minLength: 1, maxLength: 40 },
);

describe('forecast', () => {
  it('answers every finite series with finite, ordered quantiles', () => {
    fc.assert(
      fc.property(anySeries, fc.constantFrom(1, 4, 7), fc.constantFrom('auto' as const, ...MODEL_NAMES), (values, season, model) => {
        const result = forecast({ values, season }, { horizon: 3, levels: LEVELS, nonnegative: true, model });
        if (result.refused) return result.refused.code === 'too-short';
        const [low = [], middle = [], high = []] = LEVELS.map((level) => result.quantiles[level]);
        return (
          numbersOf(result).every((value) => Number.isFinite(value)) &&
          result.mean.every((value) => value >= 0) &&
          low.every((value, h) => value >= 0 && value <= (middle[h] as number) && (middle[h] as number) <= (high[h] as number))
        );
      }),
      { numRuns: 60 },
    );
  });

  it('auto answers one observation, a constant and all zeros', () => {
    expect(answer(forecast({ values: [5] }, { horizon: 2, levels: LEVELS })).mean).toEqual([5, 5]);
    const constant = answer(forecast({ values: new Array<number>(30).fill(7), season: 12 }, { horizon: 3, levels: LEVELS }));
    for (const value of [...constant.mean, ...Object.values(constant.quantiles).flat()]) expect(value).toBeCloseTo(7, 3);
    const zeros = answer(forecast({ values: [0, 0, 0, 0] }, { horizon: 2, levels: LEVELS }));
    expect(zeros).toMatchObject({ model: 'zero', demandClass: 'no-demand', mean: [0, 0] });
  });

  it('refuses by name', () => {
    const options = { horizon: 2, levels: LEVELS };
    expect(forecast({ values: [] }, options).refused).toMatchObject({ code: 'empty', field: 'series.values' });
    expect(forecast({ values: [1, Number.NaN, 2] }, options).refused).toMatchObject({ code: 'not-finite', field: 'series.values[1]' });
    expect(forecast({ values: [1, 2], known: [true] }, options).refused).toMatchObject({ code: 'length-mismatch', field: 'series.known' });
    expect(forecast({ values: [1, 2], known: [false, false] }, options).refused).toMatchObject({ code: 'no-known-value' });
    expect(forecast({ values: [1, 2], season: 0 }, options).refused).toMatchObject({ code: 'bad-option', field: 'series.season' });
    expect(forecast({ values: [1, 2] }, { horizon: 0 }).refused).toMatchObject({ code: 'bad-option', field: 'options.horizon' });
    expect(forecast({ values: [1, 2] }, { horizon: 1, levels: [0.5, 1] }).refused).toMatchObject({ field: 'options.levels[1]' });
    expect(forecast({ values: [1, 2, 3] }, { horizon: 1, model: 'holt-damped' }).refused).toMatchObject({ code: 'too-short' });
  });

  it('scales with the series', () => {
    const values = Array.from({ length: 48 }, (_, t) => 20 + t / 4 + 5 * Math.sin((t * Math.PI) / 6) + Math.sin(t * t));
    const base = answer(forecast({ values, season: 12 }, { horizon: 6, levels: LEVELS }));
    for (const factor of [1e12, 1e-9]) {
      const scaled = answer(forecast({ values: values.map((y) => y * factor), season: 12 }, { horizon: 6, levels: LEVELS }));
      for (const [i, value] of numbersOf(scaled).entries()) expect(value / factor / (numbersOf(base)[i] as number)).toBeCloseTo(1, 5);
    }
  });

  it('shifts with the series, where the model has no natural zero', () => {
    const values = Array.from({ length: 48 }, (_, t) => 20 + t / 4 + 5 * Math.sin((t * Math.PI) / 6) + Math.sin(t * t));
    for (const model of ['naive', 'seasonal-naive', 'mean', 'drift', 'ses', 'holt', 'holt-damped', 'theta', 'theta-dynamic'] as const) {
      const ask = (by: number) => answer(forecast({ values: values.map((y) => y + by), season: 1 }, { horizon: 6, levels: LEVELS, model }));
      const [base, shifted] = [ask(0), ask(500)];
      for (const level of LEVELS)
        for (let h = 0; h < 6; h++)
          expect(Math.abs((shifted.quantiles[level]?.[h] as number) - 500 - (base.quantiles[level]?.[h] as number))).toBeLessThan(0.1);
    }
  });

  it('ignores what unknown periods hold', () => {
    const values = Array.from({ length: 40 }, (_, t) => 10 + 3 * Math.sin((t * Math.PI) / 2) + Math.sin(t * t));
    const known = values.map((_, t) => t % 9 !== 4);
    const spoilt = values.map((y, t) => (known[t] ? y : Number.NaN));
    const options = { horizon: 4, levels: LEVELS };
    expect(forecast({ values: spoilt, known, season: 4 }, options)).toEqual(forecast({ values, known, season: 4 }, options));
  });
});
