import { checkNumber, checkNumbers, checkSum, finiteNumber, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';
import type { RfmInput } from './rfm.ts';
import { daysPer, isTimeUnit } from './time-unit.ts';
import type { TimeUnit } from './time-unit.ts';

const DAY = 86_400_000;

/** A log of purchases, one entry each, in any order. */
export interface TransactionLog {
  readonly customer: ArrayLike<string>;
  /** Event time in milliseconds since 1970-01-01T00:00Z. */
  readonly time: Numbers;
  /** Money, in one currency; 0 when missing. Refunds are negative. */
  readonly amount?: Numbers;
}

/** How a log becomes a summary. */
export interface SummaryOptions {
  /** The unit of the answer's times. */
  readonly unit: TimeUnit;
  /** End of observation, milliseconds since 1970; later purchases are left out and counted. */
  readonly asOf: number;
  /** Minutes that the seller's clock is ahead of UTC, for what "the same day" means. Default 0. */
  readonly utcOffsetMinutes?: number;
}

/** A customer summary with its customers; columns as the models want them. */
export interface TransactionSummary {
  /** Customer ids in order of first appearance in the log. */
  readonly customers: string[];
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly T: Float64Array;
  /** Mean money per repeat purchase day; 0 without one. */
  readonly monetary: Float64Array;
  /** Entries after `asOf`. */
  readonly ignored: number;
  readonly unit: TimeUnit;
}

const checkLog = ({ customer, time, amount }: TransactionLog): Refusal | undefined => {
  if (customer.length === 0) return refuse('customer', 'empty', 'there is no transaction');
  return (
    checkNumbers('time', time, 'finite', customer.length) ??
    (amount && (checkNumbers('amount', amount, 'finite', customer.length) ?? checkSum('amount', amount)))
  );
};

/** Purchase days of each customer, ascending, with the money of each day. */
type History = Map<string, Map<number, number>>;

const historyOf = (log: TransactionLog, after: number, until: number, offset: number): { history: History; ignored: number } => {
  const history: History = new Map();
  let ignored = 0;
  for (let i = 0; i < log.customer.length; i += 1) {
    const time = log.time[i] as number;
    if (time > until) ignored += 1;
    if (time > until || time <= after) continue;
    const id = log.customer[i] as string;
    const days = history.get(id) ?? new Map<number, number>();
    history.set(id, days);
    const day = Math.floor((time + offset * 60_000) / DAY);
    days.set(day, (days.get(day) ?? 0) + (log.amount ? (log.amount[i] as number) : 0));
  }
  return { history, ignored };
};

const checkOptions = ({ unit, asOf, utcOffsetMinutes = 0 }: SummaryOptions): Refusal | undefined => {
  if (!isTimeUnit(unit)) return refuse('unit', 'unknown-unit', `unit must be day, week, month or year, got ${String(unit)}`);
  return (
    checkNumber('asOf', asOf, 'finite') ??
    checkNumber('utcOffsetMinutes', utcOffsetMinutes, 'finite') ??
    (Math.abs(utcOffsetMinutes) > 1440
      ? refuse('utcOffsetMinutes', 'out-of-range', `utcOffsetMinutes must be within a day, got ${utcOffsetMinutes}`)
      : undefined)
  );
};

/**
 * Frequency, recency, age and mean spend per customer. Purchases on one day count once with their money added, as in the CDNOW papers; the first day
 * counts as birth, not as a repeat; spend is that of the repeat days. Customers whose first purchase is after `asOf` are not in the answer.
 */
export const summariseTransactions = (log: TransactionLog, options: SummaryOptions): TransactionSummary | Refusal => {
  const bad = checkOptions(options) ?? checkLog(log);
  if (bad) return bad;
  const { unit, asOf, utcOffsetMinutes = 0 } = options;
  const { history, ignored } = historyOf(log, -Infinity, asOf, utcOffsetMinutes);
  if (history.size === 0) return refuse('asOf', 'empty', 'no transaction lies at or before asOf');
  const last = Math.floor((asOf + utcOffsetMinutes * 60_000) / DAY);
  const length = daysPer(unit);
  const customers = [...history.keys()];
  const [frequency, recency, T, monetary] = [0, 0, 0, 0].map(() => new Float64Array(customers.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let row = 0;
  for (const days of history.values()) {
    let [first, latest, total] = [Infinity, -Infinity, 0];
    for (const [day, money] of days) {
      if (day < first) first = day;
      if (day > latest) latest = day;
      total += money;
    }
    const repeats = days.size - 1;
    frequency[row] = repeats;
    recency[row] = (latest - first) / length;
    T[row] = (last - first) / length;
    monetary[row] = repeats > 0 ? (total - (days.get(first) as number)) / repeats : 0;
    row += 1;
  }
  return { customers, frequency, recency, T, monetary, ignored, unit };
};

/** Recency, frequency and money of each customer at `asOf`: whole days since the last purchase day, purchase days, and all money. */
export const rfmOfTransactions = (
  log: TransactionLog,
  options: Omit<SummaryOptions, 'unit'>,
): ({ readonly customers: string[] } & RfmInput) | Refusal => {
  const bad = checkOptions({ ...options, unit: 'day' }) ?? checkLog(log);
  if (bad) return bad;
  const { asOf, utcOffsetMinutes = 0 } = options;
  const { history } = historyOf(log, -Infinity, asOf, utcOffsetMinutes);
  const last = Math.floor((asOf + utcOffsetMinutes * 60_000) / DAY);
  const days = [...history.values()];
  return {
    customers: [...history.keys()],
    recencyDays: Float64Array.from(days, (own) => [...own.keys()].reduce((least, day) => Math.min(least, last - day), Infinity)),
    frequency: Float64Array.from(days, (own) => own.size),
    monetary: Float64Array.from(days, (own) => [...own.values()].reduce((sum, money) => sum + money, 0)),
  };
};

/** A calibration summary and what the same customers did afterwards. */
export interface CalibrationHoldout {
  readonly calibration: TransactionSummary;
  /** Purchase days in (calibrationEnd, observationEnd] of the calibration's customers, in its order. */
  readonly holdoutPurchases: Float64Array;
  readonly holdoutSpend: Float64Array;
  /** Length of the hold-out, in the calibration's unit. */
  readonly horizon: number;
}

/** Splits a log in time: models see only what lies at or before `calibrationEnd`. */
export const splitCalibrationHoldout = (
  log: TransactionLog,
  options: Omit<SummaryOptions, 'asOf'> & { readonly calibrationEnd: number; readonly observationEnd: number },
): CalibrationHoldout | Refusal => {
  const { calibrationEnd, observationEnd, unit, utcOffsetMinutes = 0 } = options;
  const bad = checkNumber('observationEnd', observationEnd, 'finite') ?? checkNumber('calibrationEnd', calibrationEnd, 'finite');
  if (bad) return bad;
  if (observationEnd <= calibrationEnd) return refuse('observationEnd', 'inconsistent', 'observationEnd must lie after calibrationEnd');
  const calibration = summariseTransactions(log, { unit, asOf: calibrationEnd, utcOffsetMinutes });
  if ('refused' in calibration) return calibration;
  const horizon = finiteNumber('observationEnd', (observationEnd - calibrationEnd) / DAY / daysPer(unit));
  if (typeof horizon !== 'number') return horizon;
  const { history } = historyOf(log, calibrationEnd, observationEnd, utcOffsetMinutes);
  const later = calibration.customers.map((id) => history.get(id));
  return {
    calibration,
    holdoutPurchases: Float64Array.from(later, (days) => days?.size ?? 0),
    holdoutSpend: Float64Array.from(later, (days) => [...(days?.values() ?? [])].reduce((sum, money) => sum + money, 0)),
    horizon,
  };
};
