import type { DayStats, Stats } from './stats.ts';

/** The form of the statistics in their jsonb column: a day is `[orders, gross, returned]`, BigInts as text. */
export interface StatsJson {
  readonly days: Readonly<Record<string, readonly [number, string, string]>>;
  readonly complaints: number;
  readonly interactions: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly paid: string;
  readonly otherCurrency: number;
  readonly latest: number;
}

export function toStatsJson(stats: Stats): StatsJson {
  const days = [...stats.days].map(([day, value]) => [day, [value.orders, `${value.gross}`, `${value.returned}`]] as const);
  return { ...stats, days: Object.fromEntries(days), paid: stats.paid.toString() };
}

export function fromStatsJson(json: StatsJson): Stats {
  const days = Object.entries(json.days).map(([day, [orders, gross, returned]]): [number, DayStats] => [
    Number(day),
    { orders, gross: BigInt(gross), returned: BigInt(returned) },
  ]);
  return { ...json, days: new Map(days), paid: BigInt(json.paid) };
}
