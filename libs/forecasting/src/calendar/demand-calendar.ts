import { isRefused, refuse, refuseUnlessInteger } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { bucketOf, firstDayOf, weekdayOf } from './buckets.ts';
import type { Bucket } from './buckets.ts';

/** What a bucket is known to be. Only `observed` and `zero` carry evidence of demand. */
export type BucketState = 'observed' | 'zero' | 'closed' | 'stock-out' | 'missing';

/** Days are numbers of days since 1970-01-01. `lastDay` is the last day whose sales are complete. */
export interface DemandRecord {
  readonly quantities: Iterable<readonly [day: number, quantity: number]>;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly bucket: Bucket;
  /** First day of a week, 0 = Sunday; Monday unless told. */
  readonly weekStart?: number;
  /** Days on which nothing could be sold because the shop was shut. */
  readonly closed?: Iterable<number>;
  /** Days on which there was nothing to sell: the sales of such a day are a lower bound of the demand. */
  readonly stockOut?: Iterable<number>;
  /** Days without data: the sales are unknown. */
  readonly missing?: Iterable<number>;
}

/**
 * A regular series. `values[i]` belongs to the bucket that starts on `starts[i]`; it is the demand of a whole bucket, scaled up by
 * `exposure[i]` (share of the bucket's days that carry evidence). `known[i]` is false where the demand cannot be told.
 */
export interface DemandSeries {
  readonly bucket: Bucket;
  readonly values: number[];
  readonly known: boolean[];
  readonly states: BucketState[];
  readonly exposure: number[];
  readonly starts: number[];
  /** First day after the last whole bucket: where a forecast begins. */
  readonly nextDay: number;
  /** Days at the end that do not fill a bucket and were left out. */
  readonly droppedDays: number;
  readonly refused?: undefined;
}

/** A bucket seen for less than half of its days tells too little to be scaled up. */
const LEAST_EXPOSURE = 0.5;
/** A weekday that was closed on this share of its dates is a regular closing, not a surprise. */
const REGULAR_CLOSING = 0.8;

/**
 * Turns dated quantities into a regular series that tells zero from closed, stock-out and missing.
 * A day without a quantity and without a mark is a true zero. The last bucket is dropped unless `lastDay` completes it; days of the
 * first bucket before `firstDay` count as missing. Regularly closed weekdays are true zeros in a daily series.
 * Refuses days that are not integers, non-finite quantities, quantities outside the record and a record without a whole bucket.
 */
export function demandCalendar(record: DemandRecord): DemandSeries | Refused {
  const { firstDay, lastDay, bucket, weekStart = 1 } = record;
  const refused =
    refuseUnlessInteger(firstDay, -1e7, 'firstDay') ??
    refuseUnlessInteger(lastDay, firstDay, 'lastDay') ??
    refuseUnlessInteger(weekStart, 0, 'weekStart');
  if (refused) return refused;
  if (weekStart > 6) return refuse('bad-option', 'weekStart', `must be 0 (Sunday) to 6 (Saturday), got ${weekStart}`);
  if (lastDay - firstDay > 4e5) return refuse('bad-option', 'lastDay', 'the record may not span more than 400,000 days');

  const days = readDays(record);
  if (isRefused(days)) return days;
  const { quantity, mark } = days;
  if (bucket === 'day') markRegularClosings(mark, quantity, firstDay);

  const first = bucketOf(firstDay, bucket, weekStart);
  const afterLast = bucketOf(lastDay + 1, bucket, weekStart);
  const series: Mutable = { values: [], known: [], states: [], exposure: [], starts: [] };
  for (let index = first; index < afterLast; index++) {
    addBucket(series, firstDayOf(index, bucket, weekStart), firstDayOf(index + 1, bucket, weekStart), firstDay, quantity, mark);
  }
  while (series.known.length > 0 && series.states[0] === 'missing') dropFirst(series);
  if (series.values.length === 0) return refuse('too-short', 'lastDay', `no whole ${bucket} with data between firstDay and lastDay`);
  const nextDay = firstDayOf(afterLast, bucket, weekStart);
  return { bucket, ...series, nextDay, droppedDays: lastDay + 1 - Math.max(nextDay, firstDay) };
}

interface Mutable {
  values: number[];
  known: boolean[];
  states: BucketState[];
  exposure: number[];
  starts: number[];
}

const OPEN = 0;
const CLOSED = 1;
const STOCK_OUT = 2;
const MISSING = 3;

function readDays(record: DemandRecord): { quantity: Float64Array; mark: Uint8Array } | Refused {
  const { firstDay, lastDay } = record;
  const length = lastDay - firstDay + 1;
  const quantity = new Float64Array(length);
  const mark = new Uint8Array(length);
  for (const [day, amount] of record.quantities) {
    if (!Number.isInteger(day) || day < firstDay || day > lastDay) {
      return refuse('bad-option', 'quantities', `day ${day} is not a whole day between firstDay and lastDay`);
    }
    if (!Number.isFinite(amount)) return refuse('not-finite', `quantities[${day}]`, `must be a finite number, got ${String(amount)}`);
    quantity[day - firstDay] = (quantity[day - firstDay] as number) + amount;
  }
  // Later marks win: what is missing is unknown whatever else is said of it.
  const marks = [
    [record.closed ?? [], CLOSED],
    [record.stockOut ?? [], STOCK_OUT],
    [record.missing ?? [], MISSING],
  ] as const;
  for (const [daysMarked, code] of marks) for (const day of daysMarked) if (day >= firstDay && day <= lastDay) mark[day - firstDay] = code;
  // A sale on a day called closed shows that it was open.
  for (let i = 0; i < length; i++) if (mark[i] === CLOSED && quantity[i] !== 0) mark[i] = OPEN;
  return { quantity, mark };
}

function markRegularClosings(mark: Uint8Array, quantity: Float64Array, firstDay: number): void {
  const seen = new Float64Array(7);
  const shut = new Float64Array(7);
  for (let i = 0; i < mark.length; i++) {
    const weekday = weekdayOf(firstDay + i);
    seen[weekday] = (seen[weekday] as number) + 1;
    if (mark[i] === CLOSED) shut[weekday] = (shut[weekday] as number) + 1;
  }
  for (let i = 0; i < mark.length; i++) {
    const weekday = weekdayOf(firstDay + i);
    const regular = (shut[weekday] as number) >= 2 && (shut[weekday] as number) >= REGULAR_CLOSING * (seen[weekday] as number);
    if (regular && mark[i] === CLOSED && quantity[i] === 0) mark[i] = OPEN;
  }
}

function addBucket(series: Mutable, start: number, end: number, firstDay: number, quantity: Float64Array, mark: Uint8Array): void {
  const counts = [0, 0, 0, 0];
  let sum = 0;
  for (let day = start; day < end; day++) {
    const i = day - firstDay;
    const code = i < 0 ? MISSING : (mark[i] as number);
    counts[code] = (counts[code] as number) + 1;
    if (code === OPEN) sum += quantity[i] as number;
  }
  const [open = 0, closed = 0, stockOut = 0, missing = 0] = counts;
  const exposure = open / (end - start);
  const known = exposure >= LEAST_EXPOSURE;
  series.starts.push(start);
  series.exposure.push(exposure);
  series.known.push(known);
  series.values.push(known ? sum / exposure : 0);
  if (known) series.states.push(sum === 0 ? 'zero' : 'observed');
  else
    series.states.push(missing > 0 && missing >= stockOut && missing >= closed ? 'missing' : stockOut >= closed ? 'stock-out' : 'closed');
}

function dropFirst(series: Mutable): void {
  series.values.shift();
  series.known.shift();
  series.states.shift();
  series.exposure.shift();
  series.starts.shift();
}
