import { textArray, type Statement, type Transaction } from '@tributary/persistence';
import type { OrderDocument } from './add-order.ts';
import { documentId, type DocumentKey, type KnownDocuments, type TouchedKeys } from './forecast-store.ts';
import type { Seen } from './judge-document.ts';
import { readDemand, type DemandJson } from './order-text.ts';
import { seriesId } from './series-key.ts';
import type { ProductDocument } from './set-product.ts';
import type { StockDocument } from './set-stock.ts';

/**
 * Loads what is known of the documents, with one query a table, all in one round trip; snapshots under lock, in the order of the keys as
 * they are given.
 */
export async function loadDocuments(tx: Transaction, keys: TouchedKeys): Promise<KnownDocuments> {
  const [orders, returns, movements, stock, products] = await Promise.all([
    select<OrderRow>(tx, ORDERS, keys.orders),
    select<SeenRow>(tx, RETURNS, keys.returns),
    select<SeenRow>(tx, MOVEMENTS, keys.movements),
    selectStock(tx, keys.stock),
    select<ProductRow>(tx, PRODUCTS, keys.products),
  ]);
  return {
    orders: keyed(orders, (row) => ({ source: row.source, id: row.orderId }), asOrder),
    returns: keyed(returns, (row) => row, asFact),
    movements: keyed(movements, (row) => row, asFact),
    stock: keyed(stock, (row) => ({ source: row.source, id: seriesId(row) }), asStock),
    products: keyed(products, (row) => ({ source: row.source, id: row.sku }), asProduct),
  };
}

type OrderRow = {
  source: string;
  orderId: string;
  version: bigint;
  hash: bigint;
  placedAt: bigint;
  day: number;
  demand: DemandJson;
};
type SeenRow = { source: string; id: string; hash: bigint };
type StockRow = Omit<StockDocument, 'asOf'> & { asOf: bigint };
type ProductRow = Omit<ProductDocument, 'updatedAt'> & { updatedAt: bigint };

// Key by key: a plan made while a table was small would read all of it for every batch of a few events. And in the order of the keys, so
// that no two batches wait for each other's locks in a ring.
const byKey = (columns: string, table: string, id: string, lock: '' | 'FOR UPDATE'): string =>
  `SELECT d.* FROM unnest($1::text[], $2::text[]) AS u (a, b)
CROSS JOIN LATERAL (SELECT ${columns} FROM forecast.${table} WHERE source = u.a AND ${id} = u.b LIMIT 1 ${lock}) d`;
const ORDERS = {
  name: 'forecast-orders',
  text: byKey(
    'source, order_id AS "orderId", version, hash, placed_at AS "placedAt", day, demand',
    'order_document',
    'order_id',
    'FOR UPDATE',
  ),
};
const RETURNS = { name: 'forecast-returns', text: byKey('source, return_id AS id, hash', 'return_document', 'return_id', '') };
const MOVEMENTS = { name: 'forecast-movements', text: byKey('source, movement_id AS id, hash', 'movement', 'movement_id', '') };
const STOCK = {
  name: 'forecast-stock',
  text: `SELECT d.* FROM unnest($1::text[], $2::text[], $3::text[]) AS u (a, b, c)
CROSS JOIN LATERAL (SELECT source, sku, location, version, hash, as_of AS "asOf", on_hand AS "onHand", reserved, on_order AS "onOrder",
  lead_time_days AS "leadTimeDays" FROM forecast.stock WHERE source = u.a AND sku = u.b AND location = u.c LIMIT 1 FOR UPDATE) d`,
};
const PRODUCTS = {
  name: 'forecast-products',
  text: byKey(
    `source, sku, version, hash, updated_at AS "updatedAt", active, lead_time_days AS "leadTimeDays", minimum_order AS "minimumOrder",
  pack_size AS "packSize"`,
    'product',
    'sku',
    'FOR UPDATE',
  ),
};

async function select<Row>(tx: Transaction, statement: Statement, keys: readonly DocumentKey[]): Promise<Row[]> {
  if (keys.length === 0) return [];
  return tx.query<Row>(statement, [textArray(keys, (key) => key.source), textArray(keys, (key) => key.id)]);
}

async function selectStock(tx: Transaction, keys: readonly DocumentKey[]): Promise<StockRow[]> {
  if (keys.length === 0) return [];
  const parts = keys.map(({ id }) => id.split('\u001f'));
  return tx.query<StockRow>(STOCK, [
    textArray(keys, (key) => key.source),
    textArray(parts, ([sku]) => sku ?? ''),
    textArray(parts, ([, location]) => location ?? ''),
  ]);
}

function keyed<Row, State>(rows: readonly Row[], keyOf: (row: Row) => DocumentKey, stateOf: (row: Row) => State): Map<string, State> {
  return new Map(rows.map((row) => [documentId(keyOf(row)), stateOf(row)]));
}

const asOrder = (row: OrderRow): OrderDocument => ({
  ...row,
  placedAt: Number(row.placedAt),
  demand: readDemand(row.demand),
});
const asFact = ({ hash }: SeenRow): Seen => ({ version: 0n, hash });
const asStock = (row: StockRow): StockDocument => ({ ...row, asOf: Number(row.asOf) });
const asProduct = (row: ProductRow): ProductDocument => ({ ...row, updatedAt: Number(row.updatedAt) });
