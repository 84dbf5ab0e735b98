import { float8Array, int4Array, int8Array, textArray, type Transaction } from '@tributary/persistence';
import type { ForecastRow, ReplenishmentRow } from './forecast-outcome.ts';
import type { SeriesKey } from './series-key.ts';

/** What a run found of a series: why nothing new is said where that is so. */
export interface SeenSeries extends SeriesKey {
  readonly refused: { readonly code: string; readonly reason: string } | null;
  readonly replenishmentRefused: string | null;
}

const EPOCH = `DATE '1970-01-01'`;
/** Exact to the microsecond, which seconds as a double are not. */
const MOMENT = `'epoch'::timestamptz + as_of * interval '1 microsecond'`;

/** Keeps forecasts as the last good ones. */
export async function saveForecasts(tx: Transaction, rows: readonly ForecastRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ value }) => value);
  await tx.query(
    {
      name: 'forecast-save-latest',
      text: `INSERT INTO forecast.latest AS l (sku, location, as_of, bucket, start_day, horizon, demand_class, model, mean, quantiles, candidates,
  history_steps, horizon_sum_rmse, reason, input_hash, event_id)
SELECT sku, location, ${MOMENT}, bucket, ${EPOCH} + start_day, horizon, demand_class, model, mean::jsonb, quantiles::jsonb, candidates::jsonb,
  history_steps, horizon_sum_rmse, reason, input_hash, event_id
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::integer[], $6::integer[], $7::text[], $8::text[], $9::text[], $10::text[],
  $11::text[], $12::integer[], $13::double precision[], $14::text[], $15::bigint[], $16::text[])
  AS u (sku, location, as_of, bucket, start_day, horizon, demand_class, model, mean, quantiles, candidates, history_steps, horizon_sum_rmse,
    reason, input_hash, event_id) ORDER BY sku, location
ON CONFLICT (sku, location) DO UPDATE SET as_of = excluded.as_of, bucket = excluded.bucket, start_day = excluded.start_day,
  horizon = excluded.horizon, demand_class = excluded.demand_class, model = excluded.model, mean = excluded.mean,
  quantiles = excluded.quantiles, candidates = excluded.candidates, history_steps = excluded.history_steps,
  horizon_sum_rmse = excluded.horizon_sum_rmse, reason = excluded.reason, input_hash = excluded.input_hash, event_id = excluded.event_id`,
    },
    [
      textArray(values.map((value) => value.sku)),
      textArray(values.map((value) => value.location)),
      int8Array(values.map((value) => BigInt(value.asOf))),
      textArray(values.map((value) => value.bucket)),
      int4Array(values.map((value) => value.start)),
      int4Array(values.map((value) => value.horizon)),
      textArray(values.map((value) => value.demandClass)),
      textArray(values.map((value) => value.model)),
      textArray(values.map((value) => JSON.stringify(value.mean))),
      textArray(values.map((value) => JSON.stringify(value.quantiles))),
      textArray(values.map((value) => JSON.stringify(value.candidates))),
      int4Array(values.map((value) => value.historySteps)),
      float8Array(rows.map((row) => row.horizonSumRmse)),
      textArray(values.map((value) => value.reason)),
      int8Array(rows.map((row) => row.inputHash)),
      textArray(rows.map((row) => row.eventId)),
    ],
  );
}

/** Keeps suggestions. */
export async function saveReplenishments(tx: Transaction, rows: readonly ReplenishmentRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ value }) => value);
  await tx.query(
    {
      name: 'forecast-save-replenishment',
      text: `INSERT INTO forecast.replenishment AS r (sku, location, as_of, suggested_quantity, reorder_point, safety_stock, order_up_to, on_hand,
  on_order, lead_time_days, service_level, reason, content_hash, event_id)
SELECT sku, location, ${MOMENT}, suggested_quantity, reorder_point, safety_stock, order_up_to, on_hand, on_order, lead_time_days, service_level,
  reason, content_hash, event_id
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::double precision[], $6::double precision[], $7::double precision[],
  $8::bigint[], $9::bigint[], $10::integer[], $11::double precision[], $12::text[], $13::bigint[], $14::text[])
  AS u (sku, location, as_of, suggested_quantity, reorder_point, safety_stock, order_up_to, on_hand, on_order, lead_time_days, service_level,
    reason, content_hash, event_id) ORDER BY sku, location
ON CONFLICT (sku, location) DO UPDATE SET as_of = excluded.as_of, suggested_quantity = excluded.suggested_quantity,
  reorder_point = excluded.reorder_point, safety_stock = excluded.safety_stock, order_up_to = excluded.order_up_to, on_hand = excluded.on_hand,
  on_order = excluded.on_order, lead_time_days = excluded.lead_time_days, service_level = excluded.service_level, reason = excluded.reason,
  content_hash = excluded.content_hash, event_id = excluded.event_id`,
    },
    [
      textArray(values.map((value) => value.sku)),
      textArray(values.map((value) => value.location)),
      int8Array(values.map((value) => BigInt(value.asOf))),
      int8Array(values.map((value) => value.suggestedQuantity)),
      float8Array(values.map((value) => value.reorderPoint)),
      float8Array(values.map((value) => value.safetyStock)),
      float8Array(values.map((value) => value.orderUpTo)),
      int8Array(values.map((value) => value.onHand)),
      int8Array(values.map((value) => value.onOrder)),
      int4Array(values.map((value) => value.leadTimeDays)),
      float8Array(values.map((value) => value.serviceLevel)),
      textArray(values.map((value) => value.reason)),
      int8Array(rows.map((row) => row.contentHash)),
      textArray(rows.map((row) => row.eventId)),
    ],
  );
}

/**
 * Notes that series were looked at, and what kept a forecast or a suggestion from being made.
 * @param look its number: what changed after it began stays due.
 * @param start period the look was for.
 */
export async function markSeen(tx: Transaction, rows: readonly SeenSeries[], look: bigint, start: number): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    {
      name: 'forecast-mark-seen',
      text: `UPDATE forecast.series s SET seen_in = $6::bigint, forecast_start = ${EPOCH} + $7::integer, refused_code = u.code,
  refused_reason = u.reason, replenishment_refused = u.replenishment
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS u (sku, location, code, reason, replenishment)
WHERE s.sku = u.sku AND s.location = u.location`,
    },
    [
      textArray(rows.map((row) => row.sku)),
      textArray(rows.map((row) => row.location)),
      textArray(rows.map((row) => row.refused?.code ?? null)),
      textArray(rows.map((row) => row.refused?.reason ?? null)),
      textArray(rows.map((row) => row.replenishmentRefused)),
      look,
      start,
    ],
  );
}
