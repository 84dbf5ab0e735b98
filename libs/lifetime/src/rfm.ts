import { checkNumber, checkNumbers, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';

/** The three facts of many customers at one reference date, one entry each. */
export interface RfmInput {
  /** Days from the last purchase to the reference date; fewer is better. */
  readonly recencyDays: Numbers;
  /** Number of purchases; more is better. */
  readonly frequency: Numbers;
  /** Money spent, in one currency; more is better. May be negative after refunds. */
  readonly monetary: Numbers;
}

/** One customer of an {@link RfmInput}. */
export interface RfmCustomer {
  readonly recencyDays: number;
  readonly frequency: number;
  readonly monetary: number;
}

/** Ascending thresholds per dimension: k thresholds make k + 1 classes. A value on a threshold belongs to the class below it. */
export interface RfmCutPoints {
  readonly recencyDays: readonly number[];
  readonly frequency: readonly number[];
  readonly monetary: readonly number[];
}

/** How scores are cut: at the quantiles of the customers themselves, or at thresholds that were chosen or stored. */
export type RfmDefinition =
  { readonly kind: 'quantile'; readonly classes?: number } | { readonly kind: 'fixed'; readonly cutPoints: RfmCutPoints };

/** Scores from 1 (worst) to the number of classes (best), with the cut points that gave them. */
export interface RfmScores {
  readonly r: Uint8Array;
  readonly f: Uint8Array;
  readonly m: Uint8Array;
  readonly cutPoints: RfmCutPoints;
}

const MAX_CLASSES = 100;

/** The k/classes quantiles for k = 1…classes − 1: the smallest value with at least that share at or below it (SQL's percentile_disc). */
const quantiles = (values: Numbers, classes: number): number[] => {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  // n·k/classes is rounded down by a hair so that an exact share is not lost to floating point.
  return Array.from({ length: classes - 1 }, (_, k) => sorted[Math.max(0, Math.ceil((n * (k + 1)) / classes - 1e-9) - 1)] as number);
};

const checkInput = (input: RfmInput): Refusal | undefined => {
  const n = input.recencyDays.length;
  if (n === 0) return refuse('recencyDays', 'empty', 'there is no customer');
  return (
    checkNumbers('recencyDays', input.recencyDays, 'non-negative') ??
    checkNumbers('frequency', input.frequency, 'non-negative', n) ??
    checkNumbers('monetary', input.monetary, 'finite', n)
  );
};

const checkCuts = (cuts: RfmCutPoints): Refusal | undefined => {
  for (const field of ['recencyDays', 'frequency', 'monetary'] as const) {
    const list = cuts[field];
    const bad = checkNumbers(`cutPoints.${field}`, list, 'finite');
    if (bad) return bad;
    if (list.length >= MAX_CLASSES)
      return refuse(`cutPoints.${field}`, 'out-of-range', `at most ${MAX_CLASSES - 1} cut points, got ${list.length}`);
    const fall = list.findIndex((value, i) => i > 0 && value < (list[i - 1] as number));
    if (fall > 0) return refuse(`cutPoints.${field}`, 'inconsistent', `cutPoints.${field} must ascend, entry ${fall} falls`, fall);
  }
  return undefined;
};

/** The quantile cut points of the customers: store them to score changed customers one by one until the next refresh. */
export const rfmCutPoints = (input: RfmInput, classes = 5): RfmCutPoints | Refusal => {
  if (!Number.isInteger(classes) || classes < 2 || classes > MAX_CLASSES) {
    return refuse('classes', 'out-of-range', `classes must be a whole number from 2 to ${MAX_CLASSES}, got ${classes}`);
  }
  return (
    checkInput(input) ?? {
      recencyDays: quantiles(input.recencyDays, classes),
      frequency: quantiles(input.frequency, classes),
      monetary: quantiles(input.monetary, classes),
    }
  );
};

/** 1 + the number of cut points strictly below the value. */
const classOf = (cuts: readonly number[], value: number): number => {
  let above = 1;
  for (const cut of cuts) if (cut < value) above += 1;
  return above;
};

/** The score of one customer against stored cut points; equal to what {@link rfmScores} gives with them. */
export const rfmScore = (cutPoints: RfmCutPoints, customer: RfmCustomer): { r: number; f: number; m: number } | Refusal =>
  checkCuts(cutPoints) ??
  checkNumber('recencyDays', customer.recencyDays, 'non-negative') ??
  checkNumber('frequency', customer.frequency, 'non-negative') ??
  checkNumber('monetary', customer.monetary, 'finite') ?? {
    r: cutPoints.recencyDays.length + 2 - classOf(cutPoints.recencyDays, customer.recencyDays),
    f: classOf(cutPoints.frequency, customer.frequency),
    m: classOf(cutPoints.monetary, customer.monetary),
  };

const scoreAll = (values: Numbers, cuts: readonly number[], reversed: boolean): Uint8Array => {
  const out = new Uint8Array(values.length);
  const fixed = Float64Array.from(cuts);
  const k = fixed.length;
  for (let i = 0; i < out.length; i += 1) {
    const value = values[i] as number;
    let above = 0;
    while (above < k && (fixed[above] as number) < value) above += 1;
    out[i] = reversed ? k + 1 - above : above + 1;
  }
  return out;
};

/**
 * Recency, frequency and money scores of all customers. Ties: equal values always get equal scores, so classes need not be of equal size
 * (with most customers at one purchase, the low frequency classes above 1 are empty). The reference date is the caller's, in `recencyDays`.
 */
export const rfmScores = (input: RfmInput, definition: RfmDefinition = { kind: 'quantile' }): RfmScores | Refusal => {
  const cutPoints =
    definition.kind === 'fixed'
      ? (checkCuts(definition.cutPoints) ?? checkInput(input) ?? definition.cutPoints)
      : rfmCutPoints(input, definition.classes);
  if ('refused' in cutPoints) return cutPoints;
  return {
    r: scoreAll(input.recencyDays, cutPoints.recencyDays, true),
    f: scoreAll(input.frequency, cutPoints.frequency, false),
    m: scoreAll(input.monetary, cutPoints.monetary, false),
    cutPoints,
  };
};
