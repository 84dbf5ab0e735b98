import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@tributary/numerics';
import { conversionUplift, valueUplift } from './campaign-uplift.ts';
import type { Uplift } from './campaign-uplift.ts';
import { promotionLift } from './promotion-lift.ts';
import type { PromotionLift } from './promotion-lift.ts';
import { conversionSampleSize, valueSampleSize } from './sample-size.ts';
import { sequentialTest } from './sequential-test.ts';
import type { SequentialResult } from './sequential-test.ts';
import type { ValueGroup } from './value-group.ts';

const group = (values: readonly number[]): ValueGroup => ({
  size: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  sumOfSquares: values.reduce((a, b) => a + b * b, 0),
});

describe('conversionUplift', () => {
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 10, 0.6075, 1],
    [0, 10, 0, 20, -0.1611, 0.2775],
  ])('gives %i/%i − %i/%i the interval %d … %d of Newcombe (1998), table II, method 10', (a, m, b, n, low, high) => {
    const { difference } = conversionUplift({ size: m, converted: a }, { size: n, converted: b }) as Uplift;
    expect(difference.low).toBeCloseTo(low, 4);
    expect(difference.high).toBeCloseTo(high, 4);
  });

  it('says nothing relative where the hold-out never converts, and refuses impossible counts by name', () => {
    expect((conversionUplift({ size: 10, converted: 1 }, { size: 10, converted: 0 }) as Uplift).relative).toBeUndefined();
    expect(conversionUplift({ size: 10, converted: 11 }, { size: 10, converted: 0 })).toMatchObject({
      refused: 'bad-value',
      field: 'treated.converted',
    });
    expect(conversionUplift({ size: 0, converted: 0 }, { size: 10, converted: 0 })).toMatchObject({ field: 'treated.size' });
    expect(conversionUplift({ size: 10, converted: 0 }, { size: 10, converted: 0 })).toMatchObject({ pValue: 1 });
  });
});

describe('valueUplift', () => {
  /** Welch's test as in the R documentation's sleep data (Student 1908): t = −1.8608, df = 17.776, p = 0.07939. */
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

  it("reproduces Welch's test on Student's sleep data (1908): p = 0.07939, interval −3.3654832 … 0.2054832", () => {
    const { difference, pValue } = valueUplift(group(first), group(second)) as Uplift;
    expect(pValue).toBeCloseTo(0.07939, 5);
    expect(difference.low).toBeCloseTo(-3.3654832, 6);
    expect(difference.high).toBeCloseTo(0.2054832, 6);
  });

  it('refuses identical values and NaN by name', () => {
    expect(valueUplift(group([1, 1]), group([1, 1]))).toMatchObject({ refused: 'no-variation' });
    expect(valueUplift({ size: 2, sum: Number.NaN, sumOfSquares: 1 }, group([1, 2]))).toMatchObject({ field: 'treated.sum' });
  });

  it('covers the true ratio about as often as it says', () => {
    const random = createRandom(3);
    let covered = 0;
    for (let run = 0; run < 400; run += 1) {
      const draw = (mean: number): ValueGroup => group(Array.from({ length: 60 }, () => mean * random.gamma(2, 2)));
      const { relative } = valueUplift(draw(12), draw(10)) as Uplift;
      if (relative !== undefined && relative.low <= 0.2 && relative.high >= 0.2) covered += 1;
    }
    expect(covered / 400).toBeGreaterThan(0.91);
    expect(covered / 400).toBeLessThan(0.985);
  });
});

describe('promotionLift', () => {
  it('takes the season out with a hold-out: sales doubled everywhere are no lift', () => {
    const before = [10, 12, 11, 9, 10];
    const during = [20, 24, 22, 18, 20];
    const alone = promotionLift({ before, during }) as PromotionLift;
    expect(alone.lift.estimate).toBeCloseTo(1, 10);
    const against = promotionLift({ before, during }, { before: [5, 6, 5, 4, 5], during: [10, 12, 10, 8, 10] }) as PromotionLift;
    expect(against.lift.estimate).toBeCloseTo(0, 10);
    expect(against.extraUnits).toBeCloseTo(0, 8);
    expect(against.lift.low).toBeLessThan(0);
    expect(against.lift.high).toBeGreaterThan(0);
  });

  it('refuses one period, negative sales and nothing sold, by name', () => {
    expect(promotionLift({ before: [1], during: [1, 2] })).toMatchObject({ field: 'promoted.before' });
    expect(promotionLift({ before: [1, -1], during: [1, 2] })).toMatchObject({ field: 'promoted.before[1]' });
    expect(promotionLift({ before: [0, 0], during: [1, 2] })).toMatchObject({ refused: 'no-variation' });
  });
});

describe('sample size', () => {
  it('needs 356 (80 % power) and 477 (90 %) per group for 0.6 against 0.7, without continuity correction (Fleiss, Levin & Paik 2003)', () => {
    expect(conversionSampleSize(0.6, 0.7, { power: 0.9 })).toEqual({ treated: 477, heldOut: 477 });
    expect(conversionSampleSize(0.6, 0.7, { power: 0.8 })).toEqual({ treated: 356, heldOut: 356 });
  });

  it('needs 63 per group for half a standard deviation by the normal approximation (Cohen 1988: 64 with t)', () => {
    expect(valueSampleSize(0.5, 1)).toEqual({ treated: 63, heldOut: 63 });
  });

  it('gives a small hold-out more treated customers', () => {
    const size = conversionSampleSize(0.05, 0.06, { ratio: 9 }) as { treated: number; heldOut: number };
    expect(size.treated / size.heldOut).toBeCloseTo(9, 2);
    expect(conversionSampleSize(0.05, 0.05)).toMatchObject({ field: 'to' });
    expect(conversionSampleSize(Number.NaN, 0.05)).toMatchObject({ field: 'from' });
  });
});

describe('sequentialTest', () => {
  const look = (random: ReturnType<typeof createRandom>, effect: number): boolean => {
    let [t, h]: [ValueGroup, ValueGroup] = [
      { size: 0, sum: 0, sumOfSquares: 0 },
      { size: 0, sum: 0, sumOfSquares: 0 },
    ];
    const grown = (own: ValueGroup, mean: number): ValueGroup => {
      const values = Array.from({ length: 50 }, () => mean + random.normal());
      const more = group(values);
      return { size: own.size + more.size, sum: own.sum + more.sum, sumOfSquares: own.sumOfSquares + more.sumOfSquares };
    };
    for (let day = 0; day < 40; day += 1) {
      t = grown(t, effect);
      h = grown(h, 0);
      if ((sequentialTest(t, h, 0.1) as SequentialResult).decided) return true;
    }
    return false;
  };

  it('keeps its promise under forty daily looks, which a plain 5 % test breaks several times over', () => {
    const random = createRandom(17);
    const wrong = Array.from({ length: 300 }, () => look(random, 0)).filter(Boolean).length;
    expect(wrong / 300).toBeLessThanOrEqual(0.05);
  });

  it('finds an effect of the expected size', () => {
    const random = createRandom(18);
    const found = Array.from({ length: 60 }, () => look(random, 0.15)).filter(Boolean).length;
    expect(found / 60).toBeGreaterThan(0.85);
  });

  it('decides exactly when its interval leaves zero out', () => {
    const random = createRandom(4);
    for (let run = 0; run < 50; run += 1) {
      const values = (): ValueGroup => group(Array.from({ length: 200 }, () => random.normal() + random.next() * 0.3));
      const { difference, decided } = sequentialTest(values(), values(), 0.1) as SequentialResult;
      expect(decided).toBe(difference.low > 0 || difference.high < 0);
    }
  });
});
