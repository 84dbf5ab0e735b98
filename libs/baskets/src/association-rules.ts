import type { FrequentItemSets } from './frequent-item-sets.ts';
import { outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';

/** "Who takes these also takes those", with the measures of Agrawal (1994), Brin (1997) and Piatetsky-Shapiro (1991). */
export interface AssociationRule {
  readonly antecedent: readonly string[];
  readonly consequent: readonly string[];
  /** Baskets with all of it. */
  readonly count: number;
  /** P(A and C). */
  readonly support: number;
  /** P(C | A). */
  readonly confidence: number;
  /** confidence / P(C): 1 is independence. */
  readonly lift: number;
  /** P(A and C) − P(A) P(C). */
  readonly leverage: number;
  /** (1 − P(C)) / (1 − confidence); infinite for a rule without exception. */
  readonly conviction: number;
}

/** How to make rules. */
export interface RuleOptions {
  readonly confidence: number;
  readonly lift?: number;
  /** Most items on the right; no limit when absent. */
  readonly maxConsequent?: number;
}

/**
 * Every rule of the frequent sets that reaches the confidence, strongest lift first. Right sides grow item by item and stop
 * where the confidence is lost, because a longer right side only has less of it (Agrawal & Srikant 1994, ap-genrules).
 */
export function associationRules(frequent: FrequentItemSets, options: RuleOptions): AssociationRule[] | BasketRefusal {
  const { confidence, lift = 0, maxConsequent = Infinity } = options;
  const fault = outside('confidence', confidence, 0, 1) ?? outside('lift', lift, 0, Number.MAX_VALUE);
  if (fault !== undefined) return fault;
  const { table, sets } = frequent;
  const counts = new Map(sets.map((set) => [set.items.join(), set.count]));
  const names = (items: readonly number[]): string[] => items.map((item) => table.items[item] as string);
  const rules: AssociationRule[] = [];
  for (const { items, count } of sets) {
    if (items.length < 2) continue;
    let consequents: readonly (readonly number[])[] = items.map((item) => [item]);
    for (let size = 1; size < items.length && size <= maxConsequent && consequents.length > 0; size += 1) {
      const kept: (readonly number[])[] = [];
      for (const consequent of consequents) {
        const antecedent = items.filter((item) => !consequent.includes(item));
        const own = counts.get(antecedent.join()) as number;
        const reached = count / own;
        if (reached < confidence) continue;
        kept.push(consequent);
        const share = (counts.get(consequent.join()) as number) / table.baskets;
        if (reached / share < lift) continue;
        rules.push({
          antecedent: names(antecedent),
          consequent: names(consequent),
          count,
          support: count / table.baskets,
          confidence: reached,
          lift: reached / share,
          leverage: count / table.baskets - (own / table.baskets) * share,
          conviction: reached === 1 ? Infinity : (1 - share) / (1 - reached),
        });
      }
      consequents = longer(kept);
    }
  }
  return rules.sort(
    (a, b) =>
      b.lift - a.lift ||
      b.count - a.count ||
      compare(a.antecedent.join('\u0000'), b.antecedent.join('\u0000')) ||
      compare(a.consequent.join('\u0000'), b.consequent.join('\u0000')),
  );
}

/** Sets one item longer of which two shorter ones share all but the last item. */
function longer(sets: readonly (readonly number[])[]): number[][] {
  return sets.flatMap((first, at) =>
    sets.slice(at + 1).flatMap((second) => {
      const head = first.slice(0, -1);
      return head.every((item, index) => item === second[index]) ? [[...first, second.at(-1) as number]] : [];
    }),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
