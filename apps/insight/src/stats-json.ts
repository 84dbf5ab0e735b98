import type { DayStats, Stats } from './stats.ts';

/** The form of the statistics in their json column: a day is `[orders, gross, returned]`, BigInts as text. */
export interface StatsJson {
  readonly days: Readonly<Record<string, readonly [number, string, string]>>;
  readonly complaints: number;
  readonly interactions: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly paid: string;
  readonly otherCurrency: number;
  readonly latest: number;
}

/** Writes statistics for their column; they are written for every event, and hold nothing but numbers. */
export function statsText(stats: Stats): string {
  let days = '';
  for (const [day, { orders, gross, returned }] of stats.days)
    days += `${days === '' ? '' : ','}"${day}":[${orders},"${gross}","${returned}"]`;
  let scores = '';
  for (const [score, count] of stats.scores) scores += `${scores === '' ? '' : ','}"${score}":${count}`;
  return `{"days":{${days}},"complaints":${stats.complaints},"interactions":${stats.interactions},"scores":{${scores}},"paid":"${stats.paid}","otherCurrency":${stats.otherCurrency},"latest":${stats.latest}}`;
}

/** Reads statistics from their column. */
export function readStats(json: StatsJson): Stats {
  const days = new Map<number, DayStats>();
  for (const [day, [orders, gross, returned]] of Object.entries(json.days))
    days.set(Number(day), { orders, gross: amount(gross), returned: amount(returned) });
  const scores = new Map<number, number>();
  for (const [score, count] of Object.entries(json.scores)) scores.set(Number(score), count);
  const { complaints, interactions, paid, otherCurrency, latest } = json;
  return { days, complaints, interactions, scores, paid: amount(paid), otherCurrency, latest };
}

const amount = (text: string): bigint => (text === '0' ? 0n : BigInt(text));
