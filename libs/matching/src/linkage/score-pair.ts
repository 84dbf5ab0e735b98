import { createCompareRecords } from './compare-records.ts';
import type { EncodedField } from './encode-table.ts';
import { matchWeights, priorBits } from './fellegi-sunter.ts';
import type { FellegiSunter } from './fellegi-sunter.ts';

/** Scores pairs of one table. */
export interface Scorer {
  /** Total weight in bits: log2 of the posterior odds. */
  score(left: number, right: number): number;
  /** Level and weight of each field of the pair last scored or of the given one. */
  explain(left: number, right: number): { readonly levels: readonly number[]; readonly bits: readonly number[] };
  readonly priorBits: number;
}

/**
 * Weights with term-frequency adjustment: agreement on a value says log2(m / f) with f the value's own frequency, so a
 * rare surname counts more than Smith (Winkler 2000). f is at least one in the number of records.
 */
export function createScorer(fields: readonly EncodedField[], parameters: FellegiSunter, records: number): Scorer {
  const compare = createCompareRecords(fields);
  const weights = matchWeights(parameters);
  const base = priorBits(parameters.prior);
  const count = fields.length;
  const out = new Uint8Array(count);
  const exact = fields.map((field, f) => exactWeights(field, (parameters.m[f] as Float64Array)[0] as number, records));
  const codes = fields.map((field) => field.codes);
  const width = 8;
  const flat = new Float64Array(count * width);
  for (const [f, own] of weights.entries()) flat.set(own, f * width);
  const bitsOf = (f: number, left: number): number =>
    out[f] === 0 ? exactBits(f, left) : (flat[f * width + (out[f] as number)] as number);
  const exactBits = (f: number, left: number): number =>
    (exact[f] as Float64Array)[(codes[f] as Int32Array)[left] as number] ?? (flat[f * width] as number);
  return {
    priorBits: base,
    score(left, right) {
      compare(left, right, out);
      let total = base;
      for (let f = 0; f < count; f += 1) total += bitsOf(f, left);
      return total;
    },
    explain(left, right) {
      compare(left, right, out);
      return { levels: [...out], bits: fields.map((_, f) => bitsOf(f, left)) };
    },
  };
}

function exactWeights(field: EncodedField, m: number, records: number): Float64Array {
  // A dictionary shared by two columns counts both, so its frequencies are of twice as many cells.
  const cells = records * (field.shares ? 2 : 1);
  return Float64Array.from(field.dictionary.frequency, (frequency) => Math.log2(m / Math.min(m, Math.max(frequency, 1) / cells)));
}
