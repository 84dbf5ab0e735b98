import { createRandom } from '@tributary/numerics';
import type { BlockingAtom } from './blocking-atoms.ts';
import type { CompiledRule } from './candidate-pairs.ts';
import { atomBits } from './surviving-atoms.ts';
import type { CostedRule } from './surviving-atoms.ts';

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

const draws = 2500;
/** A set covers a match several times over where that is cheap: errors of one record come together, which independence does not see. */
const coverWorth = [1, 0.15, 0.06, 0.03, 0.02, 0.012, 0.008, 0.005, 0.003, 0.002];
const worth = Float64Array.from({ length: 256 }, (_, times) => coverWorth[times] ?? 0);

/** For every candidate rule, which of many simulated matches it would catch. */
export function simulateRules(
  candidates: readonly CostedRule[],
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
  // Each atom's outcomes once, then a product per rule: hundreds of rules share a few dozen atoms.
  const agrees = new Map(
    atoms.map((atom) => [
      atom,
      Uint8Array.from(drawn[atom.field] as Int32Array, (bits) => ((bits & (bitOf.get(atom) ?? 0)) === 0 ? 0 : 1)),
    ]),
  );
  return candidates.map(({ rule }) => {
    const all = new Uint8Array(draws).fill(1);
    for (const atom of rule) {
      const own = agrees.get(atom) as Uint8Array;
      for (let draw = 0; draw < draws; draw += 1) all[draw] = (all[draw] as number) & (own[draw] as number);
    }
    return all;
  });
}

/** Takes rules greedily by matches gained per pair compared, within the budget. */
export function coverMatches(
  candidates: readonly CostedRule[],
  caught: readonly Uint8Array[],
  budget: number,
  totalPairs: number,
  matches: number,
): BlockingChoice {
  const covered = new Uint8Array(draws);
  // A rule costs a pass over the records as well, so few strong rules are better than many weak ones.
  // Matches are found by many rules and compared once: what a rule costs is what it proposes beside them.
  const costs = candidates.map(({ cost }, index) => Math.max(cost * 0.1, cost - (matches * countOf(caught[index] as Uint8Array)) / draws));
  const rateOf = (index: number): number => gainOf(caught[index] as Uint8Array, covered) / ((costs[index] as number) + budget / 15);
  const rates = Float64Array.from(candidates, (_, index) => rateOf(index));
  const queue = [...candidates.keys()].sort((a, b) => (rates[b] as number) - (rates[a] as number));
  const chosen: number[] = [];
  let spent = matches;
  while (chosen.length < 40 && queue.length > 0) {
    const best = queue.shift() as number;
    const cost = costs[best] as number;
    if (spent + cost > budget) continue;
    // What a rule adds only shrinks as others are taken, so one that still leads after a fresh look is the best (Minoux 1978).
    const rate = rateOf(best);
    if (rate < (rates[queue[0] ?? best] as number)) {
      rates[best] = rate;
      queue.splice(placeIn(queue, rates, rate), 0, best);
      continue;
    }
    if (gainOf(caught[best] as Uint8Array, covered) < draws * 2e-5) break;
    chosen.push(best);
    spent += cost;
    const own = caught[best] as Uint8Array;
    for (let draw = 0; draw < draws; draw += 1) covered[draw] = (covered[draw] as number) + (own[draw] as number);
  }
  return reportRules(
    chosen.map((index) => candidates[index] as CostedRule),
    chosen.map((index) => caught[index] as Uint8Array),
    totalPairs,
  );
}

/** The widest rule first: its pairs need no look at earlier rules. */
export function reportRules(picked: readonly CostedRule[], caught: readonly Uint8Array[], totalPairs: number): BlockingChoice {
  const order = picked.map((_, index) => index).sort((a, b) => (picked[b] as CostedRule).cost - (picked[a] as CostedRule).cost);
  const sorted = order.map((index) => picked[index] as CostedRule);
  return {
    rules: sorted.map(({ rule }) => rule),
    report: reportOf(
      sorted,
      order.map((index) => caught[index] as Uint8Array),
      totalPairs,
    ),
  };
}

/** Where a rate belongs in a queue that falls by rate. */
function placeIn(queue: readonly number[], rates: Float64Array, rate: number): number {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rates[queue[middle] as number] as number) > rate) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countOf(own: Uint8Array): number {
  let count = 0;
  for (let draw = 0; draw < draws; draw += 1) count += own[draw] as number;
  return count;
}

function gainOf(own: Uint8Array, covered: Uint8Array): number {
  let gain = 0;
  for (let draw = 0; draw < draws; draw += 1) if (own[draw] === 1) gain += worth[covered[draw] as number] as number;
  return gain;
}

function reportOf(picked: readonly CostedRule[], caught: readonly Uint8Array[], totalPairs: number): BlockingReport {
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
