import type { Database, Transaction } from '@tributary/persistence';
import { int4Array, int8Array, textArray } from '@tributary/persistence';
import type { Fitted } from './fit-series.ts';
import type { Supply } from './plan-replenishment.ts';
import type { SeriesHistory } from './series-input.ts';
import { seriesId, type SeriesKey } from './series-key.ts';

/** A series that wants a forecast, as it stood when it was chosen. */
export interface DueSeries extends SeriesKey {
  /** The look that saw it last. */
  readonly seenIn: bigint;
  readonly forecastStart: number | null;
}

/** The last good forecast of a series. */
interface LastForecast {
  readonly inputHash: bigint;
  readonly fitted: Fitted;
}

/** What a forecast starts from. */
export interface SeriesState extends SeriesHistory {
  readonly supply: Supply;
  readonly last: LastForecast | undefined;
  readonly lastReplenishment: bigint | undefined;
}

const SCALE = 10_000;
const EPOCH = `DATE '1970-01-01'`;

/**
 * Series that changed since their last forecast, or whose last forecast begins before the period that begins now, by sku and location.
 * @param start first day of the period under way.
 */
export function dueSeries(database: Database, after: SeriesKey | undefined, start: number, limit: number): Promise<DueSeries[]> {
  return database.query<DueSeries>(
    {
      name: 'forecast-due',
      text: `SELECT sku, location, seen_in AS "seenIn", forecast_start - ${EPOCH} AS "forecastStart" FROM forecast.series
WHERE (sku, location) > ($1, $2) AND (changed_in > seen_in OR forecast_start IS DISTINCT FROM ${EPOCH} + $3::integer)
ORDER BY sku, location LIMIT $4`,
    },
    [after?.sku ?? '', after?.location ?? '', start, limit],
  );
}

/** Days on which anything was ordered, up to the last whole day. */
export async function tradingDays(database: Database, lastDay: number): Promise<Set<number>> {
  const rows = await database.query<{ day: number }>(
    `SELECT day - ${EPOCH} AS day FROM forecast.trading_day WHERE day <= ${EPOCH} + $1::integer`,
    [lastDay],
  );
  return new Set(rows.map(({ day }) => day));
}

/** Time of the latest order, microseconds; `undefined` before the first. */
export async function latestOrderTime(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ latest: bigint | null }>('SELECT max(placed_at) AS latest FROM forecast.order_document');
  return row?.latest === null || row === undefined ? undefined : Number(row.latest);
}

const JOIN = 'JOIN unnest($1::text[], $2::text[]) AS u (sku, location) USING (sku, location)';

type StockRow = SeriesKey & { onHand: bigint; reserved: bigint; onOrder: bigint; leadTimeDays: number | null };
type ProductRow = { sku: string; active: boolean; leadTimeDays: number | null; minimumOrder: bigint | null; packSize: bigint | null };
type LatestRow = SeriesKey & Omit<Fitted, 'refused'> & { inputHash: bigint };

/** Loads what the forecasts of some series start from: one query a table. Stock is the last level told plus what moved since. */
export async function loadSeries(database: Database, keys: readonly SeriesKey[], lastDay: number): Promise<SeriesState[]> {
  const skus = textArray(keys.map(({ sku }) => sku));
  const locations = textArray(keys.map(({ location }) => location));
  const [demand, levels, stock, products, latest, replenishments] = await Promise.all([
    database.query<SeriesKey & { day: number; quantity: bigint }>(
      `SELECT sku, location, day - ${EPOCH} AS day, quantity FROM forecast.demand ${JOIN} WHERE quantity <> 0 AND day <= ${EPOCH} + $3::integer ORDER BY day`,
      [skus, locations, lastDay],
    ),
    database.query<SeriesKey & { day: number; onHand: bigint }>(
      `SELECT sku, location, day - ${EPOCH} AS day, on_hand AS "onHand" FROM forecast.stock_day ${JOIN} WHERE day <= ${EPOCH} + $3::integer ORDER BY day`,
      [skus, locations, lastDay],
    ),
    database.query<StockRow>(
      `SELECT DISTINCT ON (s.sku, s.location) s.sku, s.location, s.reserved, s.on_order AS "onOrder", s.lead_time_days AS "leadTimeDays",
  s.on_hand + coalesce((SELECT sum(m.quantity) FROM forecast.movement m
    WHERE m.sku = s.sku AND m.location = s.location AND m.occurred_at > s.as_of), 0)::bigint AS "onHand"
FROM forecast.stock s ${JOIN} ORDER BY s.sku, s.location, s.as_of DESC, s.source`,
      [skus, locations],
    ),
    database.query<ProductRow>(
      `SELECT DISTINCT ON (sku) sku, active, lead_time_days AS "leadTimeDays", minimum_order AS "minimumOrder", pack_size AS "packSize"
FROM forecast.product WHERE sku = ANY($1::text[]) ORDER BY sku, updated_at DESC, source`,
      [skus],
    ),
    database.query<LatestRow>(
      `SELECT sku, location, model, demand_class AS "demandClass", mean, quantiles, candidates, horizon_sum_rmse AS "horizonSumRmse", reason,
  input_hash AS "inputHash" FROM forecast.latest ${JOIN}`,
      [skus, locations],
    ),
    database.query<SeriesKey & { contentHash: bigint }>(
      `SELECT sku, location, content_hash AS "contentHash" FROM forecast.replenishment ${JOIN}`,
      [skus, locations],
    ),
  ]);
  const demandOf = grouped(demand);
  const levelsOf = grouped(levels);
  const stockOf = new Map(stock.map((row) => [seriesId(row), row]));
  const productOf = new Map(products.map((row) => [row.sku, row]));
  const latestOf = new Map(latest.map((row) => [seriesId(row), row]));
  const replenishmentOf = new Map(replenishments.map((row) => [seriesId(row), row.contentHash]));
  return keys.map(({ sku, location }) => {
    const id = seriesId({ sku, location });
    const last = latestOf.get(id);
    return {
      sku,
      location,
      demand: (demandOf.get(id) ?? []).map(({ day, quantity }) => [day, Number(quantity) / SCALE] as const),
      levels: (levelsOf.get(id) ?? []).map(({ day, onHand }) => ({ day, onHand: Number(onHand) / SCALE })),
      supply: { stock: stockOf.get(id) ?? null, product: productOf.get(sku) ?? null },
      last: last === undefined ? undefined : { inputHash: last.inputHash, fitted: last },
      lastReplenishment: replenishmentOf.get(id),
    };
  });
}

function grouped<Row extends SeriesKey>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(seriesId(row));
    if (group === undefined) groups.set(seriesId(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** Locks series and tells which of them still stand as they did when they were chosen: the others were forecast by somebody else meanwhile. */
export async function lockUnchanged(tx: Transaction, due: readonly DueSeries[]): Promise<Set<string>> {
  const rows = await tx.query<SeriesKey>(
    {
      name: 'forecast-lock-series',
      text: `SELECT s.sku, s.location FROM forecast.series s
JOIN unnest($1::text[], $2::text[], $3::bigint[], $4::integer[]) AS u (sku, location, seen_in, start) USING (sku, location)
WHERE s.seen_in = u.seen_in AND s.forecast_start IS NOT DISTINCT FROM ${EPOCH} + u.start ORDER BY s.sku, s.location FOR UPDATE OF s`,
    },
    [
      textArray(due.map(({ sku }) => sku)),
      textArray(due.map(({ location }) => location)),
      int8Array(due.map(({ seenIn }) => seenIn)),
      int4Array(due.map(({ forecastStart }) => forecastStart)),
    ],
  );
  return new Set(rows.map(seriesId));
}
