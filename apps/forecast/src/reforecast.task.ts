import { appendOutbox, type Database } from '@tributary/persistence';
import { dayOf } from './add-order.ts';
import { decideForecasts, type Decisions, type Fit } from './decide-forecasts.ts';
import { forecastEvents } from './forecast-outcome.ts';
import { beginLook } from './look.store.ts';
import { periodStart, type Bucket } from './period.ts';
import { dueSeries, loadSeries, lockUnchanged, tradingDays, type DueSeries } from './reforecast.store.ts';
import { markSeen, saveForecasts, saveReplenishments } from './save-forecasts.ts';
import { seriesId, type SeriesKey } from './series-key.ts';

/** What a run works with. */
export interface ReforecastDeps {
  readonly database: Database;
  readonly bucket: Bucket;
  readonly horizon: number;
  readonly fit: Fit;
  /** W3C trace context of the run, carried by what it publishes. */
  readonly traceparent?: string;
  /** The process is stopping: the batch under way is finished, the other series stay due. */
  readonly stopping?: () => boolean;
}

/** What a run did, in series. */
export interface ReforecastSummary {
  readonly looked: number;
  readonly forecasts: number;
  readonly replenishments: number;
  readonly refused: number;
}

/** Series a transaction: long enough to be cheap, short enough to hold no lock that a fold would wait for. */
const BATCH = 200;

/**
 * Forecasts every series that changed, or whose period has passed, and publishes what is new: load, fit (pure, elsewhere), save with the
 * outbox rows in one transaction a batch. The day of `asOf` is not over and does not count, nor does the period under way.
 * @param asOf reference time, microseconds UTC.
 */
export async function runReforecast(asOf: number, deps: ReforecastDeps): Promise<ReforecastSummary> {
  const lastDay = dayOf(asOf) - 1;
  const start = periodStart(lastDay + 1, deps.bucket);
  const look = await beginLook(deps.database);
  const trading = await tradingDays(deps.database, lastDay);
  const summary = { looked: 0, forecasts: 0, replenishments: 0, refused: 0 };
  let after: SeriesKey | undefined;
  for (;;) {
    const due = await dueSeries(deps.database, after, start, BATCH);
    if (due.length === 0 || deps.stopping?.() === true) return summary;
    after = due.at(-1);
    const states = await loadSeries(deps.database, due, lastDay);
    const pairs = states.flatMap((state, index) => {
      const series = due[index];
      return series === undefined ? [] : [{ due: series, state }];
    });
    const frame = { asOf, bucket: deps.bucket, horizon: deps.horizon };
    const decisions = await decideForecasts(pairs, frame, lastDay, trading, deps.fit);
    const saved = await save(deps, due, decisions, look, start);
    summary.looked += saved.seen.length;
    summary.forecasts += saved.forecasts.length;
    summary.replenishments += saved.replenishments.length;
    summary.refused += saved.seen.filter(({ refused }) => refused !== null).length;
  }
}

/** Saves what still stands: a series that another run forecast meanwhile is left to it. */
function save(deps: ReforecastDeps, due: readonly DueSeries[], decisions: Decisions, look: bigint, start: number): Promise<Decisions> {
  return deps.database.transaction(async (tx) => {
    const mine = await lockUnchanged(tx, due);
    const forecasts = decisions.forecasts.filter(({ value }) => mine.has(seriesId(value)));
    const replenishments = decisions.replenishments.filter(({ value }) => mine.has(seriesId(value)));
    const seen = decisions.seen.filter((series) => mine.has(seriesId(series)));
    await saveForecasts(tx, forecasts);
    await saveReplenishments(tx, replenishments);
    await markSeen(tx, seen, look, start);
    await appendOutbox(tx, forecastEvents(forecasts, replenishments, deps.traceparent));
    return { forecasts, replenishments, seen };
  });
}
