import { textArray, type Statement, type Transaction } from '@tributary/persistence';
import type { OrderDocument } from './add-order.ts';
import { documentId, type DocumentKey, type KnownDocuments, type TouchedKeys } from './forecast-store.ts';
import type { Seen } from './judge-document.ts';
import { seriesId } from './series-key.ts';
import type { ProductDocument } from './set-product.ts';
import type { StockDocument } from './set-stock.ts';

/** Loads what is known of the documents, with one query a table; snapshots under lock, in the order of their keys. */
export async function loadDocuments(tx: Transaction, keys: TouchedKeys): Promise<KnownDocuments> {
  const { orders, returns, movements, stock, products } = keys;
  return {
    orders: keyed(await select<OrderRow>(tx, ORDERS, orders), (row) => ({ source: row.source, id: row.orderId }), asOrder),
    returns: keyed(await select<SeenRow>(tx, RETURNS, returns), (row) => row, asFact),
    movements: keyed(await select<SeenRow>(tx, MOVEMENTS, movements), (row) => row, asFact),
    stock: keyed(await selectStock(tx, stock), (row) => ({ source: row.source, id: seriesId(row) }), asStock),
    products: keyed(await select<ProductRow>(tx, PRODUCTS, products), (row) => ({ source: row.source, id: row.sku }), asProduct),
  };
}

type OrderRow = {
  source: string;
  orderId: string;
  version: bigint;
  hash: bigint;
  placedAt: bigint;
  day: number;
  demand: [string, string, string][];
};
type SeenRow = { source: string; id: string; hash: bigint };
type StockRow = Omit<StockDocument, 'asOf'> & { asOf: bigint };
type ProductRow = Omit<ProductDocument, 'updatedAt'> & { updatedAt: bigint };

const KEYS = 'SELECT * FROM unnest($1::text[], $2::text[])';
const ORDERS = {
  name: 'forecast-orders',
  text: `SELECT source, order_id AS "orderId", version, hash, placed_at AS "placedAt", day, demand FROM forecast.order_document
WHERE (source, order_id) IN (${KEYS}) ORDER BY source, order_id FOR UPDATE`,
};
const RETURNS = {
  name: 'forecast-returns',
  text: `SELECT source, return_id AS id, hash FROM forecast.return_document WHERE (source, return_id) IN (${KEYS})`,
};
const MOVEMENTS = {
  name: 'forecast-movements',
  text: `SELECT source, movement_id AS id, hash FROM forecast.movement WHERE (source, movement_id) IN (${KEYS})`,
};
const STOCK = {
  name: 'forecast-stock',
  text: `SELECT source, sku, location, version, hash, as_of AS "asOf", on_hand AS "onHand", reserved, on_order AS "onOrder",
  lead_time_days AS "leadTimeDays" FROM forecast.stock
WHERE (source, sku, location) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[])) ORDER BY source, sku, location FOR UPDATE`,
};
const PRODUCTS = {
  name: 'forecast-products',
  text: `SELECT source, sku, version, hash, updated_at AS "updatedAt", active, lead_time_days AS "leadTimeDays", minimum_order AS "minimumOrder",
  pack_size AS "packSize" FROM forecast.product WHERE (source, sku) IN (${KEYS}) ORDER BY source, sku FOR UPDATE`,
};

async function select<Row>(tx: Transaction, statement: Statement, keys: readonly DocumentKey[]): Promise<Row[]> {
  if (keys.length === 0) return [];
  return tx.query<Row>(statement, [textArray(keys.map(({ source }) => source)), textArray(keys.map(({ id }) => id))]);
}

async function selectStock(tx: Transaction, keys: readonly DocumentKey[]): Promise<StockRow[]> {
  if (keys.length === 0) return [];
  const parts = keys.map(({ id }) => id.split('\u001f'));
  return tx.query<StockRow>(STOCK, [
    textArray(keys.map(({ source }) => source)),
    textArray(parts.map(([sku]) => sku ?? '')),
    textArray(parts.map(([, location]) => location ?? '')),
  ]);
}

function keyed<Row, State>(rows: readonly Row[], keyOf: (row: Row) => DocumentKey, stateOf: (row: Row) => State): Map<string, State> {
  return new Map(rows.map((row) => [documentId(keyOf(row)), stateOf(row)]));
}

const asOrder = (row: OrderRow): OrderDocument => ({
  ...row,
  placedAt: Number(row.placedAt),
  demand: row.demand.map(([sku, location, quantity]) => ({ sku, location, quantity: BigInt(quantity) })),
});
const asFact = ({ hash }: SeenRow): Seen => ({ version: 0n, hash });
const asStock = (row: StockRow): StockDocument => ({ ...row, asOf: Number(row.asOf) });
const asProduct = (row: ProductRow): ProductDocument => ({ ...row, updatedAt: Number(row.updatedAt) });
