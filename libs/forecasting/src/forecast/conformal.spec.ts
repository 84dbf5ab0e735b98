import { createRandom } from '@tributary/numerics';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seasonalNaive } from '../models/naive.ts';
import { conformalOffset, conformalShape, originErrors, sortedQuantile, sumErrors } from './conformal.ts';
import type { ConformalShape, OriginErrors } from './conformal.ts';
import { forecast } from './forecast.ts';

describe('conformal quantiles', () => {
  it('origin errors of the naive method, by hand, without unknown periods', () => {
    const y = Float64Array.from([1, 3, 2, 6]);
    const { errors, sums } = originErrors(seasonalNaive(y, 1), y, undefined, 2);
    expect(errors.map((row) => Array.from(row))).toEqual([
      [2, -1, 4],
      [1, 3],
    ]);
    expect(Array.from(sums)).toEqual([3, 2]);
    expect(Array.from(originErrors(seasonalNaive(y, 1), y, [true, true, false, true], 1).errors[0] ?? [])).toEqual([2, 4]);
    expect(sumErrors(seasonalNaive(y, 1), y, undefined, 2).errors.map((row) => Array.from(row))).toEqual([
      [2, -1, 4],
      [3, 2],
    ]);
  });

  it('type 7 quantiles (Hyndman and Fan 1996)', () => {
    expect(sortedQuantile(Float64Array.from([1, 2, 3, 4]), 0.5)).toBe(2.5);
    expect(sortedQuantile(Float64Array.from([1, 2, 3, 4]), 0.25)).toBe(1.75);
  });

  it('offsets rise with the level and the spread never falls with the step', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 40 }), (values) => {
        const y = Float64Array.from(values);
        const shape = conformalShape(originErrors(seasonalNaive(y, 1), y, undefined, 4), 1);
        const offsets = [0.05, 0.2, 0.5, 0.8, 0.95].map((level) => conformalOffset(shape, 2, level));
        return (
          offsets.every((offset, i) => i === 0 || offset >= (offsets[i - 1] as number)) &&
          shape.spread.every((s, h) => h === 0 || s >= (shape.spread[h - 1] as number))
        );
      }),
    );
  });

  it('stretches to the quantiles of Student’s t, to 2 % (R: qt)', () => {
    const shape = (degrees: number): ConformalShape => ({
      spread: Float64Array.of(1),
      standardised: new Float64Array(0),
      origins: 0,
      degrees: Float64Array.of(degrees),
    });
    for (const [level, degrees, t] of [
      [0.9, 5, 1.475884],
      [0.9, 20, 1.325341],
      [0.975, 10, 2.228139],
      [0.1, 3, -1.637744],
    ] as const)
      expect(Math.abs(conformalOffset(shape(degrees), 0, level) / t - 1)).toBeLessThan(0.02);
  });

  it('believes recent errors more, and is wider the more was estimated from the history', () => {
    const errors = (sizes: (i: number) => number): OriginErrors => ({
      errors: [Float64Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : -1) * sizes(i))],
      sums: new Float64Array(0),
    });
    const spread = (of: OriginErrors, freedom: number): number => conformalShape(of, freedom).spread[0] as number;
    const growing = spread(
      errors((i) => (i < 30 ? 1 : 3)),
      2,
    );
    const shrinking = spread(
      errors((i) => (i < 30 ? 3 : 1)),
      2,
    );
    expect(growing).toBeGreaterThan(1.3 * shrinking);
    // (60 + k) / (60 − k), and one more for the spread itself.
    expect(
      spread(
        errors(() => 1),
        2,
      ),
    ).toBeCloseTo(Math.sqrt(63 / 57), 10);
    expect(
      spread(
        errors(() => 1),
        14,
      ),
    ).toBeCloseTo(Math.sqrt(75 / 45), 10);
  });

  it.each([
    [30, 'ses'],
    [40, 'theta-dynamic'],
    [80, 'theta-dynamic'],
  ] as const)('80 %% intervals cover 76–84 %% of what comes after %i values (%s), over 200 simulated series', (length, model) => {
    const random = createRandom(11 + length);
    let inside = 0;
    let count = 0;
    for (let k = 0; k < 200; k++) {
      let level = 10;
      const y = Array.from({ length: length + 6 }, () => {
        const shock = random.normal();
        const value = level + shock;
        level += 0.3 * shock;
        return value;
      });
      const result = forecast({ values: y.slice(0, length) }, { horizon: 6, levels: [0.1, 0.9], model });
      if (result.refused) throw new Error(result.refused.reason);
      for (let h = 0; h < 6; h++) {
        count++;
        const value = y[length + h] as number;
        if (value >= (result.quantiles[0.1]?.[h] as number) && value <= (result.quantiles[0.9]?.[h] as number)) inside++;
      }
    }
    expect(inside / count).toBeGreaterThan(0.76);
    expect(inside / count).toBeLessThan(0.84);
  });
});
