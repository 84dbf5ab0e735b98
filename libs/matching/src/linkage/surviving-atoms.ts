import type { BlockingAtom } from './blocking-atoms.ts';
import { forEachCandidate } from './candidate-pairs.ts';
import type { CompiledRule } from './candidate-pairs.ts';
import { createPatternCounter } from './agreement-patterns.ts';
import type { PatternTable } from './agreement-patterns.ts';
import { createCompareRecords, levelLayout } from './compare-records.ts';
import type { EncodedField } from './encode-table.ts';
import { estimateFellegiSunter } from './fellegi-sunter.ts';
import { createScorer } from './score-pair.ts';

/** A rule with the pairs it proposes (estimated from a sample in large tables). */
export interface CostedRule {
  readonly rule: CompiledRule;
  readonly cost: number;
}

const pilotPairs = 300_000;
/** Bits of a pair that is taken for a match: a probability of 0.9. */
const probable = Math.log2(9);

/**
 * Per field, the atoms (as bits) that agreed in each probable match that some rule without that field would have found: given
 * independent errors, such a match tells without bias how the field behaves.
 */
export function survivingAtoms(
  pilot: readonly CostedRule[],
  fields: readonly EncodedField[],
  atoms: readonly BlockingAtom[],
  records: number,
  source: readonly number[] | undefined,
  random: PatternTable,
  totalPairs: number,
): { readonly agreement: number[][]; readonly matches: number } {
  const compare = createCompareRecords(fields);
  const { names, missing } = levelLayout(fields);
  const out = new Uint8Array(fields.length);
  const counter = createPatternCounter(missing.map((value) => value + 1));
  const pairs: number[] = [];
  const rules = pilot.map(({ rule }) => rule);
  const every = Math.max(1, pilot.reduce((sum, { cost }) => sum + cost, 0) / pilotPairs);
  forEachCandidate(
    rules,
    fields,
    records,
    source,
    (left, right) => {
      compare(left, right, out);
      counter.add(out);
      pairs.push(left, right);
    },
    every,
  );
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
    if (scorer.score(left, right, probable) < probable) continue;
    const bits = fields.map((_, field) => agreeingAtoms(field, fields, atoms, left, right));
    const fired = rules.filter((rule) => rule.every((atom) => ((bits[atom.field] as number) & (bitOf.get(atom) ?? 0)) !== 0));
    for (const [field, own] of bits.entries()) {
      fallback[field]?.push(own);
      if (fired.some((rule) => rule.every((atom) => atom.field !== field))) seen[field]?.push(own);
    }
  }
  return {
    agreement: seen.map((own, field) => (own.length >= 30 ? own : (fallback[field] as number[]))),
    matches: model.prior * totalPairs,
  };
}

/** The bit of each atom within its field. */
export function atomBits(atoms: readonly BlockingAtom[]): Map<BlockingAtom, number> {
  const bitOf = new Map<BlockingAtom, number>();
  const next = new Map<number, number>();
  for (const atom of atoms) {
    const bit = next.get(atom.field) ?? 1;
    bitOf.set(atom, bit);
    next.set(atom.field, bit << 1);
  }
  return bitOf;
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
