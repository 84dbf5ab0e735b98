import type { Queryable } from '@tributary/persistence';
import type { Answer, Page, Sku, SkuRow } from './api.ts';
import { NotFound } from './api-fault.ts';
import { place, readCursor, writeCursor } from './cursor.ts';

type Forecast = NonNullable<Sku['forecast']>;
type Replenishment = NonNullable<Sku['replenishment']>;
type Dated<T, Field extends keyof T> = Omit<T, Field> & Readonly<Record<Field, Date>>;

/** Days of history shown. */
const HISTORY_DAYS = 730;

/** Skus with a forecast, by sku and location. */
export async function searchSkus(db: Queryable, query: string, limit: number, cursor: string | undefined): Promise<Page<SkuRow>> {
  const after = readCursor(cursor, [place.text, place.text]);
  const rows = await db.query<Dated<SkuRow, 'asOf'>>(
    `SELECT sku, location, demand_class AS "demandClass", model, as_of AS "asOf" FROM console.forecast_view
WHERE (starts_with(lower(sku), lower($1)) OR starts_with(lower(location), lower($1))) AND ($2::text IS NULL OR (sku, location) > ($2, $3::text))
ORDER BY sku, location LIMIT $4`,
    [query, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit).map((row) => ({ ...row, asOf: row.asOf.toISOString() }));
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? writeCursor([last.sku, last.location]) : null };
}

const FORECAST = `SELECT as_of AS "asOf", bucket, to_char(start_day, 'YYYY-MM-DD') AS start, horizon, demand_class AS "demandClass", model, mean, quantiles,
  candidates, reason, event_id AS "eventId" FROM console.forecast_view WHERE sku = $1 AND location = $2`;
const REPLENISHMENT = `SELECT suggested_quantity::text AS "suggestedQuantity", reorder_point AS "reorderPoint", safety_stock AS "safetyStock",
  order_up_to AS "orderUpTo", on_hand::text AS "onHand", on_order::text AS "onOrder", reason, event_id AS "eventId"
FROM console.replenishment_view WHERE sku = $1 AND location = $2`;
const DEMAND = `SELECT to_char(day, 'YYYY-MM-DD') AS day, quantity::text AS quantity FROM console.demand_view
WHERE sku = $1 AND location = $2 AND day > (SELECT max(day) FROM console.demand_view WHERE sku = $1 AND location = $2) - ${HISTORY_DAYS} ORDER BY day`;
const ANSWERS = `SELECT event_id AS "eventId", status, attempts, decision, reason, value::text AS value, published_at AS "publishedAt", answered_at AS "answeredAt"
FROM console.delivery_view WHERE event_id = ANY($1)`;

/** Demand, forecast, replenishment and what the ERP answered for one sku at one location. Throws {@link NotFound}. */
export async function readSku(db: Queryable, sku: string, location: string): Promise<Sku> {
  const [history, [forecast], [replenishment]] = await Promise.all([
    db.query<Sku['history'][number]>(DEMAND, [sku, location]),
    db.query<Dated<Omit<Forecast, 'answer'>, 'asOf'> & { eventId: string }>(FORECAST, [sku, location]),
    db.query<Omit<Replenishment, 'answer'> & { eventId: string }>(REPLENISHMENT, [sku, location]),
  ]);
  if (history.length === 0 && forecast === undefined && replenishment === undefined) throw new NotFound('sku');
  const answers = await readAnswers(db, [forecast?.eventId, replenishment?.eventId]);
  return {
    sku,
    location,
    history,
    forecast: forecast === undefined ? null : forecastOf(forecast, answers),
    replenishment: replenishment === undefined ? null : replenishmentOf(replenishment, answers),
  };
}

const forecastOf = (
  { eventId, asOf, ...row }: Dated<Omit<Forecast, 'answer'>, 'asOf'> & { eventId: string },
  answers: ReadonlyMap<string, Answer>,
): Forecast => ({ ...row, asOf: asOf.toISOString(), answer: answers.get(eventId) ?? null });

const replenishmentOf = (
  { eventId, ...row }: Omit<Replenishment, 'answer'> & { eventId: string },
  answers: ReadonlyMap<string, Answer>,
): Replenishment => ({ ...row, answer: answers.get(eventId) ?? null });

async function readAnswers(db: Queryable, eventIds: readonly (string | undefined)[]): Promise<ReadonlyMap<string, Answer>> {
  const rows = await db.query<Omit<Answer, 'publishedAt' | 'answeredAt'> & { publishedAt: Date; answeredAt: Date | null }>(ANSWERS, [
    eventIds.filter((id) => id !== undefined),
  ]);
  return new Map(
    rows.map((row) => [
      row.eventId,
      { ...row, publishedAt: row.publishedAt.toISOString(), answeredAt: row.answeredAt?.toISOString() ?? null },
    ]),
  );
}
