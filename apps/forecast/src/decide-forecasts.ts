import {
  forecastRow,
  inputHash,
  replenishmentRow,
  type ForecastFrame,
  type ForecastRow,
  type ReplenishmentRow,
} from './forecast-outcome.ts';
import type { Fitted, FitRequest, NotFitted } from './fit-series.ts';
import { planReplenishment } from './plan-replenishment.ts';
import type { DueSeries, SeriesState } from './reforecast.store.ts';
import type { SeenSeries } from './save-forecasts.ts';
import { seriesInput, type SeriesInput } from './series-input.ts';

/** Fits series somewhere: in a worker thread, or here in a test. */
export type Fit = (request: FitRequest) => Promise<(Fitted | NotFitted)[]>;

/** What a run decided about some series. */
export interface Decisions {
  readonly forecasts: readonly ForecastRow[];
  readonly replenishments: readonly ReplenishmentRow[];
  readonly seen: readonly SeenSeries[];
}

interface Prepared {
  readonly due: DueSeries;
  readonly state: SeriesState;
  readonly input: SeriesInput;
  readonly hash: bigint;
}

/**
 * Decides what to say about some series: fits those whose input changed, keeps the last good forecast of those that cannot be fitted any
 * more, and plans replenishment from whichever forecast stands.
 */
export async function decideForecasts(
  pairs: readonly { readonly due: DueSeries; readonly state: SeriesState }[],
  frame: ForecastFrame,
  lastDay: number,
  trading: ReadonlySet<number>,
  fit: Fit,
): Promise<Decisions> {
  const seen: SeenSeries[] = [];
  const prepared: Prepared[] = [];
  for (const { due, state } of pairs) {
    const input = seriesInput(state, frame.bucket, lastDay, trading);
    if (input.refused === undefined) prepared.push({ due, state, input, hash: inputHash(input, frame) });
    else seen.push(looked(due, input.refused, 'there is no forecast'));
  }
  const changed = prepared.filter(({ state, hash }) => state.last?.inputHash !== hash);
  const fits = await fit({
    horizon: frame.horizon,
    series: changed.map(({ input: { values, known, season } }) => ({ values, known, season })),
  });
  const fitOf = new Map(changed.map((one, index) => [one, fits[index]]));

  const forecasts: ForecastRow[] = [];
  const replenishments: ReplenishmentRow[] = [];
  for (const one of prepared) {
    const { due, state, input, hash } = one;
    const fitted = fitOf.has(one) ? fitOf.get(one) : state.last?.fitted;
    if (fitted === undefined) throw new RangeError('a fit answered fewer series than it was given');
    if (fitted.refused !== undefined) {
      seen.push(looked(due, fitted.refused, 'there is no forecast'));
      continue;
    }
    if (fitOf.has(one)) forecasts.push(forecastRow(due, frame, input, hash, fitted));
    const plan = planReplenishment(fitted, state.supply, frame.bucket, input.pieces);
    if (plan.kind === 'plan') {
      const row = replenishmentRow(due, frame.asOf, plan.plan);
      if (row.contentHash !== state.lastReplenishment) replenishments.push(row);
    }
    seen.push(looked(due, null, plan.kind === 'none' ? plan.reason : null));
  }
  return { forecasts, replenishments, seen };
}

const looked = (due: DueSeries, refused: SeenSeries['refused'], replenishmentRefused: string | null): SeenSeries => ({
  sku: due.sku,
  location: due.location,
  refused: refused === null ? null : { code: refused.code, reason: refused.reason },
  replenishmentRefused,
});
