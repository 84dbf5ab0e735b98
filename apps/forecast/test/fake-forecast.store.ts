import { ContentionError } from '@tributary/persistence';
import type { DayUnits, OrderDocument } from '../src/add-order.ts';
import {
  documentId,
  type Changes,
  type ForecastStore,
  type KnownDocuments,
  type StockDay,
  type TouchedKeys,
} from '../src/forecast-store.ts';
import type { Seen } from '../src/judge-document.ts';
import { seriesId, type SeriesKey } from '../src/series-key.ts';
import type { ProductDocument } from '../src/set-product.ts';
import type { StockDocument } from '../src/set-stock.ts';

/** The forecast store in memory. Passes the same suite as the one on PostgreSQL. */
export class FakeForecastStore implements ForecastStore {
  readonly orders = new Map<string, OrderDocument>();
  readonly returns = new Map<string, Seen>();
  readonly movements = new Map<string, Seen>();
  readonly stock = new Map<string, StockDocument>();
  readonly products = new Map<string, ProductDocument>();
  readonly stockDays = new Map<string, StockDay>();
  readonly demand = new Map<string, DayUnits>();
  readonly returned = new Map<string, DayUnits>();
  /** Series, and whether they changed since the last look. */
  readonly series = new Map<string, { readonly key: SeriesKey; changed: boolean }>();

  /** Looks at every series. */
  look(): void {
    for (const series of this.series.values()) series.changed = false;
  }

  async load(keys: TouchedKeys): Promise<KnownDocuments> {
    const pick = <T>(map: ReadonlyMap<string, T>, wanted: TouchedKeys['orders']): Map<string, T> =>
      new Map(
        wanted.flatMap((key) => {
          const found = map.get(documentId(key));
          return found === undefined ? [] : [[documentId(key), found] as const];
        }),
      );
    return {
      orders: pick(this.orders, keys.orders),
      returns: pick(this.returns, keys.returns),
      movements: pick(this.movements, keys.movements),
      stock: pick(this.stock, keys.stock),
      products: pick(this.products, keys.products),
    };
  }

  async save(changes: Changes): Promise<void> {
    const taken = changes.orders.some(
      ({ document, replaces }) =>
        (this.orders.get(documentId({ source: document.source, id: document.orderId }))?.version ?? null) !== replaces,
    );
    const known =
      changes.returns.some(({ source, returnId }) => this.returns.has(documentId({ source, id: returnId }))) ||
      changes.movements.some(({ source, movementId }) => this.movements.has(documentId({ source, id: movementId })));
    if (taken || known) throw new ContentionError('another transaction wrote the same document');
    for (const { document } of changes.orders) this.orders.set(documentId({ source: document.source, id: document.orderId }), document);
    for (const row of changes.returns)
      this.returns.set(documentId({ source: row.source, id: row.returnId }), { version: 0n, hash: row.hash });
    for (const row of changes.movements)
      this.movements.set(documentId({ source: row.source, id: row.movementId }), { version: 0n, hash: row.hash });
    for (const row of changes.stock) this.stock.set(documentId({ source: row.source, id: seriesId(row) }), row);
    for (const row of changes.products) this.products.set(documentId({ source: row.source, id: row.sku }), row);
    for (const row of changes.stockDays) {
      const id = `${seriesId(row)}\u001f${row.day}`;
      if ((this.stockDays.get(id)?.asOf ?? Number.NEGATIVE_INFINITY) <= row.asOf) this.stockDays.set(id, row);
    }
    add(this.demand, changes.demand);
    add(this.returned, changes.returned);
    this.noteSeries(changes);
  }

  private noteSeries({ demand, stock, movements, products }: Changes): void {
    for (const { sku, location } of demand) this.series.set(seriesId({ sku, location }), { key: { sku, location }, changed: true });
    const places = new Set([...stock, ...movements].map((row) => seriesId(row)));
    const skus = new Set(products.map(({ sku }) => sku));
    for (const [id, series] of this.series) if (places.has(id) || skus.has(series.key.sku)) series.changed = true;
  }
}

function add(sums: Map<string, DayUnits>, units: readonly DayUnits[]): void {
  for (const row of units) {
    const id = `${seriesId(row)}\u001f${row.day}`;
    sums.set(id, { sku: row.sku, location: row.location, day: row.day, quantity: (sums.get(id)?.quantity ?? 0n) + row.quantity });
  }
}
