import { int4Array, int8Array, textArray, type Statement, type Transaction } from '@tributary/persistence';
import type { DayUnits } from './add-order.ts';
import type { Changes } from './forecast-store.ts';

const addTo = (table: 'demand' | 'returned'): Statement => ({
  name: `forecast-add-${table}`,
  text: `INSERT INTO forecast.${table} AS d (sku, location, day, quantity)
SELECT sku, location, DATE '1970-01-01' + day, quantity FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
  AS u (sku, location, day, quantity) ORDER BY sku, location, day
ON CONFLICT (sku, location, day) DO UPDATE SET quantity = d.quantity + excluded.quantity`,
});
const ADD_DEMAND = addTo('demand');
const ADD_RETURNED = addTo('returned');

/** Adds the differences to the daily sums. */
export function addDemand(tx: Transaction, { demand, returned }: Changes): void {
  addUnits(tx, ADD_RETURNED, returned);
  addUnits(tx, ADD_DEMAND, demand);
}

function addUnits(tx: Transaction, statement: Statement, units: readonly DayUnits[]): void {
  if (units.length === 0) return;
  tx.send(statement, [
    textArray(units, (row) => row.sku),
    textArray(units, (row) => row.location),
    int4Array(units, (row) => row.day),
    int8Array(units, (row) => row.quantity),
  ]);
}
