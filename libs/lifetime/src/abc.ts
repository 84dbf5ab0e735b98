import { checkNumbers, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';

/** A: the few that make most of the value; C: the many that make the rest. */
export type AbcClass = 'A' | 'B' | 'C';

/** Cumulative shares of value at which class A and class B end. */
export interface AbcLimits {
  readonly a: number;
  readonly b: number;
}

const descending = (values: Numbers): Uint32Array =>
  Uint32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => (values[j] as number) - (values[i] as number) || i - j);

/**
 * Pareto classes by cumulative share of value, largest first. An entry belongs to the class in which its share *begins*, so the one that crosses
 * the limit is still inside, and the largest is always A. Ties share a class. Zero and negative values add nothing and are C; so is everything when the sum is not above 0.
 */
export const abcClasses = (values: Numbers, limits: AbcLimits = { a: 0.8, b: 0.95 }): AbcClass[] | Refusal => {
  if (!(limits.a > 0 && limits.a <= limits.b && limits.b <= 1)) {
    return refuse('limits', 'out-of-range', `limits must satisfy 0 < a ≤ b ≤ 1, got a ${limits.a}, b ${limits.b}`);
  }
  const bad = checkNumbers('values', values, 'finite');
  if (bad) return bad;
  const order = descending(values);
  const largest = order.length > 0 ? (values[order[0] as number] as number) : 0;
  const classes = new Array<AbcClass>(values.length).fill('C');
  if (largest <= 0) return classes;
  // Shares of the largest value keep the sum finite at any magnitude.
  const part = (i: number) => Math.max(0, values[order[i] as number] as number) / largest;
  let total = 0;
  for (let i = 0; i < order.length; i += 1) total += part(i);
  let sum = 0;
  for (let i = 0; i < order.length;) {
    const before = sum / total;
    const value = values[order[i] as number] as number;
    if (value <= 0) break;
    const group: AbcClass = before < limits.a ? 'A' : before < limits.b ? 'B' : 'C';
    for (; i < order.length && values[order[i] as number] === value; i += 1) {
      classes[order[i] as number] = group;
      sum += part(i);
    }
  }
  return classes;
};

/** Concentration of value over customers. */
export interface ParetoSummary {
  readonly customers: number;
  readonly total: number;
  /** Share of the value made by the top `topShare` of customers (rounded up to whole customers). */
  readonly topShareOfValue: number;
  /** Gini coefficient of the non-negative values: 0 all equal, near 1 one customer has all. */
  readonly gini: number;
  /** Share of buyers (frequency ≥ 1 purchase) that bought at least twice; 0 when nobody bought. */
  readonly repeatBuyerShare: number;
}

/** How concentrated value is, and how many come back. `purchases` counts all purchases of each customer, the first included. Values below 0 count as 0. */
export const paretoSummary = (values: Numbers, purchases: Numbers, topShare = 0.2): ParetoSummary | Refusal => {
  if (values.length === 0) return refuse('values', 'empty', 'there is no customer');
  if (!(topShare > 0 && topShare <= 1))
    return refuse('topShare', 'out-of-range', `topShare must be above 0 and at most 1, got ${topShare}`);
  const bad = checkNumbers('values', values, 'finite') ?? checkNumbers('purchases', purchases, 'count', values.length);
  if (bad) return bad;
  const n = values.length;
  const sorted = Float64Array.from({ length: n }, (_, i) => Math.max(0, values[i] as number)).sort();
  const largest = sorted[n - 1] as number;
  let total = 0;
  let weighted = 0;
  let top = 0;
  const head = Math.ceil(n * topShare - 1e-9);
  for (let i = 0; i < n; i += 1) {
    const part = largest > 0 ? (sorted[i] as number) / largest : 0;
    total += part;
    weighted += (2 * (i + 1) - n - 1) * part;
    if (i >= n - head) top += part;
  }
  let buyers = 0;
  let repeat = 0;
  for (let i = 0; i < n; i += 1) {
    if ((purchases[i] as number) >= 1) buyers += 1;
    if ((purchases[i] as number) >= 2) repeat += 1;
  }
  const money = total * largest;
  if (!Number.isFinite(money)) return refuse('values', 'out-of-range', 'the sum of values exceeds double precision');
  return {
    customers: n,
    total: money,
    topShareOfValue: total > 0 ? top / total : 0,
    gini: total > 0 ? weighted / (n * total) : 0,
    repeatBuyerShare: buyers > 0 ? repeat / buyers : 0,
  };
};
