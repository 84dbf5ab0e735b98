import { createRandom } from '@tributary/numerics';
import { createPatternCounter } from './agreement-patterns.ts';
import type { PatternTable } from './agreement-patterns.ts';
import type { BlockingAtom } from './blocking-atoms.ts';
import { forEachCandidate, isSampled, ruleCost, ruleKeys } from './candidate-pairs.ts';
import type { CompiledRule } from './candidate-pairs.ts';
import { createCompareRecords, levelLayout } from './compare-records.ts';
import type { EncodedField } from './encode-table.ts';
import { estimateFellegiSunter, probabilityOf } from './fellegi-sunter.ts';
import { pairsInAll } from './random-pairs.ts';
import { createScorer } from './score-pair.ts';

/** A chosen rule with what it costs and what it brings. */
export interface BlockingRuleReport {
  readonly atoms: readonly { readonly column: string; readonly key: string }[];
  /** Pairs the rule proposes by itself (estimated from a sample in large tables). */
  readonly pairs: number;
  /** The share of matches it would find alone, by the model. */
  readonly recall: number;
  /** The share of matches lost if it were left out of the chosen set. */
  readonly onlyHere: number;
}

/** The chosen set as a whole. */
export interface BlockingReport {
  readonly rules: readonly BlockingRuleReport[];
  /** The share of matches that no rule proposes, by the model (fields err independently). */
  readonly lostRecall: number;
  readonly totalPairs: number;
}

/** Rules and their report. */
export interface BlockingChoice {
  readonly rules: readonly CompiledRule[];
  readonly report: BlockingReport;
}

interface Candidate {
  readonly rule: CompiledRule;
  readonly cost: number;
}

const sampleSize = 20_000;
const draws = 4000;
const pilotPairs = 300_000;
/** A set covers a match several times over where that is cheap: errors of one record come together, which independence does not see. */
const coverWorth = [1, 0.15, 0.05, 0.02, 0.01];

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
  const pilot = pilotRules(candidates, budget / 3);
  const agreement = survivingAtoms(pilot, fields, atoms, records, source, random, totalPairs);
  return choose(candidates, simulate(candidates, atoms, fields.length, agreement, seed), budget, totalPairs);
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
  const agreement = survivingAtoms(candidates, fields, atoms, records, source, random, totalPairs);
  return chosenOf(candidates, simulate(candidates, atoms, fields.length, agreement, seed), totalPairs);
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
): Candidate[] {
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

function pilotRules(candidates: readonly Candidate[], budget: number): Candidate[] {
  const exact = candidates
    .filter(({ rule }) => rule.length === 2 && rule.every((atom) => atom.key === 'exact'))
    .sort((a, b) => a.cost - b.cost);
  const chosen: Candidate[] = [];
  let spent = 0;
  for (const candidate of exact.length >= 3 ? exact : [...candidates].sort((a, b) => a.cost - b.cost)) {
    if (spent + candidate.cost > budget && chosen.length >= 3) break;
    chosen.push(candidate);
    spent += candidate.cost;
  }
  return chosen;
}

/**
 * Per field, the atoms (as bits) that agreed in each probable match that some rule without that field would have found: given
 * independent errors, such a match tells without bias how the field behaves.
 */
function survivingAtoms(
  pilot: readonly Candidate[],
  fields: readonly EncodedField[],
  atoms: readonly BlockingAtom[],
  records: number,
  source: readonly number[] | undefined,
  random: PatternTable,
  totalPairs: number,
): number[][] {
  const compare = createCompareRecords(fields);
  const { names, missing } = levelLayout(fields);
  const out = new Uint8Array(fields.length);
  const counter = createPatternCounter(missing.map((value) => value + 1));
  const pairs: number[] = [];
  const rules = pilot.map(({ rule }) => rule);
  const every = Math.max(1, pilot.reduce((sum, { cost }) => sum + cost, 0) / pilotPairs);
  forEachCandidate(rules, fields, records, source, (left, right) => {
    if (every > 1 && !isSampled(left, right, every)) return;
    compare(left, right, out);
    counter.add(out);
    pairs.push(left, right);
  });
  const model = estimateFellegiSunter({
    candidates: counter.table(),
    weight: every,
    random,
    totalPairs,
    levels: names.map((own) => own.length),
    kinds: fields.map((field) => field.configuration.kind),
  });
  const scorer = createScorer(fields, model, records);
  const bitOf = atomBits(atoms);
  const seen = fields.map((): number[] => []);
  const fallback = fields.map((): number[] => []);
  for (let at = 0; at < pairs.length; at += 2) {
    const left = pairs[at] as number;
    const right = pairs[at + 1] as number;
    if (probabilityOf(scorer.score(left, right)) < 0.9) continue;
    const bits = fields.map((_, field) => agreeingAtoms(field, fields, atoms, left, right));
    const fired = rules.filter((rule) => rule.every((atom) => ((bits[atom.field] as number) & (bitOf.get(atom) ?? 0)) !== 0));
    for (const [field, own] of bits.entries()) {
      fallback[field]?.push(own);
      if (fired.some((rule) => rule.every((atom) => atom.field !== field))) seen[field]?.push(own);
    }
  }
  return seen.map((own, field) => (own.length >= 30 ? own : (fallback[field] as number[])));
}

function agreeingAtoms(
  field: number,
  fields: readonly EncodedField[],
  atoms: readonly BlockingAtom[],
  left: number,
  right: number,
): number {
  const codes = (fields[field] as EncodedField).codes;
  const a = codes[left] as number;
  const b = codes[right] as number;
  if (a < 0 || b < 0) return 0;
  let bits = 0;
  let bit = 1;
  for (const atom of atoms) {
    if (atom.field !== field) continue;
    if (atom.blocks[a] !== 0 && atom.blocks[a] === atom.blocks[b]) bits |= bit;
    bit <<= 1;
  }
  return bits;
}

function atomBits(atoms: readonly BlockingAtom[]): Map<BlockingAtom, number> {
  const bitOf = new Map<BlockingAtom, number>();
  const next = new Map<number, number>();
  for (const atom of atoms) {
    const bit = next.get(atom.field) ?? 1;
    bitOf.set(atom, bit);
    next.set(atom.field, bit << 1);
  }
  return bitOf;
}

/** For every candidate rule, which of many simulated matches it would catch. */
function simulate(
  candidates: readonly Candidate[],
  atoms: readonly BlockingAtom[],
  fieldCount: number,
  agreement: readonly (readonly number[])[],
  seed: number,
): Uint8Array[] {
  const random = createRandom(seed + 1);
  const drawn = Array.from({ length: fieldCount }, (_, field) => {
    const seen = agreement[field] ?? [];
    return Int32Array.from({ length: draws }, () => (seen.length === 0 ? 0 : (seen[random.integer(seen.length)] as number)));
  });
  const bitOf = atomBits(atoms);
  return candidates.map(({ rule }) =>
    Uint8Array.from({ length: draws }, (_, draw) =>
      rule.every((atom) => ((drawn[atom.field]?.[draw] ?? 0) & (bitOf.get(atom) ?? 0)) !== 0) ? 1 : 0,
    ),
  );
}

function choose(candidates: readonly Candidate[], caught: readonly Uint8Array[], budget: number, totalPairs: number): BlockingChoice {
  const covered = new Uint8Array(draws);
  const open = new Set(candidates.keys());
  const chosen: number[] = [];
  let spent = 0;
  while (chosen.length < 40) {
    let best = -1;
    let bestRate = 0;
    for (const index of open) {
      const { cost } = candidates[index] as Candidate;
      if (spent + cost > budget) continue;
      // A rule costs a pass over the records as well, so few strong rules are better than many weak ones.
      const rate = gainOf(caught[index] as Uint8Array, covered) / (cost + budget / 50);
      if (rate > bestRate) {
        best = index;
        bestRate = rate;
      }
    }
    if (best < 0 || gainOf(caught[best] as Uint8Array, covered) < draws * 2e-5) break;
    open.delete(best);
    chosen.push(best);
    spent += (candidates[best] as Candidate).cost;
    for (let draw = 0; draw < draws; draw += 1) covered[draw] = (covered[draw] as number) + (caught[best]?.[draw] as number);
  }
  return chosenOf(
    chosen.map((index) => candidates[index] as Candidate),
    chosen.map((index) => caught[index] as Uint8Array),
    totalPairs,
  );
}

/** The widest rule first: its pairs need no look at earlier rules. */
function chosenOf(picked: readonly Candidate[], caught: readonly Uint8Array[], totalPairs: number): BlockingChoice {
  const order = picked.map((_, index) => index).sort((a, b) => (picked[b] as Candidate).cost - (picked[a] as Candidate).cost);
  const sorted = order.map((index) => picked[index] as Candidate);
  return {
    rules: sorted.map(({ rule }) => rule),
    report: reportOf(
      sorted,
      order.map((index) => caught[index] as Uint8Array),
      totalPairs,
    ),
  };
}

function gainOf(own: Uint8Array, covered: Uint8Array): number {
  let gain = 0;
  for (let draw = 0; draw < draws; draw += 1) if (own[draw] === 1) gain += coverWorth[covered[draw] as number] ?? 0;
  return gain;
}

function reportOf(picked: readonly Candidate[], caught: readonly Uint8Array[], totalPairs: number): BlockingReport {
  const times = new Uint8Array(draws);
  for (const own of caught) for (let draw = 0; draw < draws; draw += 1) times[draw] = (times[draw] as number) + (own[draw] as number);
  const share = (test: (draw: number) => boolean): number => times.reduce((sum, _, draw) => sum + (test(draw) ? 1 : 0), 0) / draws;
  return {
    rules: picked.map(({ rule, cost }, index) => ({
      atoms: rule.map(({ column, key }) => ({ column, key })),
      pairs: Math.round(cost),
      recall: share((draw) => caught[index]?.[draw] === 1),
      onlyHere: share((draw) => caught[index]?.[draw] === 1 && times[draw] === 1),
    })),
    lostRecall: share((draw) => times[draw] === 0),
    totalPairs,
  };
}
