import { createRandom } from '@tributary/numerics';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seasonalNaive } from '../models/naive.ts';
import { conformalOffset, conformalShape, originErrors, sortedQuantile, sumErrors } from './conformal.ts';
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

  it('80 % intervals cover 74–86 % of what comes, over 120 simulated series of 60 values', () => {
    const random = createRandom(11);
    let inside = 0;
    let count = 0;
    for (let k = 0; k < 120; k++) {
      let level = 10;
      const y = Array.from({ length: 66 }, () => {
        const shock = random.normal();
        const value = level + shock;
        level += 0.3 * shock;
        return value;
      });
      const result = forecast({ values: y.slice(0, 60) }, { horizon: 6, levels: [0.1, 0.9], model: 'theta-dynamic' });
      if (result.refused) throw new Error(result.refused.reason);
      for (let h = 0; h < 6; h++) {
        count++;
        if (
          (y[60 + h] as number) >= (result.quantiles[0.1]?.[h] as number) &&
          (y[60 + h] as number) <= (result.quantiles[0.9]?.[h] as number)
        )
          inside++;
      }
    }
    expect(inside / count).toBeGreaterThan(0.74);
    expect(inside / count).toBeLessThan(0.86);
  });
});
