import { createRandom } from '@tributary/numerics';
import { describe, expect, it } from '@jest/globals';
import { forecast } from '../forecast/forecast.ts';
import { recurringPhases } from './recurring-phases.ts';

const random = createRandom(52);
/** Two and a half years of weeks in which the 51st falls to half and the 47th doubles. */
const weeks = (length: number): number[] =>
  Array.from({ length }, (_, t) => 100 * (t % 52 === 50 ? 0.5 : t % 52 === 46 ? 2 : 1) + 5 * random.normal());

describe('recurring phases', () => {
  it('finds the weeks that depart every year, shrunk by what chance would make, and leaves the others nearly alone', () => {
    const found = recurringPhases(Float64Array.from(weeks(130)), 52);
    // The moving mean of thirteen weeks takes a thirteenth of the departure with it.
    expect(found?.indices[50]).toBeLessThan(-35);
    expect(found?.indices[46]).toBeGreaterThan(70);
    expect(Math.max(...Array.from(found?.indices.subarray(0, 40) ?? []).map(Math.abs))).toBeLessThan(12);
    expect(found?.freedom).toBeGreaterThan(26);
    expect(found?.freedom).toBeLessThanOrEqual(52);
  });

  it('sees almost nothing in noise and random walks, nor in less than a season and twenty weeks', () => {
    let taken = 0;
    for (let k = 0; k < 200; k++) {
      let level = 100;
      const walk = Float64Array.from({ length: 120 }, () => (level += k % 2 === 0 ? random.normal() : 0) + random.normal());
      if (recurringPhases(walk, 52)) taken++;
    }
    expect(taken).toBeLessThan(10);
    expect(recurringPhases(Float64Array.from(weeks(71)), 52)).toBeUndefined();
  });

  it('a forecast over the end of the year foresees them', () => {
    const all = weeks(52 * 3);
    const result = forecast({ values: all.slice(0, 143), season: 52 }, { horizon: 13 });
    if (result.refused) throw new Error(result.refused.reason);
    // 143 = 2 · 52 + 39: the 47th week is step 8, the 51st is step 12.
    for (const [h, value] of result.mean.entries()) expect(Math.abs(value - (h === 7 ? 200 : h === 11 ? 50 : 100))).toBeLessThan(22);
  });
});
