import { describe, expect, it } from '@jest/globals';
import { failureKind } from '@tributary/persistence';
import type { DayUnits, OrderDocument } from '../src/add-order.ts';
import { documentId, type Changes, type ForecastStore, type TouchedKeys } from '../src/forecast-store.ts';
import type { ProductDocument } from '../src/set-product.ts';
import type { StockDocument } from '../src/set-stock.ts';

/** A store under test, and a look at what it keeps. */
export interface StoreUnderTest {
  /** Runs one batch in a transaction of its own. */
  batch<T>(work: (store: ForecastStore) => Promise<T>): Promise<T>;
  sums(table: 'demand' | 'returned'): Promise<DayUnits[]>;
  /** Series that changed since the last look, by sku. */
  changed(): Promise<{ sku: string; location: string }[]>;
  /** Looks at every series. */
  look(): Promise<void>;
  stockDays(): Promise<{ sku: string; location: string; day: number; onHand: bigint }[]>;
}

const none: Changes = { orders: [], returns: [], movements: [], stock: [], stockDays: [], products: [], demand: [], returned: [] };
const noKeys: TouchedKeys = { orders: [], returns: [], movements: [], stock: [], products: [] };
const document: OrderDocument = {
  source: 'shop',
  orderId: 'o-1',
  version: 3n,
  hash: -7n,
  placedAt: 1_700_000_000_123_456,
  day: 19_675,
  demand: [{ sku: 'a"b', location: 'web', quantity: 25_000n }],
};
const level: StockDocument = {
  source: 'erp',
  sku: 'a',
  location: 'web',
  version: 1n,
  hash: 5n,
  asOf: 10,
  onHand: -30_000n,
  reserved: 1n,
  onOrder: 2n,
  leadTimeDays: null,
};
const article: ProductDocument = {
  source: 'erp',
  sku: 'a',
  version: 2n,
  hash: 9n,
  updatedAt: 4,
  active: false,
  leadTimeDays: 3,
  minimumOrder: null,
  packSize: 60_000n,
};
const series = (sku: string) => ({ sku, location: 'web' });
const day = (sku: string, number: number, quantity: bigint): DayUnits => ({ sku, location: 'web', day: number, quantity });

/** Whether work ends because another transaction was first, which makes the batch try again. */
const contention = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => false,
    (error: unknown) => failureKind(error) === 'contention',
  );

/** What every forecast store does. */
export function forecastStoreSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`forecast store: ${name}`, () => {
    it('gives back what it was given, and knows nothing of the rest', async () => {
      const store = await open();
      await store.batch((batch) =>
        batch.save({
          ...none,
          orders: [{ document, replaces: null }],
          returns: [{ source: 'shop', returnId: 'r-1', version: 0n, hash: 11n }],
          movements: [
            { source: 'erp', movementId: 'm-1', version: 0n, hash: 12n, sku: 'a', location: 'web', quantity: -10_000n, occurredAt: 7 },
          ],
          stock: [level],
          products: [article],
        }),
      );
      const known = await store.batch((batch) =>
        batch.load({
          orders: [
            { source: 'shop', id: 'o-1' },
            { source: 'shop', id: 'o-2' },
          ],
          returns: [
            { source: 'shop', id: 'r-1' },
            { source: 'pos', id: 'r-1' },
          ],
          movements: [{ source: 'erp', id: 'm-1' }],
          stock: [
            { source: 'erp', id: 'a\u001fweb' },
            { source: 'erp', id: 'a\u001fstore' },
          ],
          products: [{ source: 'erp', id: 'a' }],
        }),
      );
      expect([...known.orders]).toEqual([[documentId({ source: 'shop', id: 'o-1' }), document]]);
      expect([...known.returns]).toEqual([[documentId({ source: 'shop', id: 'r-1' }), { version: 0n, hash: 11n }]]);
      expect([...known.movements].map(([, seen]) => ({ version: seen.version, hash: seen.hash }))).toEqual([{ version: 0n, hash: 12n }]);
      expect([...known.stock.values()]).toEqual([level]);
      expect([...known.products.values()]).toEqual([article]);
      const empty = await store.batch((batch) => batch.load(noKeys));
      expect(empty.orders.size + empty.stock.size).toBe(0);
    });

    it('adds differences to the daily sums and notes the series as changed, once more after every look', async () => {
      const store = await open();
      await store.batch((batch) =>
        batch.save({ ...none, demand: [day('b', 5, 10n), day('a', 5, 7n), day('a', 6, 1n)], returned: [day('a', 6, 2n)] }),
      );
      expect(await store.changed()).toEqual([series('a'), series('b')]);
      await store.look();
      expect(await store.changed()).toEqual([]);
      await store.batch((batch) => batch.save({ ...none, demand: [day('a', 5, -2n)] }));
      expect(await store.changed()).toEqual([series('a')]);
      await store.batch((batch) => batch.save({ ...none, demand: [day('a', 5, -1n)] }));
      await store.look();
      expect(await store.changed()).toEqual([]);
      await store.batch((batch) => batch.save({ ...none, demand: [day('b', 6, 1n)] }));
      expect(await store.changed()).toEqual([series('b')]);
      expect(await store.sums('demand')).toEqual([day('a', 5, 4n), day('a', 6, 1n), day('b', 5, 10n), day('b', 6, 1n)]);
      expect(await store.sums('returned')).toEqual([day('a', 6, 2n)]);
    });

    it('notes a change of stock, of movements and of products for series that exist, and makes none', async () => {
      const store = await open();
      await store.batch((batch) => batch.save({ ...none, stock: [level], products: [article] }));
      expect(await store.changed()).toEqual([]);
      await store.batch((batch) => batch.save({ ...none, demand: [day('a', 5, 7n), day('c', 5, 7n)] }));
      const moved = { source: 'erp', movementId: 'm', version: 0n, hash: 1n, sku: 'a', location: 'web', quantity: 1n, occurredAt: 1 };
      for (const changes of [
        { stock: [{ ...level, version: 2n }] },
        { products: [{ ...article, version: 3n }] },
        { movements: [moved, { ...moved, movementId: 'n', sku: 'none' }] },
      ]) {
        await store.look();
        await store.batch((batch) => batch.save({ ...none, ...changes }));
        expect(await store.changed()).toEqual([series('a')]);
      }
      await store.look();
      await store.batch((batch) => batch.save({ ...none, demand: [day('c', 5, 1n)], products: [{ ...article, version: 4n }] }));
      expect(await store.changed()).toEqual([series('a'), series('c')]);
    });

    it('keeps the latest level of a day', async () => {
      const store = await open();
      const of = (asOf: number, onHand: bigint): Changes => ({
        ...none,
        stock: [{ ...level, version: BigInt(asOf) }],
        stockDays: [{ sku: 'a', location: 'web', day: 9, asOf, onHand }],
      });
      await store.batch((batch) => batch.save(of(20, 5n)));
      await store.batch((batch) => batch.save(of(30, 6n)));
      await store.batch((batch) => batch.save(of(25, 4n)));
      expect(await store.stockDays()).toEqual([{ sku: 'a', location: 'web', day: 9, onHand: 6n }]);
    });

    it('does not add twice what another transaction wrote meanwhile', async () => {
      const store = await open();
      const write = (replaces: bigint | null): Promise<void> =>
        store.batch((batch) =>
          batch.save({
            ...none,
            orders: [{ document: { ...document, version: (replaces ?? 0n) + 1n }, replaces }],
            demand: [day('a', 5, 7n)],
          }),
        );
      await write(null);
      expect(await contention(write(null))).toBe(true);
      await write(1n);
      expect(await contention(write(1n))).toBe(true);
      expect(await store.sums('demand')).toEqual([day('a', 5, 14n)]);
      const back: Changes = { ...none, returns: [{ source: 'shop', returnId: 'r', version: 0n, hash: 1n }] };
      await store.batch((batch) => batch.save(back));
      expect(await contention(store.batch((batch) => batch.save(back)))).toBe(true);
    });
  });
}
