import { int4Array, textArray, type Transaction } from '@tributary/persistence';
import type { Changes } from './forecast-store.ts';
import type { NotedMemory } from './noted-memory.ts';
import { bySeries, seriesId, type SeriesKey } from './series-key.ts';

/** Notes the days on which anything was ordered. @returns those that were not remembered. */
export function noteTrading(tx: Transaction, memory: NotedMemory, { demand }: Changes): number[] {
  const found = new Set<number>();
  for (const { day } of demand) if (!memory.hasDay(day)) found.add(day);
  const days = [...found].sort((left, right) => left - right);
  if (days.length > 0)
    tx.send(
      {
        name: 'forecast-trading-days',
        text: `INSERT INTO forecast.trading_day (day) SELECT DATE '1970-01-01' + u.day FROM unnest($1::integer[]) AS u (day)
WHERE NOT EXISTS (SELECT FROM forecast.trading_day t WHERE t.day = DATE '1970-01-01' + u.day) ON CONFLICT DO NOTHING`,
      },
      [int4Array(days)],
    );
  return days;
}

const BY_DEMAND = {
  name: 'forecast-note-series',
  text: notes('SELECT * FROM unnest($2::text[], $3::text[])'),
};
const BY_ANYTHING = {
  name: 'forecast-note-touched',
  text: notes(`SELECT * FROM unnest($2::text[], $3::text[])
  UNION SELECT s.* FROM unnest($4::text[], $5::text[]) AS u (a, b)
  CROSS JOIN LATERAL (SELECT sku, location FROM forecast.series WHERE sku = u.a AND location = u.b LIMIT 1) s
  UNION SELECT s.* FROM unnest($6::text[]) AS u (a) CROSS JOIN LATERAL (SELECT sku, location FROM forecast.series WHERE sku = u.a OFFSET 0) s`),
};

/** In one statement whatever it is that changed them: their locks are taken in one order. */
function notes(touched: string): string {
  return `INSERT INTO forecast.series AS s (sku, location, changed_in)
SELECT sku, location, $1::bigint FROM (${touched}) AS touched (sku, location) ORDER BY sku, location
ON CONFLICT (sku, location) DO UPDATE SET changed_in = excluded.changed_in WHERE s.changed_in < excluded.changed_in`;
}

/**
 * Notes series as changed: by demand they come to be; stock and products only change series that exist.
 * @returns those with demand that were not remembered.
 */
export function noteSeries(tx: Transaction, memory: NotedMemory, look: bigint, changes: Changes): SeriesKey[] {
  const series = distinct(changes.demand.filter((row) => !memory.hasSeries(look, row)));
  const places = distinct([...changes.stock, ...changes.movements]);
  const skus = [...new Set(changes.products.map(({ sku }) => sku))];
  const values = [look, textArray(series, (row) => row.sku), textArray(series, (row) => row.location)];
  if (places.length > 0 || skus.length > 0)
    tx.send(BY_ANYTHING, [...values, textArray(places, (row) => row.sku), textArray(places, (row) => row.location), textArray(skus)]);
  else if (series.length > 0) tx.send(BY_DEMAND, values);
  return series;
}

function distinct(rows: readonly SeriesKey[]): SeriesKey[] {
  return [...new Map(rows.map(({ sku, location }) => [seriesId({ sku, location }), { sku, location }])).values()].sort(bySeries);
}
