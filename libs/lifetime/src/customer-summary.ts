import { checkNumber, checkNumbers, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';

/**
 * What the purchase models know of many customers, one entry each, all times in one unit that the caller chooses:
 * `frequency` repeat purchases (x), `recency` time of the last one since the first purchase (tₓ, 0 when x is 0), `T` time observed since the first purchase.
 */
export interface CustomerSummary {
  readonly frequency: Numbers;
  readonly recency: Numbers;
  readonly T: Numbers;
}

/** One customer of a {@link CustomerSummary}. */
export interface Customer {
  readonly frequency: number;
  readonly recency: number;
  readonly T: number;
}

/** Distinct rows with how many customers share each: the likelihood sees each row once. */
export interface CompressedSummary {
  readonly x: Float64Array;
  readonly tx: Float64Array;
  readonly T: Float64Array;
  readonly count: Float64Array;
  readonly customers: number;
}

const inconsistency = (x: number, tx: number, T: number, index?: number): Refusal | undefined => {
  if (tx > T) return refuse('recency', 'inconsistent', `recency ${tx} lies after the end of observation T ${T}`, index);
  if (x === 0 && tx > 0) return refuse('recency', 'inconsistent', `recency must be 0 without a repeat purchase, got ${tx}`, index);
  if (x > 0 && tx === 0)
    return refuse('recency', 'inconsistent', 'a repeat purchase at time 0 is part of the first one: recency must be above 0', index);
  return undefined;
};

/** The refusal of one customer, or nothing. T = 0 (born on the last day) is fine. */
export const checkCustomer = ({ frequency, recency, T }: Customer): Refusal | undefined =>
  checkNumber('frequency', frequency, 'count') ??
  checkNumber('recency', recency, 'non-negative') ??
  checkNumber('T', T, 'non-negative') ??
  inconsistency(frequency, recency, T);

/** The refusal of a summary, naming field and row, or nothing. */
export const checkSummary = ({ frequency, recency, T }: CustomerSummary): Refusal | undefined => {
  const n = frequency.length;
  if (n === 0) return refuse('frequency', 'empty', 'there is no customer');
  const bad =
    checkNumbers('frequency', frequency, 'count') ??
    checkNumbers('recency', recency, 'non-negative', n) ??
    checkNumbers('T', T, 'non-negative', n);
  if (bad) return bad;
  for (let i = 0; i < n; i += 1) {
    const fault = inconsistency(frequency[i] as number, recency[i] as number, T[i] as number, i);
    if (fault) return fault;
  }
  return undefined;
};

/** Groups equal rows by hashing, so that a million customers observed in whole days become some tens of thousands of rows. Times are divided by `scale`. */
export const compressSummary = ({ frequency, recency, T }: CustomerSummary, scale = 1): CompressedSummary => {
  const n = frequency.length;
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * n)));
  const slots = new Int32Array(size).fill(-1);
  const [x, tx, age, count] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const key = new Float64Array(3);
  const words = new Int32Array(key.buffer);
  let rows = 0;
  for (let i = 0; i < n; i += 1) {
    const xi = frequency[i] as number;
    const ti = recency[i] as number;
    const Ti = T[i] as number;
    key[0] = xi;
    key[1] = ti;
    key[2] = Ti;
    let hash = 0;
    for (let w = 0; w < 6; w += 1) {
      hash = Math.imul(hash ^ (words[w] as number), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    let slot = hash & (size - 1);
    for (;;) {
      const row = slots[slot] as number;
      if (row < 0) {
        slots[slot] = rows;
        x[rows] = xi;
        tx[rows] = ti;
        age[rows] = Ti;
        count[rows] = 1;
        rows += 1;
        break;
      }
      if (x[row] === xi && tx[row] === ti && age[row] === Ti) {
        count[row] = (count[row] as number) + 1;
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
  for (let row = 0; row < rows; row += 1) {
    tx[row] = (tx[row] as number) / scale;
    age[row] = (age[row] as number) / scale;
  }
  return { x: x.slice(0, rows), tx: tx.slice(0, rows), T: age.slice(0, rows), count: count.slice(0, rows), customers: n };
};

/** Every `stride`-th row of a compressed summary, for a cheap first search. */
export const thinSummary = (data: CompressedSummary, stride: number): CompressedSummary => {
  const pick = (values: Float64Array) => values.filter((_, i) => i % stride === 0);
  const count = pick(data.count);
  return { x: pick(data.x), tx: pick(data.tx), T: pick(data.T), count, customers: count.reduce((sum, c) => sum + c, 0) };
};

/** How many customers have each number of repeat purchases, for the terms of a likelihood that depend on x alone. */
export const frequencyCounts = (data: CompressedSummary): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (let i = 0; i < data.x.length; i += 1) {
    const x = data.x[i] as number;
    counts.set(x, (counts.get(x) ?? 0) + (data.count[i] as number));
  }
  return counts;
};

/** The mean time observed, the natural scale of a summary's times; 1 when nobody was observed for any time. */
export const timeScale = ({ T }: CustomerSummary): number => {
  let sum = 0;
  for (let i = 0; i < T.length; i += 1) sum += (T[i] as number) / T.length;
  return sum > 0 ? sum : 1;
};
