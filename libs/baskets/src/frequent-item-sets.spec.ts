import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { associationRules } from './association-rules.ts';
import type { AssociationRule } from './association-rules.ts';
import { basketTable, basketTableOf } from './basket-table.ts';
import type { BasketTable } from './basket-table.ts';
import { frequentItemSets } from './frequent-item-sets.ts';
import type { FrequentItemSets } from './frequent-item-sets.ts';

const table = (lists: readonly (readonly string[])[]): BasketTable => basketTableOf(lists) as BasketTable;
const mined = (lists: readonly (readonly string[])[], support: number): FrequentItemSets =>
  frequentItemSets(table(lists), { support }) as FrequentItemSets;
const named = ({ table: { items }, sets }: FrequentItemSets): Record<string, number> =>
  Object.fromEntries(
    sets.map((set) => [
      set.items
        .map((item) => items[item])
        .sort()
        .join(''),
      set.count,
    ]),
  );

/** Han, Pei & Yin 2000, table 1: the five transactions of the FP-growth paper, minimum support 3. */
const hanPeiYin = ['facdgimp', 'abcflmo', 'bfhjo', 'bcksp', 'afcelpmn'].map((text) => [...text]);

describe('frequentItemSets', () => {
  it('finds the frequent sets of Han, Pei & Yin (2000), example 1', () => {
    expect(named(mined(hanPeiYin, 0.6))).toEqual({
      f: 4,
      c: 4,
      a: 3,
      b: 3,
      m: 3,
      p: 3,
      cf: 3,
      af: 3,
      ac: 3,
      am: 3,
      cm: 3,
      fm: 3,
      cp: 3,
      acf: 3,
      acm: 3,
      afm: 3,
      cfm: 3,
      acfm: 3,
    });
  });

  it('finds what counting every subset finds', () => {
    const baskets = fc.array(fc.uniqueArray(fc.constantFrom(...'abcdefg'), { maxLength: 6 }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(baskets, fc.double({ min: 0.02, max: 1, noNaN: true }), (lists, support) => {
        const counts = new Map<string, number>();
        for (const list of lists) {
          const own = [...list].sort();
          for (let mask = 1; mask < 1 << own.length; mask += 1) {
            const key = own.filter((_, at) => (mask & (1 << at)) !== 0).join('');
            counts.set(key, (counts.get(key) ?? 0) + 1);
          }
        }
        const least = Math.max(1, Math.ceil(support * lists.length * (1 - 1e-12)));
        expect(named(mined(lists, support))).toEqual(Object.fromEntries([...counts].filter(([, count]) => count >= least)));
      }),
      { numRuns: 60 },
    );
  });

  it('counts a repeated item once and an empty basket as a basket', () => {
    expect(named(mined([['a', 'a'], []], 0.5))).toEqual({ a: 1 });
    expect(named(mined([['a', 'a'], []], 0.51))).toEqual({});
  });

  it('takes 0.001 of 1,000 baskets as one basket, not as two', () => {
    expect(
      mined(
        Array.from({ length: 1000 }, (_, at) => [String(at)]),
        0.001,
      ).leastCount,
    ).toBe(1);
  });

  it('stops at the wanted length and refuses to fill the memory', () => {
    const all = Array.from({ length: 4 }, () => [...'abcdefghijklmnop']);
    const short = frequentItemSets(table(all), { support: 1, maxLength: 2 }) as FrequentItemSets;
    expect(Math.max(...short.sets.map((set) => set.items.length))).toBe(2);
    expect(frequentItemSets(table(all), { support: 1, maxSets: 1000 })).toMatchObject({ refused: 'too-many-sets' });
  });

  it.each([0, -1, 1.1, Number.NaN])('refuses a support of %p', (support) => {
    expect(frequentItemSets(table([['a']]), { support })).toMatchObject({ refused: 'bad-value', field: 'support' });
  });

  it('reads rows in any order and refuses ragged columns', () => {
    const rows = basketTable([2, 1, 2, 1], ['b', 'a', 'a', 'b']) as BasketTable;
    expect(rows.baskets).toBe(2);
    expect(named(frequentItemSets(rows, { support: 1 }) as FrequentItemSets)).toEqual({ a: 2, b: 2, ab: 2 });
    expect(basketTable([1], [])).toMatchObject({ refused: 'ragged-columns' });
    expect(basketTable([], [])).toMatchObject({ refused: 'no-baskets' });
  });
});

describe('associationRules', () => {
  /** Tan, Steinbach & Kumar, Introduction to Data Mining (2006), table 6.1 and section 6.1: {milk, diapers} → {beer}. */
  const market = [
    ['bread', 'milk'],
    ['bread', 'diapers', 'beer', 'eggs'],
    ['milk', 'diapers', 'beer', 'cola'],
    ['bread', 'milk', 'diapers', 'beer'],
    ['bread', 'milk', 'diapers', 'cola'],
  ];

  it('gives support 0.4 and confidence 0.67 to {milk, diapers} → {beer} (Tan, Steinbach & Kumar 2006, example 6.1)', () => {
    const rules = associationRules(mined(market, 0.4), { confidence: 0.5 }) as AssociationRule[];
    const rule = rules.find(
      ({ antecedent, consequent }) => [...antecedent].sort().join() === 'diapers,milk' && consequent.join() === 'beer',
    );
    expect(rule?.support).toBeCloseTo(0.4, 12);
    expect(rule?.confidence).toBeCloseTo(2 / 3, 12);
    expect(rule?.lift).toBeCloseTo(2 / 3 / 0.6, 12);
    expect(rule?.leverage).toBeCloseTo(0.4 - 0.6 * 0.6, 12);
    expect(rule?.conviction).toBeCloseTo(0.4 / (1 / 3), 12);
  });

  it('knows a rule without exception', () => {
    const rules = associationRules(mined(market, 0.4), { confidence: 1 }) as AssociationRule[];
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.every(({ confidence, conviction }) => confidence === 1 && conviction === Infinity)).toBe(true);
  });

  it('makes every rule of every split that reaches the confidence', () => {
    const frequent = mined(hanPeiYin, 0.6);
    const counts = named(frequent);
    const expected: string[] = [];
    for (const key of Object.keys(counts)) {
      for (let mask = 1; mask < (1 << key.length) - 1; mask += 1) {
        const left = [...key].filter((_, at) => (mask & (1 << at)) !== 0).join('');
        const right = [...key].filter((_, at) => (mask & (1 << at)) === 0).join('');
        if ((counts[key] ?? 0) / (counts[left] ?? 1) >= 0.8) expected.push(`${left}>${right}`);
      }
    }
    const rules = associationRules(frequent, { confidence: 0.8 }) as AssociationRule[];
    expect(
      rules.map(({ antecedent, consequent }) => `${[...antecedent].sort().join('')}>${[...consequent].sort().join('')}`).sort(),
    ).toEqual(expected.sort());
  });

  it('refuses a confidence that is none', () => {
    expect(associationRules(mined(market, 0.4), { confidence: Number.NaN })).toMatchObject({ refused: 'bad-value', field: 'confidence' });
  });
});
