import { int4Array, int8Array, textArray, type Statement, type Transaction } from '@tributary/persistence';
import type { DayUnits } from './add-order.ts';
import type { Changes } from './forecast-store.ts';
import { bySeries, seriesId, type SeriesKey } from './series-key.ts';

/** Adds the differences to the daily sums, and notes the days on which anything was ordered. */
export async function saveDemand(tx: Transaction, { demand, returned }: Changes): Promise<void> {
  await addUnits(tx, ADD_DEMAND, demand);
  await addUnits(tx, ADD_RETURNED, returned);
  await noteTrading(tx, demand);
}

const addTo = (table: 'demand' | 'returned'): Statement => ({
  name: `forecast-add-${table}`,
  text: `INSERT INTO forecast.${table} AS d (sku, location, day, quantity)
SELECT sku, location, DATE '1970-01-01' + day, quantity FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
  AS u (sku, location, day, quantity) ORDER BY sku, location, day
ON CONFLICT (sku, location, day) DO UPDATE SET quantity = d.quantity + excluded.quantity`,
});
const ADD_DEMAND = addTo('demand');
const ADD_RETURNED = addTo('returned');

async function addUnits(tx: Transaction, statement: Statement, units: readonly DayUnits[]): Promise<void> {
  if (units.length === 0) return;
  await tx.query(statement, [
    textArray(units.map((row) => row.sku)),
    textArray(units.map((row) => row.location)),
    int4Array(units.map((row) => row.day)),
    int8Array(units.map((row) => row.quantity)),
  ]);
}

async function noteTrading(tx: Transaction, demand: readonly DayUnits[]): Promise<void> {
  const days = [...new Set(demand.map(({ day }) => day))].sort((left, right) => left - right);
  if (days.length === 0) return;
  await tx.query(
    {
      name: 'forecast-trading-days',
      text: `INSERT INTO forecast.trading_day (day) SELECT DATE '1970-01-01' + u.day FROM unnest($1::integer[]) AS u (day)
WHERE NOT EXISTS (SELECT FROM forecast.trading_day t WHERE t.day = DATE '1970-01-01' + u.day) ON CONFLICT DO NOTHING`,
    },
    [int4Array(days)],
  );
}

/** Counts changes: series come to be by demand; stock and products only count a change of series that exist. */
export async function countChanges(tx: Transaction, { demand, stock, movements, products }: Changes): Promise<void> {
  const changed = distinct(demand);
  if (changed.length > 0)
    await tx.query(
      {
        name: 'forecast-count-demand',
        text: `INSERT INTO forecast.series AS s (sku, location) SELECT * FROM unnest($1::text[], $2::text[]) AS u (sku, location) ORDER BY sku, location
ON CONFLICT (sku, location) DO UPDATE SET changes = s.changes + 1`,
      },
      [textArray(changed.map((row) => row.sku)), textArray(changed.map((row) => row.location))],
    );
  const places = distinct([...stock, ...movements]);
  const skus = [...new Set(products.map(({ sku }) => sku))];
  if (places.length === 0 && skus.length === 0) return;
  await tx.query(
    {
      name: 'forecast-count-stock',
      text: `UPDATE forecast.series s SET changes = s.changes + 1 FROM (
  SELECT sku, location FROM forecast.series
  WHERE (sku, location) IN (SELECT * FROM unnest($1::text[], $2::text[])) OR sku = ANY($3::text[]) ORDER BY sku, location FOR UPDATE
) touched WHERE s.sku = touched.sku AND s.location = touched.location`,
    },
    [textArray(places.map((row) => row.sku)), textArray(places.map((row) => row.location)), textArray(skus)],
  );
}

function distinct(rows: readonly SeriesKey[]): SeriesKey[] {
  return [...new Map(rows.map(({ sku, location }) => [seriesId({ sku, location }), { sku, location }])).values()].sort(bySeries);
}
