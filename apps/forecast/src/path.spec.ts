import { describe, expect, it } from '@jest/globals';
import { contracts, type AnyContract } from '@tributary/contracts';
import type { Disposition, HubEvent } from '@tributary/persistence';
import fc from 'fast-check';
import { FakeForecastStore } from '../test/fake-forecast.store.ts';
import { forecastStoreSuite } from '../test/forecast-store-suite.ts';
import { goodsBack, line, movement, order, product, stock, units } from '../test/sample-events.ts';
import { noTransaction } from '../../../test/support/no-transaction.ts';
import { routeSuite } from '../../../test/support/route-suite.ts';
import { createForecastStage } from './forecast-stage.ts';
import { forecastRoutes } from './forecast.routes.ts';

/** Sends events through the stage, one batch each list; tells what became of them. */
async function run(store: FakeForecastStore, ...batches: readonly (readonly HubEvent[])[]): Promise<Disposition[]> {
  const stage = createForecastStage({ openStore: () => store });
  const dispositions: Disposition[] = [];
  for (const events of batches) {
    const unit = await stage.open(noTransaction, events, 0);
    dispositions.push(...events.map((event) => unit.apply(event)));
    expect(await unit.close()).toEqual([]);
  }
  return dispositions;
}

const demandOf = (store: FakeForecastStore): string[] =>
  [...store.demand.values()]
    .filter(({ quantity }) => quantity !== 0n)
    .map(({ sku, location, day, quantity }) => `${sku}@${location} ${day}: ${quantity / 10_000n}`)
    .sort();

const DAY = 20_454; // 2026-01-01

describe('path of the forecast app: events in, sums out', () => {
  it('counts merchandise by sku, location and day; nothing else is demand', async () => {
    const store = new FakeForecastStore();
    const lines = [
      line('a', 2),
      line('a', 1, { lineId: '2' }),
      line('b', 5, { location: null }),
      line('POST', 1, { kind: 'SHIPPING' }),
      line('g', 1, { kind: 'GIFT_CARD' }),
    ];
    const dispositions = await run(store, [
      order('1', 1, '2026-01-01T10:00:00Z', lines),
      order('2', 1, '2026-01-01T23:30:00Z', [line('a', 4)], { placedAtOffsetMinutes: 60 }),
    ]);
    expect(dispositions.map(({ kind }) => kind)).toEqual(['applied', 'applied']);
    expect(demandOf(store)).toEqual([`a@web ${DAY + 1}: 4`, `a@web ${DAY}: 3`, `b@default ${DAY}: 5`].sort());
  });

  it('corrects by difference: a newer version replaces, an older is stale, a cancelled order is no demand', async () => {
    const store = new FakeForecastStore();
    const first = order('1', 1, '2026-01-01T10:00:00Z', [line('a', 2), line('b', 1)]);
    const second = order('1', 2, '2026-01-01T10:00:00Z', [line('a', 5)]);
    const cancelled = order('1', 3, '2026-01-01T10:00:00Z', [line('a', 5)], { status: 'CANCELLED' });
    expect((await run(store, [first], [second])).map(({ kind }) => kind)).toEqual(['applied', 'applied']);
    expect(demandOf(store)).toEqual([`a@web ${DAY}: 5`]);
    expect((await run(store, [first, cancelled])).map(({ kind }) => kind)).toEqual(['stale', 'applied']);
    expect(demandOf(store)).toEqual([]);
  });

  it('tells a repetition from a contradiction', async () => {
    const store = new FakeForecastStore();
    const [, again, other] = [0, 0, 1].map((more) => order('1', 7, '2026-01-01T10:00:00Z', [line('a', 2 + more)]));
    const [kind1, kind2, kind3] = await run(store, [order('1', 7, '2026-01-01T10:00:00Z', [line('a', 2)])], [again, other] as HubEvent[]);
    expect([kind1?.kind, kind2?.kind]).toEqual(['applied', 'duplicate']);
    expect(kind3).toMatchObject({ kind: 'quarantined', faults: [{ field: 'version', reason: 'conflict' }] });
    expect(demandOf(store)).toEqual([`a@web ${DAY}: 2`]);
  });

  it('keeps the same order number of two sources apart', async () => {
    const store = new FakeForecastStore();
    const shop = order('1', 1, '2026-01-01T10:00:00Z', [line('a', 2)]);
    const pos = { ...order('1', 1, '2026-01-01T10:00:00Z', [line('a', 3)]), envelope: { ...shop.envelope, source: 'pos' } };
    await run(store, [shop, pos]);
    expect(demandOf(store)).toEqual([`a@web ${DAY}: 5`]);
  });

  it('counts returns by themselves: demand stays', async () => {
    const store = new FakeForecastStore();
    const back = goodsBack('r', '2026-01-03T10:00:00Z', 'a', 2);
    const kinds = await run(
      store,
      [order('1', 1, '2026-01-01T10:00:00Z', [line('a', 2)]), back],
      [back, goodsBack('r', '2026-01-03T10:00:00Z', 'a', 1)],
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(['applied', 'applied', 'duplicate', 'quarantined']);
    expect(demandOf(store)).toEqual([`a@web ${DAY}: 2`]);
    expect([...store.returned.values()]).toEqual([{ sku: 'a', location: 'web', day: DAY + 2, quantity: units(2) }]);
  });

  it('keeps stock, movements and products, the highest version of each, and notes the change', async () => {
    const store = new FakeForecastStore();
    const first = await run(store, [order('1', 1, '2026-01-01T10:00:00Z', [line('a', 2)])]);
    store.look();
    const kinds = await run(
      store,
      [
        stock('a', 2, '2026-01-02T08:00:00Z', 0),
        stock('a', 1, '2026-01-01T08:00:00Z', 9),
        movement('m', 'a', '2026-01-02T09:00:00Z', 4),
        product('a', 1),
      ],
      [movement('m', 'a', '2026-01-02T09:00:00Z', 4), product('a', 1, { active: false }), stock('a', 3, '2026-01-02T20:00:00Z', 5)],
    );
    expect([...first, ...kinds].map(({ kind }) => kind)).toEqual([
      'applied',
      'applied',
      'stale',
      'applied',
      'applied',
      'duplicate',
      'quarantined',
      'applied',
    ]);
    expect([...store.stock.values()].map(({ version, onHand }) => [version, onHand])).toEqual([[3n, units(5)]]);
    expect([...store.stockDays.values()].map(({ day, onHand }) => [day, onHand])).toEqual([[DAY + 1, units(5)]]);
    expect([...store.series.values()].map(({ changed }) => changed)).toEqual([true]);
  });

  it('quarantines quantities that sums could not hold, by line', async () => {
    const store = new FakeForecastStore();
    const [disposition] = await run(store, [order('1', 1, '2026-01-01T10:00:00Z', [line('a', 1), line('b', 1, { quantity: 10n ** 20n })])]);
    expect(disposition).toMatchObject({ kind: 'quarantined', faults: [{ field: 'lines[1].quantity', reason: 'range' }] });
    expect(store.orders.size).toBe(0);
  });

  it('ends in the demand of the highest versions, whatever order and batches they come in', async () => {
    const snapshot = fc.record({ id: fc.constantFrom('1', '2', '3'), version: fc.integer({ min: 1, max: 5 }), cut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(snapshot, { maxLength: 25 }), async (snapshots) => {
        const eventFor = (id: string, version: number): HubEvent =>
          order(id, version, `2026-01-0${version}T10:00:00Z`, [line(version % 2 === 0 ? 'a' : 'b', version + Number(id))], {
            status: version === 4 ? 'CANCELLED' : 'PAID',
          });
        const batches: HubEvent[][] = [[]];
        for (const { id, version, cut } of snapshots) {
          batches.at(-1)?.push(eventFor(id, version));
          if (cut) batches.push([]);
        }
        const store = new FakeForecastStore();
        await run(store, ...batches);
        const highest = new Map<string, number>();
        for (const { id, version } of snapshots) highest.set(id, Math.max(version, highest.get(id) ?? 0));
        const expected = new FakeForecastStore();
        await run(
          expected,
          [...highest].map(([id, version]) => eventFor(id, version)),
        );
        expect(demandOf(store)).toEqual(demandOf(expected));
      }),
      { numRuns: 60 },
    );
  });
});

routeSuite('the forecast app', {
  routes: forecastRoutes,
  make: (routes) => createForecastStage(routes && { routes }),
  foreign: contracts.invoice as unknown as AnyContract,
});

forecastStoreSuite('in memory', () => {
  const store = new FakeForecastStore();
  const sorted = <T extends { readonly sku: string }>(rows: readonly T[]): T[] =>
    [...rows].sort((left, right) => (left.sku < right.sku ? -1 : 1));
  return Promise.resolve({
    batch: (work) => work(store),
    sums: (table) => Promise.resolve(sorted([...store[table].values()].sort((left, right) => left.day - right.day))),
    changed: () => Promise.resolve(sorted([...store.series.values()].filter(({ changed }) => changed).map(({ key }) => key))),
    look: () => Promise.resolve(store.look()),
    stockDays: () =>
      Promise.resolve([...store.stockDays.values()].map(({ sku, location, day, onHand }) => ({ sku, location, day, onHand }))),
  });
});
