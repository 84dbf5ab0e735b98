import { VerbFault } from '../verb-fault.ts';

/** The distance between two periods: whole numbers, a length of time, or calendar months. */
export type Spacing =
  | { readonly kind: 'number'; readonly length: number }
  | { readonly kind: 'time'; readonly length: number }
  | { readonly kind: 'month'; readonly length: number };

const DAY = 86_400_000;
/** More periods than this mean that the times are not a regular series. */
export const LONGEST_SERIES = 200_000;

/** Months since year 0 of an instant. */
const monthOf = (time: number): number => {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};
const dayOfMonth = (time: number): number => new Date(time).getUTCDate();
const isLastOfMonth = (time: number): boolean => monthOf(time) !== monthOf(time + DAY);

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Greatest common divisor of the steps between neighbours in ascending lists; 0 when there is no step. */
function commonStep(lists: Iterable<readonly number[]>): number {
  let common = 0;
  for (const list of lists)
    for (let at = 1; at < list.length; at += 1) common = divisor((list[at] as number) - (list[at - 1] as number), common);
  return common;
}

/**
 * The spacing of all series of a file: the largest step that meets every row. Instants that all lie on one day of the month, or all on the last, are months
 * (quarters, years).
 */
export function spacingOf(series: readonly (readonly number[])[], dates: boolean): Spacing {
  if (!dates) return { kind: 'number', length: commonStep(series) || 1 };
  const times = series.flat();
  const [first = 0] = times;
  const monthly =
    times.every((time) => dayOfMonth(time) === dayOfMonth(first) && time % DAY === 0) ||
    times.every((time) => isLastOfMonth(time) && time % DAY === 0);
  if (monthly) return { kind: 'month', length: commonStep(series.map((list) => list.map(monthOf))) || 1 };
  return { kind: 'time', length: commonStep(series) || DAY };
}

/** The number of a period, counted from the one that holds `first`. */
export function periodOf({ kind, length }: Spacing, first: number, time: number): number {
  return kind === 'month' ? (monthOf(time) - monthOf(first)) / length : (time - first) / length;
}

/** A spacing in words. */
export function spacingWords({ kind, length }: Spacing): string {
  if (kind === 'number') return String(length);
  if (kind === 'month') return length === 1 ? 'month' : length === 12 ? 'year' : `${length} months`;
  if (length % DAY === 0) return length === DAY ? 'day' : length === 7 * DAY ? 'week' : `${length / DAY} days`;
  return length % 3_600_000 === 0 ? (length === 3_600_000 ? 'hour' : `${length / 3_600_000} hours`) : `${length / 1000} s`;
}

/** A fault when the times of a series do not make a regular one of a sensible length. */
export function irregular(file: string, series: string, periods: number, rows: number, spacing: Spacing): VerbFault | undefined {
  if (periods <= LONGEST_SERIES) return undefined;
  return new VerbFault(
    `${file}, series ${series}: its times are not regular: the only step that meets all of them is ${spacingWords(spacing)}, which makes ${periods} periods of ${rows} rows. Sum them by day, week or month first, or use --gaps skip`,
  );
}
