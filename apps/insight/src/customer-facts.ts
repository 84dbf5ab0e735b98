import type { Stats } from './stats.ts';

const DAY_MICROS = 86_400_000_000;

/** What rules and models look at. Money in units of the currency (a double: for comparing and fitting, never for booking). */
export interface CustomerFacts {
  readonly orders: number;
  /** Days with at least one order that counts. */
  readonly purchaseDays: number;
  readonly firstDay: number | undefined;
  readonly lastDay: number | undefined;
  readonly recencyDays: number | undefined;
  readonly gross: number;
  readonly returned: number;
  readonly net: number;
  /** Net value at scale 4, exact. */
  readonly netExact: bigint;
  readonly returnRate: number;
  readonly complaints: number;
  readonly lowestScore: number | undefined;
}

/** Derives the facts of a customer at a reference time (microseconds). Days after it do not count. */
export function customerFacts(stats: Stats, asOf: number): CustomerFacts {
  const today = Math.floor(asOf / DAY_MICROS);
  let orders = 0;
  let purchaseDays = 0;
  let firstDay: number | undefined;
  let lastDay: number | undefined;
  let gross = 0n;
  let returned = 0n;
  for (const [day, value] of stats.days) {
    if (day > today) continue;
    orders += value.orders;
    gross += value.gross;
    if (value.returned !== 0n) returned += value.returned;
    if (value.orders <= 0) continue;
    purchaseDays += 1;
    if (firstDay === undefined || day < firstDay) firstDay = day;
    if (lastDay === undefined || day > lastDay) lastDay = day;
  }
  let lowestScore: number | undefined;
  for (const [score, count] of stats.scores) if (count > 0 && (lowestScore === undefined || score < lowestScore)) lowestScore = score;
  return {
    orders,
    purchaseDays,
    firstDay,
    lastDay,
    recencyDays: lastDay === undefined ? undefined : today - lastDay,
    gross: Number(gross) / 10_000,
    returned: Number(returned) / 10_000,
    net: Number(gross - returned) / 10_000,
    netExact: gross - returned,
    returnRate: gross > 0n ? Number(returned) / Number(gross) : 0,
    complaints: stats.complaints,
    lowestScore,
  };
}
