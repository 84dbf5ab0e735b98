import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { associationRules } from './association-rules.ts';
import { basketTable, basketTableOf } from './basket-table.ts';
import { conversionUplift, valueUplift } from './campaign-uplift.ts';
import { CoPurchaseCounts } from './co-purchase-counts.ts';
import { frequentItemSets } from './frequent-item-sets.ts';
import { promotionLift } from './promotion-lift.ts';
import { recommend } from './recommend.ts';
import { conversionSampleSize, valueSampleSize } from './sample-size.ts';
import { sequentialTest } from './sequential-test.ts';

/** Every place of an answer that is no number. */
const nanIn = (answer: unknown, path = ''): string[] => {
  if (typeof answer === 'number') return Number.isNaN(answer) ? [path] : [];
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) => nanIn(value, `${path}.${key}`));
};
const refusedField = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null && 'refused' in answer ? String((answer as { field?: unknown }).field) : undefined;

/** Anything a caller may pass for a number. */
const anything = fc.oneof(
  fc.double(),
  fc.integer({ min: -2, max: 200 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.5, 1e12, 1e-9, 1e160, 1e300, 5e-324),
);
const rate = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), anything);
const group = fc.record({ size: anything, converted: anything });
const values = fc.record({ size: anything, sum: anything, sumOfSquares: anything });
const honest = fc
  .record({
    size: fc.integer({ min: 2, max: 10_000 }),
    mean: fc.constantFrom(0, 1e-9, 1, 1e12, 1e150),
    deviation: fc.constantFrom(0, 1e-9, 1, 1e12),
  })
  .map(({ size, mean, deviation }) => ({ size, sum: size * mean, sumOfSquares: size * mean * mean + (size - 1) * deviation * deviation }));
const series = fc.record({ before: fc.array(anything, { maxLength: 5 }), during: fc.array(anything, { maxLength: 5 }) });

describe('every function answers or refuses, and no NaN leaves', () => {
  it('uplift, sample sizes and the sequential test, whatever is passed', () => {
    fc.assert(
      fc.property(group, group, fc.oneof(values, honest), fc.oneof(values, honest), rate, anything, (g1, g2, v1, v2, level, other) => {
        const power = { alpha: level, power: level, ratio: other };
        const answers = [
          conversionUplift(g1, g2, level),
          valueUplift(v1, v2, level),
          valueUplift(v1, v2),
          sequentialTest(v1, v2, other, level),
          sequentialTest(v1, v2, 0.1),
          conversionSampleSize(level, other, power),
          conversionSampleSize(level, 0.5),
          valueSampleSize(other, level, power),
          valueSampleSize(other, 1),
        ];
        expect(nanIn(answers)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('promotion lift', () => {
    fc.assert(
      fc.property(series, fc.option(series, { nil: undefined }), rate, (promoted, heldOut, level) => {
        expect(nanIn([promotionLift(promoted, heldOut, level), promotionLift(promoted)])).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('tables, sets and rules', () => {
    const label = fc.oneof(fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 3 }), fc.constantFrom(NaN, Infinity));
    const rows = fc.array(fc.tuple(label, label), { maxLength: 20 });
    fc.assert(
      fc.property(rows, rate, rate, anything, (pairs, support, confidence, lift) => {
        const table = basketTable(
          pairs.map(([basket]) => basket),
          pairs.map(([, item]) => item),
        );
        const lists = basketTableOf([pairs.map(([, item]) => item), []]);
        if ('refused' in table) {
          expect(['basket', 'item']).toContain(table.field.replace(/\[.*/, ''));
          return;
        }
        expect(refusedField(lists)).toBe(pairs.some(([, item]) => Number.isNaN(item)) ? 'item[0]' : undefined);
        // What is named in an answer tells two items apart.
        expect(new Set(table.items).size).toBe(table.items.length);
        const sets = frequentItemSets(table, { support });
        if ('refused' in sets) return;
        expect(nanIn(sets.sets)).toEqual([]);
        expect(nanIn([associationRules(sets, { confidence }), associationRules(sets, { confidence, lift })])).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('recommendations', () => {
    const basket = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(basket, { maxLength: 30 }), anything, rate, anything, (baskets, leastTogether, falseShare, popularity) => {
        const counts = new CoPurchaseCounts();
        for (const own of baskets) counts.add(own);
        // Enough of them together that there is something to recommend.
        for (let at = 0; at < 60; at += 1) counts.add(at % 3 === 0 ? ['a', 'b'] : ['c', 'd']);
        expect(nanIn(recommend(counts, 'a', { leastTogether, falseShare, popularity, count: popularity }))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('a level that rounds to 1 has no interval: the level is refused', () => {
    const level = 1 - Number.EPSILON / 2;
    expect(refusedField(conversionUplift({ size: 100, converted: 10 }, { size: 100, converted: 5 }, level))).toBe('level');
    const sums = { size: 100, sum: 10, sumOfSquares: 10 };
    expect(refusedField(valueUplift(sums, { ...sums, sum: 5 }, level))).toBe('level');
  });

  it('names the field that is NaN', () => {
    const group100 = { size: 100, converted: 10 };
    const sums = { size: 100, sum: 10, sumOfSquares: 10 };
    expect(refusedField(conversionUplift({ size: NaN, converted: 1 }, group100))).toBe('treated.size');
    expect(refusedField(conversionUplift(group100, { size: 100, converted: NaN }))).toBe('heldOut.converted');
    expect(refusedField(conversionUplift(group100, group100, NaN))).toBe('level');
    expect(refusedField(valueUplift({ ...sums, sumOfSquares: NaN }, sums))).toBe('treated.sumOfSquares');
    expect(refusedField(sequentialTest(sums, { ...sums, sum: NaN }, 0.1))).toBe('heldOut.sum');
    expect(refusedField(sequentialTest(sums, sums, NaN))).toBe('expected');
    expect(refusedField(promotionLift({ before: [1, NaN], during: [1, 2] }))).toBe('promoted.before[1]');
    expect(refusedField(conversionSampleSize(NaN, 0.5))).toBe('from');
    expect(refusedField(valueSampleSize(NaN, 1))).toBe('difference');
    expect(refusedField(recommend(new CoPurchaseCounts(), 'a', { popularity: NaN }))).toBe('popularity');
    expect(refusedField(basketTable([1, NaN], [1, 2]))).toBe('basket[1]');
    expect(refusedField(basketTableOf([[1], [2, NaN]]))).toBe('item[1]');
  });
});
