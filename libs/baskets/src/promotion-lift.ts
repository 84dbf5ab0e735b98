import { normalQuantile } from '@tributary/numerics';
import type { Interval } from './campaign-uplift.ts';
import { beyondDouble, outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';

/** Units sold per period (day, week) before and during a promotion. */
export interface PromotionSeries {
  readonly before: readonly number[];
  readonly during: readonly number[];
}

/** What a promotion did to sales. */
export interface PromotionLift {
  /** Sales rate during over what it would have been, minus 1. */
  readonly lift: Interval;
  /** Units above what would have been sold, over the whole promotion. */
  readonly extraUnits: number;
  /** Whether places without the promotion (hold-out) took the season out. */
  readonly heldOut: boolean;
}

/**
 * Lift of a promotion as a ratio of mean sales, on the log scale with the delta method. With a hold-out (the same item in places
 * without the promotion, or a like item) the ratio is divided by the hold-out's own, so a season or a trend that
 * hits both cancels: difference-in-differences of logs (Card & Krueger 1994). Errors come from the periods' own scatter, so
 * over-dispersed sales get the wide intervals they deserve.
 */
export function promotionLift(promoted: PromotionSeries, heldOut?: PromotionSeries, level = 0.95): PromotionLift | BasketRefusal {
  const series: [string, readonly number[]][] = [
    ['promoted.before', promoted.before],
    ['promoted.during', promoted.during],
  ];
  if (heldOut !== undefined) series.push(['heldOut.before', heldOut.before], ['heldOut.during', heldOut.during]);
  const fault =
    outside('level', level, 0, 1, true) ?? series.map(([field, values]) => seriesFault(field, values)).find((found) => found !== undefined);
  if (fault !== undefined) return fault;
  const parts = series.map(([, values]) => logMean(values));
  const [before, during, outBefore, outDuring] = parts as [LogMean, LogMean, LogMean | undefined, LogMean | undefined];
  const season = outBefore !== undefined && outDuring !== undefined ? outDuring.log - outBefore.log : 0;
  const log = during.log - before.log - season;
  const reach = normalQuantile((1 + level) / 2) * Math.sqrt(parts.reduce((sum, part) => sum + part.variance, 0));
  const expected = Math.exp(before.log + season) * promoted.during.length;
  const lift = { estimate: Math.expm1(log), low: Math.expm1(log - reach), high: Math.expm1(log + reach) };
  const extraUnits = Math.exp(during.log) * promoted.during.length - expected;
  return beyondDouble('promoted', ...Object.values(lift), extraUnits) ?? { lift, extraUnits, heldOut: heldOut !== undefined };
}

interface LogMean {
  readonly log: number;
  readonly variance: number;
}

function logMean(values: readonly number[]): LogMean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const scatter = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  // Counts scatter at least as a Poisson variable does, even where few periods happen to agree.
  return { log: Math.log(mean), variance: Math.max(scatter, mean) / values.length / mean ** 2 };
}

function seriesFault(field: string, values: readonly number[]): BasketRefusal | undefined {
  if (values.length < 2) return { refused: 'bad-value', field, detail: `${values.length} periods; two are the least that show a scatter` };
  const wrong = values.findIndex((value) => !(Number.isFinite(value) && value >= 0));
  if (wrong >= 0) return { refused: 'bad-value', field: `${field}[${wrong}]`, detail: `${values[wrong]} is no number of at least 0` };
  return values.every((value) => value === 0)
    ? { refused: 'no-variation', field, detail: 'nothing was sold in any period, so there is no ratio' }
    : undefined;
}
