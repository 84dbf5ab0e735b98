import type { Sku } from '../../src/api.ts';

/** One step of the chart: what was, or what is expected. */
interface ChartStep {
  /** First day, `YYYY-MM-DD`. */
  readonly start: string;
  readonly actual: number | null;
  readonly mean: number | null;
}

/** A range that holds the demand with a probability: the pair of quantiles at its edges, one value a step of the chart. */
interface ChartBand {
  readonly low: number;
  readonly high: number;
  readonly from: readonly (number | null)[];
  readonly to: readonly (number | null)[];
}

export interface ChartSeries {
  readonly steps: readonly ChartStep[];
  /** Widest first. */
  readonly bands: readonly ChartBand[];
}

/** Steps of history shown by bucket: half a year, two years, four years. */
const SHOWN: Readonly<Record<string, number>> = { DAY: 182, WEEK: 104, MONTH: 48 };
const DAY_MS = 86_400_000;

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** Counts buckets: the index of the one a day is in, and the first day of one. Days and weeks count from the forecast's first day. */
interface Ruler {
  indexOf(day: number): number;
  startOf(index: number): number;
}

function rulerOf(bucket: string, start: number): Ruler {
  if (bucket === 'MONTH')
    return {
      indexOf: (day) => {
        const date = new Date(day * DAY_MS);
        return date.getUTCFullYear() * 12 + date.getUTCMonth();
      },
      startOf: (index) => Date.UTC(Math.floor(index / 12), index % 12, 1) / DAY_MS,
    };
  const length = bucket === 'WEEK' ? 7 : 1;
  return { indexOf: (day) => Math.floor((day - start) / length), startOf: (index) => start + index * length };
}

/**
 * Puts daily history and a forecast on one axis: history is summed into the forecast's steps (days without demand count as zero), the
 * forecast follows, and symmetric quantiles become bands. Days of history after the forecast's start are left to their steps.
 */
export function chartSeries(history: Sku['history'], forecast: Sku['forecast']): ChartSeries {
  const bucket = forecast?.bucket ?? 'WEEK';
  const days = history.map(({ day, quantity }) => ({ day: dayNumber(day), quantity: Number(quantity) }));
  const lastDay = days.at(-1)?.day;
  const start = forecast === null ? (lastDay ?? 0) + 1 : dayNumber(forecast.start);
  const ruler = rulerOf(bucket, start);
  const origin = ruler.indexOf(start);
  const sums = new Map<number, number>();
  for (const { day, quantity } of days) sums.set(ruler.indexOf(day), (sums.get(ruler.indexOf(day)) ?? 0) + quantity);

  const horizon = forecast?.mean.length ?? 0;
  const newest = Math.max(origin - 1, ...sums.keys());
  const oldest = sums.size === 0 ? origin : Math.max(Math.min(origin, ...sums.keys()), origin - (SHOWN[bucket] ?? 104));
  const end = Math.max(newest, origin + horizon - 1);
  const indices = Array.from({ length: Math.max(0, end - oldest + 1) }, (_, step) => oldest + step);
  return {
    steps: indices.map((index) => ({
      start: dayText(ruler.startOf(index)),
      actual: index < origin ? (sums.get(index) ?? 0) : (sums.get(index) ?? null),
      mean: forecast?.mean[index - origin] ?? null,
    })),
    bands: bandsOf(forecast, indices, origin),
  };
}

function bandsOf(forecast: Sku['forecast'], indices: readonly number[], origin: number): readonly ChartBand[] {
  const quantiles = [...(forecast?.quantiles ?? [])].sort((left, right) => left.level - right.level);
  return quantiles.flatMap((low) => {
    const high = quantiles.find(({ level }) => Math.abs(level - (1 - low.level)) < 1e-9);
    if (low.level >= 0.5 || high === undefined) return [];
    const on = (values: readonly number[]) => indices.map((index) => values[index - origin] ?? null);
    return [{ low: low.level, high: high.level, from: on(low.values), to: on(high.values) }];
  });
}
