import { boolArray, ContentionError, int4Array, int8Array, textArray, type Transaction } from '@tributary/persistence';
import type { Changes } from './forecast-store.ts';
import { demandText } from './order-text.ts';

const ORDER_ROWS = `SELECT u.source, u.order_id, u.version, u.hash, u.placed_at, u.day, u.demand::json
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[], $7::text[])
  AS u (source, order_id, version, hash, placed_at, day, demand) ORDER BY source, order_id`;
function orderColumns(orders: Changes['orders']): Buffer[] {
  return [
    textArray(orders, ({ document }) => document.source),
    textArray(orders, ({ document }) => document.orderId),
    int8Array(orders, ({ document }) => document.version),
    int8Array(orders, ({ document }) => document.hash),
    int8Array(orders, ({ document }) => document.placedAt),
    int4Array(orders, ({ document }) => document.day),
    textArray(orders, ({ document }) => demandText(document.demand)),
  ];
}

/**
 * Writes orders. A new one that another transaction wrote meanwhile is a unique violation; a known one of which it wrote another version is
 * a `ContentionError`.
 */
export async function saveOrders(tx: Transaction, { orders }: Changes): Promise<void> {
  const known = orders.filter(({ replaces }) => replaces !== null);
  const added = known.length === 0 ? orders : orders.filter(({ replaces }) => replaces === null);
  if (added.length > 0)
    tx.send(
      {
        name: 'forecast-insert-orders',
        text: `INSERT INTO forecast.order_document (source, order_id, version, hash, placed_at, day, demand) ${ORDER_ROWS}`,
      },
      orderColumns(added),
    );
  if (known.length === 0) return;
  // As a conflict, row by row: an update joined with the rows could be planned over the whole table.
  const written = await tx.query(
    {
      name: 'forecast-replace-orders',
      text: `INSERT INTO forecast.order_document AS d (source, order_id, version, hash, placed_at, day, demand) ${ORDER_ROWS}
ON CONFLICT (source, order_id) DO UPDATE SET version = excluded.version, hash = excluded.hash, placed_at = excluded.placed_at,
  day = excluded.day, demand = excluded.demand
WHERE (d.source, d.order_id, d.version) IN (SELECT * FROM unnest($1::text[], $2::text[], $8::bigint[])) RETURNING 1`,
    },
    [...orderColumns(known), int8Array(known, ({ replaces }) => replaces)],
  );
  // A row that another transaction wrote meanwhile does not have the version this one took out: its demand would be counted twice.
  if (written.length < known.length) throw new ContentionError('another transaction wrote the same order');
}

/** Writes returns and movements; a unique violation says that another transaction was first. */
export function saveFacts(tx: Transaction, { returns, movements }: Changes): void {
  if (returns.length > 0)
    tx.send(
      {
        name: 'forecast-save-returns',
        text: `INSERT INTO forecast.return_document (source, return_id, hash) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ORDER BY 1, 2`,
      },
      [textArray(returns, (row) => row.source), textArray(returns, (row) => row.returnId), int8Array(returns, (row) => row.hash)],
    );
  if (movements.length > 0)
    tx.send(
      {
        name: 'forecast-save-movements',
        text: `INSERT INTO forecast.movement (source, movement_id, hash, sku, location, quantity, occurred_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) ORDER BY 1, 2`,
      },
      [
        textArray(movements, (row) => row.source),
        textArray(movements, (row) => row.movementId),
        int8Array(movements, (row) => row.hash),
        textArray(movements, (row) => row.sku),
        textArray(movements, (row) => row.location),
        int8Array(movements, (row) => row.quantity),
        int8Array(movements, (row) => row.occurredAt),
      ],
    );
}

/** Writes stock levels, and the last level of each day. */
export function saveStock(tx: Transaction, { stock, stockDays }: Changes): void {
  if (stock.length === 0) return;
  tx.send(
    {
      name: 'forecast-save-stock',
      text: `INSERT INTO forecast.stock AS s (source, sku, location, version, hash, as_of, on_hand, reserved, on_order, lead_time_days)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::integer[])
  AS u (source, sku, location, version, hash, as_of, on_hand, reserved, on_order, lead_time_days) ORDER BY source, sku, location
ON CONFLICT (source, sku, location) DO UPDATE SET version = excluded.version, hash = excluded.hash, as_of = excluded.as_of,
  on_hand = excluded.on_hand, reserved = excluded.reserved, on_order = excluded.on_order, lead_time_days = excluded.lead_time_days
WHERE excluded.version > s.version`,
    },
    [
      textArray(stock, (row) => row.source),
      textArray(stock, (row) => row.sku),
      textArray(stock, (row) => row.location),
      int8Array(stock, (row) => row.version),
      int8Array(stock, (row) => row.hash),
      int8Array(stock, (row) => row.asOf),
      int8Array(stock, (row) => row.onHand),
      int8Array(stock, (row) => row.reserved),
      int8Array(stock, (row) => row.onOrder),
      int4Array(stock, (row) => row.leadTimeDays),
    ],
  );
  tx.send(
    {
      name: 'forecast-save-stock-days',
      text: `INSERT INTO forecast.stock_day AS s (sku, location, day, as_of, on_hand)
SELECT sku, location, DATE '1970-01-01' + day, as_of, on_hand FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[])
  AS u (sku, location, day, as_of, on_hand) ORDER BY sku, location, day
ON CONFLICT (sku, location, day) DO UPDATE SET as_of = excluded.as_of, on_hand = excluded.on_hand WHERE excluded.as_of >= s.as_of`,
    },
    [
      textArray(stockDays, (row) => row.sku),
      textArray(stockDays, (row) => row.location),
      int4Array(stockDays, (row) => row.day),
      int8Array(stockDays, (row) => row.asOf),
      int8Array(stockDays, (row) => row.onHand),
    ],
  );
}

/** Writes products. */
export function saveProducts(tx: Transaction, { products }: Changes): void {
  if (products.length === 0) return;
  tx.send(
    {
      name: 'forecast-save-products',
      text: `INSERT INTO forecast.product AS p (source, sku, version, hash, updated_at, active, lead_time_days, minimum_order, pack_size)
SELECT source, sku, version, hash, updated_at, active, lead_time_days, minimum_order, pack_size
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::integer[], $8::bigint[], $9::bigint[])
  AS u (source, sku, version, hash, updated_at, active, lead_time_days, minimum_order, pack_size) ORDER BY source, sku
ON CONFLICT (source, sku) DO UPDATE SET version = excluded.version, hash = excluded.hash, updated_at = excluded.updated_at,
  active = excluded.active, lead_time_days = excluded.lead_time_days, minimum_order = excluded.minimum_order, pack_size = excluded.pack_size
WHERE excluded.version > p.version`,
    },
    [
      textArray(products, (row) => row.source),
      textArray(products, (row) => row.sku),
      int8Array(products, (row) => row.version),
      int8Array(products, (row) => row.hash),
      int8Array(products, (row) => row.updatedAt),
      boolArray(products, (row) => row.active),
      int4Array(products, (row) => row.leadTimeDays),
      int8Array(products, (row) => row.minimumOrder),
      int8Array(products, (row) => row.packSize),
    ],
  );
}
