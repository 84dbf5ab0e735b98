import { createCompareRecords, rowsOf } from './compare-records.ts';
import { createCompareToFloor } from './compare-to-floor.ts';
import type { EncodedField } from './encode-table.ts';
import { matchWeights, relatedWeights } from './fellegi-sunter.ts';
import type { FellegiSunter } from './fellegi-sunter.ts';

/** The parts of a pair's weight; `bits` sums the rest: prior, one weight per field, and what shared places take back. */
export interface PairEvidence {
  readonly bits: number;
  readonly priorBits: number;
  readonly levels: readonly number[];
  readonly fieldBits: readonly number[];
  /** Zero or negative: part of the agreement is explained by living in one area or household. */
  readonly relatedBits: number;
}

/** Scores pairs of one table. */
export interface Scorer {
  /** Total weight in bits: log2 of the posterior odds; −∞ for a pair that provably stays below `floor` bits. */
  score(left: number, right: number, floor: number): number;
  explain(left: number, right: number): PairEvidence;
}

const width = 8;

/**
 * Weights with term-frequency adjustment: agreement on a value says log2(m / f) with f the value's own frequency, so a rare
 * surname counts more than Smith (Winkler 2000). f is at least one in the number of records.
 */
export function createScorer(
  fields: readonly EncodedField[],
  parameters: FellegiSunter,
  records: number,
  rows: Int32Array = rowsOf(fields),
): Scorer {
  const compare = createCompareRecords(fields, rows);
  const count = fields.length;
  const out = new Uint8Array(count);
  const rest = parameters.related.reduce((sum, own) => sum + own.share, parameters.prior);
  const strangers = Math.max(1e-9, 1 - rest);
  const base = Math.log2(parameters.prior / strangers);
  const tables = [matchWeights(parameters), ...relatedWeights(parameters)].map((weights) => {
    const flat = new Float64Array(count * width);
    for (const [f, own] of weights.entries()) flat.set(own, f * width);
    return flat;
  });
  const match = tables[0] as Float64Array;
  const related = tables.slice(1);
  const relatedBase = parameters.related.map((own) => Math.log2(own.share / strangers));
  const learnt = parameters.related.map((own) => own.levels.map((levels) => levels !== undefined));
  const surprise = fields.map((field, f) => rarity(field, parameters.u[f]?.[0] ?? 1, records));
  const rare = new Float64Array(count);
  const compareToFloor = createCompareToFloor(fields, rows, { base, weights: match, width, surprise }, parameters.u);
  const widths = related.length;

  const fieldBits = (f: number, left: number): number => {
    const level = out[f] as number;
    const extra = level === 0 ? ((surprise[f] as Float64Array)[rows[left * count + f] as number] ?? 0) : 0;
    rare[f] = extra;
    return (match[f * width + level] as number) + extra;
  };
  const relatedBits = (): number => {
    let correction = 0;
    for (let k = 0; k < widths; k += 1) {
      let bits = relatedBase[k] as number;
      const table = related[k] as Float64Array;
      const own = learnt[k] as boolean[];
      for (let f = 0; f < count; f += 1)
        bits += (table[f * width + (out[f] as number)] as number) + (own[f] === true ? (rare[f] as number) : 0);
      if (bits > -12) correction += 2 ** bits;
    }
    return correction === 0 ? 0 : -Math.log2(1 + correction);
  };
  return {
    score(left, right, floor) {
      if (!compareToFloor(left, right, floor, out)) return -Infinity;
      let total = base;
      for (let f = 0; f < count; f += 1) total += fieldBits(f, left);
      return total < floor ? -Infinity : total + relatedBits();
    },
    explain(left, right) {
      compare(left, right, out);
      const own = fields.map((_, f) => fieldBits(f, left));
      const correction = relatedBits();
      return {
        bits: own.reduce((sum, bits) => sum + bits, base) + correction,
        priorBits: base,
        levels: [...out],
        fieldBits: own,
        relatedBits: correction,
      };
    },
  };
}

/** log2(u / f): what a value's rarity adds to the weight of agreeing on it. */
function rarity(field: EncodedField, u: number, records: number): Float64Array {
  // A dictionary shared by two columns counts both, so its frequencies are of twice as many cells.
  const cells = records * (field.shares ? 2 : 1);
  return Float64Array.from(field.dictionary.frequency, (frequency) => Math.log2(u / Math.min(1, Math.max(frequency, 1) / cells)));
}
