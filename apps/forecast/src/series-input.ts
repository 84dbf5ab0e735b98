import { demandCalendar, isRefused, type Refusal } from '@tributary/forecasting';
import { closedDays } from './closed-days.ts';
import { seasonOf, type Bucket } from './period.ts';
import type { SeriesKey } from './series-key.ts';
import { stockOutDays, type DayLevel } from './stock-out-days.ts';

/** Demand of one series as it stands in the tables, days ascending. */
export interface SeriesHistory extends SeriesKey {
  readonly demand: readonly (readonly [day: number, quantity: number])[];
  readonly levels: readonly DayLevel[];
}

/** A regular series, ready for a model: plain data, so that it can go to a thread. */
export interface SeriesInput {
  readonly values: readonly number[];
  readonly known: readonly boolean[];
  readonly season: number;
  /** First day of the first step ahead. */
  readonly nextDay: number;
  /** Whether all quantities are whole pieces. */
  readonly pieces: boolean;
  readonly refused?: undefined;
}

/** Why there is no series. */
export interface NoSeries {
  readonly refused: Pick<Refusal, 'code' | 'field' | 'reason'>;
}

/**
 * Lays a history out on the calendar: from its first sale to the last whole day, closings and stock-outs marked, the period under way left
 * out. Refused (as a value) when there is no whole period yet.
 */
export function seriesInput(history: SeriesHistory, bucket: Bucket, lastDay: number, trading: ReadonlySet<number>): SeriesInput | NoSeries {
  const demand = history.demand.filter(([day]) => day <= lastDay);
  const firstDay = demand.find(([, quantity]) => quantity > 0)?.[0];
  if (firstDay === undefined) return { refused: { code: 'empty', field: 'demand', reason: 'nothing was ever ordered' } };
  const sold = new Set(demand.filter(([, quantity]) => quantity > 0).map(([day]) => day));
  const series = demandCalendar({
    quantities: demand.filter(([day]) => day >= firstDay),
    firstDay,
    lastDay,
    bucket,
    closed: closedDays(trading, firstDay, lastDay),
    stockOut: stockOutDays(history.levels, sold, lastDay),
  });
  if (isRefused(series)) return series;
  const { values, known, nextDay } = series;
  return { values, known, season: seasonOf(bucket), nextDay, pieces: demand.every(([, quantity]) => Number.isInteger(quantity)) };
}
