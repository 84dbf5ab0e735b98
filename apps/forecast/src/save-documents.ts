import { ContentionError, int4Array, int8Array, textArray, type Transaction } from '@tributary/persistence';
import type { Changes } from './forecast-store.ts';

/** Writes orders. Throws `ContentionError` when another transaction wrote one of them meanwhile. */
export async function saveOrders(tx: Transaction, { orders }: Changes): Promise<void> {
  if (orders.length === 0) return;
  const rows = orders.map(({ document }) => document);
  const written = await tx.query(
    {
      name: 'forecast-save-orders',
      text: `INSERT INTO forecast.order_document AS d (source, order_id, version, hash, placed_at, day, demand)
SELECT u.source, u.order_id, u.version, u.hash, u.placed_at, u.day, u.demand::jsonb
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[], $7::text[])
  AS u (source, order_id, version, hash, placed_at, day, demand) ORDER BY source, order_id
ON CONFLICT (source, order_id) DO UPDATE SET version = excluded.version, hash = excluded.hash, placed_at = excluded.placed_at,
  day = excluded.day, demand = excluded.demand
WHERE (d.source, d.order_id, d.version) IN (SELECT * FROM unnest($1::text[], $2::text[], $8::bigint[])) RETURNING 1`,
    },
    [
      textArray(rows.map((row) => row.source)),
      textArray(rows.map((row) => row.orderId)),
      int8Array(rows.map((row) => row.version)),
      int8Array(rows.map((row) => row.hash)),
      int8Array(rows.map((row) => BigInt(row.placedAt))),
      int4Array(rows.map((row) => row.day)),
      textArray(rows.map((row) => JSON.stringify(row.demand.map(({ sku, location, quantity }) => [sku, location, quantity.toString()])))),
      int8Array(orders.map(({ replaces }) => replaces)),
    ],
  );
  // A row that another transaction wrote meanwhile does not have the version this one took out: its demand would be counted twice.
  if (written.length < rows.length) throw new ContentionError('another transaction wrote the same order');
}

/** Writes returns and movements; a unique violation says that another transaction was first. */
export async function saveFacts(tx: Transaction, { returns, movements }: Changes): Promise<void> {
  if (returns.length > 0)
    await tx.query(
      {
        name: 'forecast-save-returns',
        text: `INSERT INTO forecast.return_document (source, return_id, hash) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ORDER BY 1, 2`,
      },
      [
        textArray(returns.map((row) => row.source)),
        textArray(returns.map((row) => row.returnId)),
        int8Array(returns.map((row) => row.hash)),
      ],
    );
  if (movements.length > 0)
    await tx.query(
      {
        name: 'forecast-save-movements',
        text: `INSERT INTO forecast.movement (source, movement_id, hash, sku, location, quantity, occurred_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) ORDER BY 1, 2`,
      },
      [
        textArray(movements.map((row) => row.source)),
        textArray(movements.map((row) => row.movementId)),
        int8Array(movements.map((row) => row.hash)),
        textArray(movements.map((row) => row.sku)),
        textArray(movements.map((row) => row.location)),
        int8Array(movements.map((row) => row.quantity)),
        int8Array(movements.map((row) => BigInt(row.occurredAt))),
      ],
    );
}

/** Writes stock levels, and the last level of each day. */
export async function saveStock(tx: Transaction, { stock, stockDays }: Changes): Promise<void> {
  if (stock.length === 0) return;
  await tx.query(
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
      textArray(stock.map((row) => row.source)),
      textArray(stock.map((row) => row.sku)),
      textArray(stock.map((row) => row.location)),
      int8Array(stock.map((row) => row.version)),
      int8Array(stock.map((row) => row.hash)),
      int8Array(stock.map((row) => BigInt(row.asOf))),
      int8Array(stock.map((row) => row.onHand)),
      int8Array(stock.map((row) => row.reserved)),
      int8Array(stock.map((row) => row.onOrder)),
      int4Array(stock.map((row) => row.leadTimeDays)),
    ],
  );
  await tx.query(
    {
      name: 'forecast-save-stock-days',
      text: `INSERT INTO forecast.stock_day AS s (sku, location, day, as_of, on_hand)
SELECT sku, location, DATE '1970-01-01' + day, as_of, on_hand FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[])
  AS u (sku, location, day, as_of, on_hand) ORDER BY sku, location, day
ON CONFLICT (sku, location, day) DO UPDATE SET as_of = excluded.as_of, on_hand = excluded.on_hand WHERE excluded.as_of >= s.as_of`,
    },
    [
      textArray(stockDays.map((row) => row.sku)),
      textArray(stockDays.map((row) => row.location)),
      int4Array(stockDays.map((row) => row.day)),
      int8Array(stockDays.map((row) => BigInt(row.asOf))),
      int8Array(stockDays.map((row) => row.onHand)),
    ],
  );
}

/** Writes products. */
export async function saveProducts(tx: Transaction, { products }: Changes): Promise<void> {
  if (products.length === 0) return;
  await tx.query(
    {
      name: 'forecast-save-products',
      text: `INSERT INTO forecast.product AS p (source, sku, version, hash, updated_at, active, lead_time_days, minimum_order, pack_size)
SELECT source, sku, version, hash, updated_at, active::boolean, lead_time_days, minimum_order, pack_size
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::integer[], $8::bigint[], $9::bigint[])
  AS u (source, sku, version, hash, updated_at, active, lead_time_days, minimum_order, pack_size) ORDER BY source, sku
ON CONFLICT (source, sku) DO UPDATE SET version = excluded.version, hash = excluded.hash, updated_at = excluded.updated_at,
  active = excluded.active, lead_time_days = excluded.lead_time_days, minimum_order = excluded.minimum_order, pack_size = excluded.pack_size
WHERE excluded.version > p.version`,
    },
    [
      textArray(products.map((row) => row.source)),
      textArray(products.map((row) => row.sku)),
      int8Array(products.map((row) => row.version)),
      int8Array(products.map((row) => row.hash)),
      int8Array(products.map((row) => BigInt(row.updatedAt))),
      textArray(products.map((row) => String(row.active))),
      int4Array(products.map((row) => row.leadTimeDays)),
      int8Array(products.map((row) => row.minimumOrder)),
      int8Array(products.map((row) => row.packSize)),
    ],
  );
}
