import { forEachCandidate } from './candidate-pairs.ts';
import type { CompiledRule } from './candidate-pairs.ts';
import type { EncodedField } from './encode-table.ts';
import type { Scorer } from './score-pair.ts';

/** Scored pairs as columns, strongest first; ties by record numbers. */
export interface ScoredPairs {
  readonly size: number;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly bits: Float64Array;
}

/** Pairs below this weight (posterior about 1 in 1,000) are counted and not kept. */
const floorBits = -10;

/** Scores every candidate and keeps those above the floor. */
export function collectPairs(
  rules: readonly CompiledRule[],
  fields: readonly EncodedField[],
  records: number,
  source: readonly number[] | undefined,
  scorer: Scorer,
): { readonly pairs: ScoredPairs; readonly compared: number } {
  let left = new Int32Array(1024);
  let right = new Int32Array(1024);
  let bits = new Float64Array(1024);
  let size = 0;
  let compared = 0;
  forEachCandidate(rules, fields, records, source, (a, b) => {
    compared += 1;
    const total = scorer.score(a, b, floorBits);
    if (total < floorBits) return;
    if (size === left.length) {
      left = doubledInts(left);
      right = doubledInts(right);
      const more = new Float64Array(size * 2);
      more.set(bits);
      bits = more;
    }
    left[size] = Math.min(a, b);
    right[size] = Math.max(a, b);
    bits[size] = total;
    size += 1;
  });
  const order = Uint32Array.from({ length: size }, (_, at) => at).sort(
    (x, y) =>
      (bits[y] as number) - (bits[x] as number) || (left[x] as number) - (left[y] as number) || (right[x] as number) - (right[y] as number),
  );
  return {
    pairs: {
      size,
      left: Int32Array.from(order, (at) => left[at] as number),
      right: Int32Array.from(order, (at) => right[at] as number),
      bits: Float64Array.from(order, (at) => bits[at] as number),
    },
    compared,
  };
}

function doubledInts(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(array.length * 2);
  more.set(array);
  return more;
}
