import { levelLayout, swapRules } from './compare-records.ts';
import type { SwapRule } from './compare-records.ts';
import { differsLevel } from './compare-values.ts';
import type { EncodedField } from './encode-table.ts';
import type { FieldKind } from './match-configuration.ts';

/** What a weight is made of: `weights[f * width + level]`, and per field and value what agreeing on that very value adds. */
export interface PairWeights {
  readonly base: number;
  readonly weights: Float64Array;
  readonly width: number;
  readonly surprise: readonly Float64Array[];
}

/**
 * Writes the levels of a pair into `out` and answers true, or answers false as soon as the pair provably stays below `floor`
 * bits; `out` is then incomplete.
 */
export type CompareToFloor = (left: number, right: number, floor: number, out: Uint8Array) => boolean;

/** What a comparison costs beside the others, by kind: digits are short, addresses are long. */
const effort: Readonly<Record<FieldKind, number>> = {
  date: 1,
  number: 1,
  code: 1,
  category: 1,
  phone: 1,
  identifier: 1,
  name: 2,
  surname: 2,
  email: 3,
  'full-name': 4,
  address: 4,
  text: 4,
};
/**
 * Bounds are whole numbers of 1/1024 bit, rounded up: a function that returns a fraction allocates it, and that would cost
 * more than the comparison.
 */
const unit = 1024;
const up = (bits: number): number => Math.ceil(bits * unit);

/** What is compared in one go: a field, or two that swap. */
interface Step {
  readonly first: number;
  readonly swap: SwapRule | undefined;
  /** The most a crossing can say. */
  readonly peak: number;
}
type SwapStep = Step & { readonly swap: SwapRule };

/**
 * Nearly all candidates are strangers, and a few fields tell. Equal and missing values are recognised by number, without a look at
 * the text; the best that the other fields could still say is an upper bound of the weight. They are then compared one by one,
 * those first that lower the bound most for their cost, until the bound falls below the floor or all are known. What related
 * records take back is left out of the bound, since it only lowers the weight.
 */
export function createCompareToFloor(
  fields: readonly EncodedField[],
  rows: Int32Array,
  { base, weights, width, surprise }: PairWeights,
  u: readonly Float64Array[],
): CompareToFloor {
  const count = fields.length;
  const start = up(base);
  const missing = Uint8Array.from(levelLayout(fields).missing);
  const compare = fields.map((field) => field.compare);
  const says = Int32Array.from(weights, up);
  const equal = surprise.map((own, f) => Int32Array.from(own, (extra) => up((weights[f * width] as number) + extra)));
  const unequal = fields.map(({ configuration: { kind } }, f) => says.subarray(f * width + 1, f * width + differsLevel[kind] + 1));
  /** The most a field says when its two values are known and not equal; not below the nothing that a missing one says. */
  const best = Int32Array.from(unequal, (own) => Math.max(0, ...own));
  const steps = stepsOf();
  const swapping = steps.filter((step): step is SwapStep => step.swap !== undefined);

  function stepsOf(): Step[] {
    const swaps = swapRules(fields, rows);
    const alone = [...fields.keys()].filter((f) => !swaps.some(({ first, second }) => f === first || f === second));
    const promised = [
      ...alone.map((first) => ({ promise: promise([first]), step: { first, swap: undefined, peak: 0 } })),
      ...swaps.map((swap) => {
        const { first, second, differs } = swap;
        const peak = Math.max(says[first * width + differs + 1] as number, says[first * width + differs + 2] as number);
        return { promise: promise([first, second]), step: { first, swap, peak } };
      }),
    ];
    return promised.sort((a, b) => b.promise - a.promise).map(({ step }) => step);
  }
  /** By how much the bound falls between strangers, for the effort. */
  function promise(own: readonly number[]): number {
    const falls = own.reduce((sum, f) => {
      const bits = unequal[f] as Int32Array;
      const chance = (u[f] as Float64Array).subarray(1, bits.length + 1);
      const mean = bits.reduce((all, value, at) => all + value * (chance[at] as number), 0) / chance.reduce((all, p) => all + p, 0);
      return sum + (best[f] as number) - mean;
    }, 0);
    return falls / own.reduce((sum, f) => sum + effort[(fields[f] as EncodedField).configuration.kind], 0);
  }
  /** Compares a field, writes its level, and answers by how much that lowers the bound. */
  const settle = (f: number, ours: number, theirs: number, out: Uint8Array): number => {
    const a = rows[ours + f] as number;
    const b = rows[theirs + f] as number;
    if (a === b) {
      out[f] = a < 0 ? (missing[f] as number) : 0;
      return 0;
    }
    if ((a | b) < 0) {
      out[f] = missing[f] as number;
      return 0;
    }
    const level = (compare[f] as (x: number, y: number) => number)(a, b);
    out[f] = level;
    return (best[f] as number) - (says[f * width + level] as number);
  };
  /** How much more a crossing says at most than the two fields in their places; −1 where one of them agrees, and nothing crosses. */
  const liftOf = (first: number, second: number, peak: number, ours: number, theirs: number): number => {
    const a1 = rows[ours + first] as number;
    const b1 = rows[theirs + first] as number;
    const a2 = rows[ours + second] as number;
    const b2 = rows[theirs + second] as number;
    if ((a1 === b1 && a1 >= 0) || (a2 === b2 && a2 >= 0)) return -1;
    const inPlace = ((a1 | b1) < 0 ? 0 : (best[first] as number)) + ((a2 | b2) < 0 ? 0 : (best[second] as number));
    return peak > inPlace ? peak - inPlace : 0;
  };

  return (left, right, floor, out) => {
    const ours = left * count;
    const theirs = right * count;
    const least = Math.floor(floor * unit) - 1;
    let bound = start;
    for (let f = 0; f < count; f += 1) {
      const a = rows[ours + f] as number;
      const b = rows[theirs + f] as number;
      if (a !== b) {
        if ((a | b) >= 0) bound += best[f] as number;
      } else if (a >= 0) bound += (equal[f] as Int32Array)[a] ?? (says[f * width] as number);
    }
    for (let s = 0; s < swapping.length; s += 1) {
      const { first, swap, peak } = swapping[s] as SwapStep;
      bound += Math.max(0, liftOf(first, swap.second, peak, ours, theirs));
    }
    for (let at = 0; at < steps.length; at += 1) {
      if (bound < least) return false;
      const { first, swap, peak } = steps[at] as Step;
      bound -= settle(first, ours, theirs, out);
      if (swap === undefined) continue;
      const { second, differs } = swap;
      const lift = liftOf(first, second, peak, ours, theirs);
      bound -= Math.max(0, lift);
      const crosses = lift >= 0 && (out[first] as number) >= differs - 1;
      const one = says[first * width + (out[first] as number)] as number;
      if (bound + (crosses ? Math.max(0, peak - one) : 0) < least) return false;
      bound -= settle(second, ours, theirs, out);
      if (!crosses || (out[second] as number) < differs - 1) continue;
      const both = one + (says[second * width + (out[second] as number)] as number);
      if (bound + Math.max(0, peak - both) < least) return false;
      if (swap.apply(ours, theirs, out)) bound += (says[first * width + (out[first] as number)] as number) - both;
    }
    return bound >= least;
  };
}
