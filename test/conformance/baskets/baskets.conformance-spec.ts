import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { associationRules, basketTableOf, frequentItemSets } from '@tributary/baskets';
import { syntheticBaskets } from '../../support/baskets/synthetic-baskets.ts';

type TheirRule = [string[], string[], number, number, number, number, number | null];
import { pythonEnvironment } from '../../support/python-environment.ts';

interface Reference {
  readonly versions: Record<string, string>;
  readonly seconds: number;
  readonly sets: [string[], number][];
  readonly rules: TheirRule[];
}

const here = (path: string): string => new URL(path, import.meta.url).pathname;
/** A Python environment of the pinned versions. Without Python or the package index this fails, it does not skip. */
const python = (): string => pythonEnvironment('baskets', here('requirements.txt'));

const grouped = (size: number, items: number, mean: number, seed: number): string[][] => {
  const rows = syntheticBaskets(size, items, mean, seed);
  const lists = Array.from({ length: size }, (): string[] => []);
  rows.basket.forEach((basket, at) => lists[basket]?.push(`item-${rows.item[at]}`));
  return lists.map((list) => [...new Set(list)]);
};

describe('conformance with mlxtend (fpgrowth, association_rules), same baskets in the same run', () => {
  it.each([
    ['many items, low support', grouped(5000, 400, 5, 1), 0.004, 0.25],
    ['few items, long sets', grouped(800, 25, 8, 2), 0.05, 0.4],
  ])(
    '%s: the same sets, rules and measures',
    (_, baskets, support, confidence) => {
      const theirs = JSON.parse(
        execFileSync(python(), [here('reference.py')], {
          input: JSON.stringify({ baskets, support, confidence }),
          maxBuffer: 1 << 28,
          encoding: 'utf8',
        }),
      ) as Reference;
      const table = basketTableOf(baskets);
      if ('refused' in table) throw new Error(table.detail);
      const start = performance.now();
      const frequent = frequentItemSets(table, { support });
      if ('refused' in frequent) throw new Error(frequent.detail);
      const rules = associationRules(frequent, { confidence });
      if ('refused' in rules) throw new Error(rules.detail);
      const seconds = (performance.now() - start) / 1000;

      const ours = new Map(
        frequent.sets.map((set) => [
          set.items
            .map((item) => table.items[item] as string)
            .sort()
            .join(),
          set.count / table.baskets,
        ]),
      );
      expect(ours.size).toBe(theirs.sets.length);
      for (const [items, share] of theirs.sets) expect(ours.get(items.join())).toBeCloseTo(share, 12);

      const key = (left: readonly string[], right: readonly string[]): string => `${[...left].sort().join()}>${[...right].sort().join()}`;
      const mine = new Map(rules.map((rule) => [key(rule.antecedent, rule.consequent), rule]));
      expect(mine.size).toBe(theirs.rules.length);
      expect(mine.size).toBeGreaterThan(10);
      for (const [left, right, share, sure, lift, leverage, conviction] of theirs.rules) {
        const rule = mine.get(key(left, right));
        expect(rule?.support).toBeCloseTo(share, 10);
        expect(rule?.confidence).toBeCloseTo(sure, 10);
        expect(rule?.lift).toBeCloseTo(lift, 8);
        expect(rule?.leverage).toBeCloseTo(leverage, 10);
        if (conviction === null) expect(rule?.conviction).toBe(Infinity);
        else expect(rule?.conviction).toBeCloseTo(conviction, 6);
      }
      console.info(
        `${ours.size} sets, ${mine.size} rules; ours ${seconds.toFixed(3)} s, mlxtend ${theirs.versions['mlxtend']} ${theirs.seconds.toFixed(3)} s`,
      );
    },
    300_000,
  );
});
