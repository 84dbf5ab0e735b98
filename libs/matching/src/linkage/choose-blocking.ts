import { createRandom } from '@tributary/numerics';
import type { PatternTable } from './agreement-patterns.ts';
import type { BlockingAtom } from './blocking-atoms.ts';
import { ruleCost, ruleKeys } from './candidate-pairs.ts';
import type { CompiledRule } from './candidate-pairs.ts';
import { coverMatches, reportRules, simulateRules } from './cover-matches.ts';
import type { BlockingChoice } from './cover-matches.ts';
import type { EncodedField } from './encode-table.ts';
import { pairsInAll } from './random-pairs.ts';
import { survivingAtoms } from './surviving-atoms.ts';
import type { CostedRule } from './surviving-atoms.ts';

const sampleSize = 20_000;

/**
 * Chooses blocking rules within a budget of pairs. Every single atom and every two atoms of different columns are candidates; a cheap first set of exact rules finds
 * probable matches without labels; from these the chance that each atom survives the errors of its column is learnt; then rules are taken
 * greedily by matches gained per pair compared.
 */
export function chooseBlocking(
  fields: readonly EncodedField[],
  atoms: readonly BlockingAtom[],
  records: number,
  source: readonly number[] | undefined,
  random: PatternTable,
  comparedShare: number,
  seed: number,
): BlockingChoice {
  const totalPairs = pairsInAll(records, source);
  const budget = Math.max(records, Math.min(comparedShare * totalPairs, 40 * records));
  const candidates = costed(combinations(atoms), fields, records, source, seed).filter(({ cost }) => cost <= budget * 0.6);
  // In a small file most of what an exact rule proposes are matches, the same ones for every rule: their sum may exceed the budget.
  const pilot = pilotRules(candidates, Math.max(budget / 3, 15 * records));
  const { agreement, matches } = survivingAtoms(pilot, fields, atoms, records, source, random, totalPairs);
  return coverMatches(candidates, simulateRules(candidates, atoms, fields.length, agreement, seed), budget, totalPairs, matches);
}

/** Rules that were given rather than chosen, with their report. */
export function reportBlocking(
  rules: readonly CompiledRule[],
  fields: readonly EncodedField[],
  atoms: readonly BlockingAtom[],
  records: number,
  source: readonly number[] | undefined,
  random: PatternTable,
  seed: number,
): BlockingChoice {
  const totalPairs = pairsInAll(records, source);
  const candidates = costed(rules, fields, records, source, seed);
  const { agreement } = survivingAtoms(candidates, fields, atoms, records, source, random, totalPairs);
  return reportRules(candidates, simulateRules(candidates, atoms, fields.length, agreement, seed), totalPairs);
}

function combinations(atoms: readonly BlockingAtom[]): CompiledRule[] {
  const pairs = atoms.flatMap((first, index) =>
    atoms
      .slice(index + 1)
      .filter((second) => second.field !== first.field)
      .map((second) => [first, second]),
  );
  // Parts of one column together: two hashes are a band of a MinHash index; a rare word and the house number an address.
  const bands = atoms.flatMap((first, index) =>
    atoms
      .slice(index + 1)
      .filter((second) => second.field === first.field && first.key !== 'exact' && first.key !== 'digits')
      .map((second) => [first, second]),
  );
  return [...atoms.map((atom) => [atom]), ...pairs, ...bands];
}

function costed(
  rules: readonly CompiledRule[],
  fields: readonly EncodedField[],
  records: number,
  source: readonly number[] | undefined,
  seed: number,
): CostedRule[] {
  const random = createRandom(seed);
  const sampled = records <= sampleSize ? undefined : Int32Array.from({ length: sampleSize }, () => random.integer(records));
  const scale = sampled === undefined ? 1 : (records / sampleSize) ** 2;
  const narrow =
    sampled === undefined ? fields : fields.map((field) => ({ ...field, codes: sampled.map((record) => field.codes[record] as number) }));
  const files = sampled === undefined || source === undefined ? source : [...sampled].map((record) => source[record] as number);
  return rules.map((rule) => ({
    rule,
    cost: Math.max(1, ruleCost(ruleKeys(rule, narrow, sampled?.length ?? records), files) * scale),
  }));
}

function pilotRules(candidates: readonly CostedRule[], budget: number): CostedRule[] {
  const exact = candidates
    .filter(({ rule }) => rule.length === 2 && rule.every((atom) => atom.key === 'exact'))
    .sort((a, b) => a.cost - b.cost);
  const chosen: CostedRule[] = [];
  let spent = 0;
  for (const candidate of exact.length >= 3 ? exact : [...candidates].sort((a, b) => a.cost - b.cost)) {
    if (spent + candidate.cost > budget && chosen.length >= 3) break;
    chosen.push(candidate);
    spent += candidate.cost;
  }
  return chosen;
}
