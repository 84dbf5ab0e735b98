import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@tributary/numerics';
import fc from 'fast-check';
import { CoPurchaseCounts } from './co-purchase-counts.ts';
import { recommend, togetherByChance } from './recommend.ts';
import type { Recommendation } from './recommend.ts';

const shown = (...question: Parameters<typeof recommend>): Recommendation[] => {
  const answer = recommend(...question);
  if ('refused' in answer) throw new Error(answer.detail);
  return answer;
};

describe('CoPurchaseCounts', () => {
  const basket = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });

  it('is the same whatever came and went in between, and survives a snapshot', () => {
    fc.assert(
      fc.property(fc.array(basket, { maxLength: 12 }), fc.array(basket, { maxLength: 6 }), (kept, cancelled) => {
        const straight = new CoPurchaseCounts();
        for (const list of kept) straight.add(list);
        const winding = new CoPurchaseCounts();
        for (const list of [...cancelled, ...[...kept].reverse()]) winding.add(list);
        for (const list of cancelled) winding.remove(list);
        expect(winding.snapshot()).toEqual(straight.snapshot());
        expect(CoPurchaseCounts.from(straight.snapshot()).snapshot()).toEqual(straight.snapshot());
      }),
    );
  });

  it('refuses to take out what never came in', () => {
    expect(() => new CoPurchaseCounts().remove(['a'])).toThrow(RangeError);
  });
});

describe('togetherByChance', () => {
  it("gives the p-value of Fisher's lady tasting tea: 4 of 4 is 1/70, 3 or more 17/70 (Fisher 1935)", () => {
    expect(togetherByChance(4, 4, 4, 8)).toBeCloseTo(1 / 70, 10);
    expect(togetherByChance(3, 4, 4, 8)).toBeCloseTo(17 / 70, 10);
    expect(togetherByChance(0, 4, 4, 8)).toBe(1);
  });

  it('passes from the exact sum to the likelihood ratio without a step', () => {
    // 999.9 expected (exact) against 1000.1 expected (approximate), one standard deviation and a half above.
    const exact = togetherByChance(1045, 9999, 10_000, 100_000);
    const approximate = togetherByChance(1045, 10_001, 10_000, 100_000);
    expect(Math.abs(approximate / exact - 1)).toBeLessThan(0.08);
  });
});

describe('recommend', () => {
  it('finds a planted companion and does not recommend the best-seller to everybody', () => {
    const random = createRandom(11);
    const counts = new CoPurchaseCounts();
    for (let at = 0; at < 4000; at += 1) {
      const list = random.next() < 0.6 ? ['bestseller'] : [];
      if (random.next() < 0.05) list.push('pen', ...(random.next() < 0.4 ? ['ink'] : []));
      else if (random.next() < 0.02) list.push('ink');
      list.push(`tail-${random.integer(300)}`);
      counts.add(list);
    }
    expect(shown(counts, 'pen').map(({ item }) => item)).toEqual(['ink']);
    expect(shown(counts, 'pen')[0]?.lift).toBeGreaterThan(5);
  });

  it('keeps the share of false relations near what was asked for when nothing is related', () => {
    const random = createRandom(5);
    const counts = new CoPurchaseCounts();
    for (let at = 0; at < 3000; at += 1) counts.add(Array.from({ length: 4 }, () => `item-${random.integer(60)}`));
    const found = Array.from({ length: 60 }, (_, at) => shown(counts, `item-${at}`, { falseShare: 0.05 })).filter(
      (list) => list.length > 0,
    );
    expect(found.length).toBeLessThanOrEqual(8);
  });

  it('knows nothing of an item nobody bought', () => {
    expect(recommend(new CoPurchaseCounts(), 'x')).toEqual([]);
  });
});
