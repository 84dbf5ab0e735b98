import { checkNumber, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { summariseTransactions } from './transactions.ts';
import type { TransactionLog } from './transactions.ts';

/** Calendar periods for cohorts; weeks start on Monday (ISO 8601). */
export type CohortPeriod = 'week' | 'month' | 'quarter' | 'year';

/** Customers who first bought in the same period, followed period by period. */
export interface Cohort {
  /** Label of the period of the first purchase: 2024-W07, 2024-02, 2024-Q1 or 2024. */
  readonly cohort: string;
  readonly size: number;
  /** Customers who bought k periods later, k = 0, 1, …; null where that period has not ended by `asOf`. */
  readonly active: readonly (number | null)[];
  /** `active` as a share of `size`. */
  readonly retention: readonly (number | null)[];
  /** Money of the cohort k periods later. */
  readonly revenue: readonly (number | null)[];
}

const DAY = 86_400_000;

const indexOf = (time: number, period: CohortPeriod): number => {
  // 1970-01-01 was a Thursday; the Monday of its week is day −3.
  if (period === 'week') return Math.floor((time / DAY + 3) / 7);
  const date = new Date(time);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth();
  return period === 'month' ? months : period === 'quarter' ? Math.floor(months / 3) : Math.floor(months / 12);
};

/** First millisecond after a period. */
const endOf = (index: number, period: CohortPeriod): number => {
  if (period === 'week') return ((index + 1) * 7 - 3) * DAY;
  const months = (index + 1) * (period === 'month' ? 1 : period === 'quarter' ? 3 : 12);
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(months / 12), months % 12, 1);
  return date.getTime();
};

const labelOf = (index: number, period: CohortPeriod): string => {
  if (period === 'year') return String(index);
  if (period === 'quarter') return `${Math.floor(index / 4)}-Q${(index % 4) + 1}`;
  if (period === 'month') return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  // The ISO year of a week is that of its Thursday.
  const thursday = index * 7 * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / DAY / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
};

const MAX_PERIODS = 10_000;

/** Retention by cohort of first purchase. Times are shifted by `utcOffsetMinutes` before the calendar is read; periods that have not ended by `asOf` are null, not zero. */
export const cohortTable = (
  log: TransactionLog,
  options: { readonly period: CohortPeriod; readonly asOf: number; readonly utcOffsetMinutes?: number },
): Cohort[] | Refusal => {
  const { period, asOf, utcOffsetMinutes = 0 } = options;
  if (!['week', 'month', 'quarter', 'year'].includes(period))
    return refuse('period', 'unknown-unit', `period must be week, month, quarter or year, got ${String(period)}`);
  const summary = summariseTransactions(log, { unit: 'day', asOf, utcOffsetMinutes });
  if ('refused' in summary) return summary;
  const shift = utcOffsetMinutes * 60_000;
  const limit = 8.64e15 - 400 * DAY;
  if (Math.abs(asOf) > limit) return refuse('asOf', 'out-of-range', 'asOf lies outside the calendar');
  const last = indexOf(asOf + shift, period);
  const first = new Map<string, number>();
  const visits = new Map<string, Map<number, number>>();
  for (let i = 0; i < log.customer.length; i += 1) {
    const time = (log.time[i] as number) + shift;
    if (time > asOf + shift) continue;
    if (Math.abs(time) > limit) return refuse('time', 'out-of-range', `time[${i}] lies outside the calendar`, i);
    const id = log.customer[i] as string;
    const index = indexOf(time, period);
    first.set(id, Math.min(first.get(id) ?? Infinity, index));
    const own = visits.get(id) ?? new Map<number, number>();
    visits.set(id, own);
    own.set(index, (own.get(index) ?? 0) + (log.amount ? (log.amount[i] as number) : 0));
  }
  const earliest = [...first.values()].reduce((least, index) => Math.min(least, index), Infinity);
  if (last - earliest >= MAX_PERIODS)
    return refuse('time', 'out-of-range', `the log spans ${last - earliest + 1} periods, at most ${MAX_PERIODS} are tabulated`);
  const table = new Map<number, { size: number; active: number[]; revenue: number[] }>();
  for (const [id, start] of first) {
    const row = table.get(start) ?? {
      size: 0,
      active: new Array<number>(last - start + 1).fill(0),
      revenue: new Array<number>(last - start + 1).fill(0),
    };
    table.set(start, row);
    row.size += 1;
    for (const [index, money] of visits.get(id) ?? []) {
      row.active[index - start] = (row.active[index - start] as number) + 1;
      row.revenue[index - start] = (row.revenue[index - start] as number) + money;
    }
  }
  return [...table]
    .sort(([left], [right]) => left - right)
    .map(([start, row]) => {
      const known = <V>(values: readonly V[]) => values.map((value, k) => (endOf(start + k, period) - 1 <= asOf + shift ? value : null));
      return {
        cohort: labelOf(start, period),
        size: row.size,
        active: known(row.active),
        retention: known(row.active.map((count) => count / row.size)),
        revenue: known(row.revenue),
      };
    });
};

/** How customers moved between states from one time to another. */
export interface MigrationMatrix {
  readonly states: readonly string[];
  /** counts[i][j]: customers that went from states[i] to states[j]. */
  readonly counts: readonly (readonly number[])[];
  /** Rows as shares; a state nobody was in has a row of nulls. */
  readonly shares: readonly (readonly (number | null)[])[];
}

/** Counts moves between segments: `before` and `after` hold one state a customer. Every state met is in the answer; `states` fixes their order. */
export const migrationMatrix = (
  before: ArrayLike<string>,
  after: ArrayLike<string>,
  states: readonly string[] = [],
): MigrationMatrix | Refusal => {
  if (before.length !== after.length)
    return refuse('after', 'length-mismatch', `after has ${after.length} entries, ${before.length} were expected`);
  const bad = checkNumber('before.length', before.length, 'count');
  if (bad) return bad;
  const met = new Set<string>();
  for (let i = 0; i < before.length; i += 1) met.add(before[i] as string).add(after[i] as string);
  const all = [...new Set([...states, ...[...met].filter((state) => !states.includes(state)).sort()])];
  const place = new Map(all.map((state, i) => [state, i]));
  const counts = all.map(() => new Array<number>(all.length).fill(0));
  for (let i = 0; i < before.length; i += 1) {
    const row = counts[place.get(before[i] as string) as number] as number[];
    const column = place.get(after[i] as string) as number;
    row[column] = (row[column] as number) + 1;
  }
  const shares = counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total > 0 ? count / total : null));
  });
  return { states: all, counts, shares };
};
