import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contracts, formatMicros, type Forecast, type Replenishment } from '@tributary/contracts';
import type { Database, HubEvent } from '@tributary/persistence';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { forecastStoreSuite } from '../test/forecast-store-suite.ts';
import { at, line, order, product, stock } from '../test/sample-events.ts';
import type { Fit } from './decide-forecasts.ts';
import { fitSeries } from './fit-series.ts';
import { createForecastStage } from './forecast-stage.ts';
import { beginLook } from './look.store.ts';
import { migrations } from './migrations.ts';
import { NotedMemory } from './noted-memory.ts';
import { openForecastStore } from './pg-forecast.store.ts';
import { latestOrderTime } from './reforecast.store.ts';
import { runReforecast } from './reforecast.task.ts';

const DAY = 86_400_000_000;
const MONDAY = at('2026-01-05T12:00:00Z');
const WEEKS = 30;
/** The Wednesday after thirty whole weeks. */
const NOW = MONDAY + (WEEKS * 7 + 2) * DAY;

const TABLES = [
  'order_document',
  'return_document',
  'movement',
  'demand',
  'returned',
  'trading_day',
  'series',
  'stock',
  'stock_day',
  'product',
  'latest',
  'replenishment',
];

let fresh: FreshDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase(migrations);
  database = fresh.database;
}, 60_000);
afterAll(() => fresh.drop());

const empty = async (): Promise<void> =>
  void (await database.query(`TRUNCATE ${[...TABLES.map((table) => `forecast.${table}`), 'hub.outbox', 'hub.outbox_key'].join(', ')}`));

forecastStoreSuite('on PostgreSQL', async () => {
  await empty();
  const days = `sku, location, day - DATE '1970-01-01' AS day`;
  const memory = new NotedMemory();
  memory.enter(0);
  return {
    batch: (work) => database.transaction((tx) => work(openForecastStore(tx, memory))),
    sums: (table) => database.query(`SELECT ${days}, quantity FROM forecast.${table} ORDER BY sku, location, day`),
    changed: () => database.query('SELECT sku, location FROM forecast.series WHERE changed_in > seen_in ORDER BY sku, location'),
    look: async () => void (await database.query('UPDATE forecast.series SET seen_in = $1', [await beginLook(database)])),
    stockDays: () => database.query(`SELECT ${days}, on_hand AS "onHand" FROM forecast.stock_day ORDER BY sku, location, day`),
  };
});

describe('reforecast on a real PostgreSQL', () => {
  const fit: Fit = (request) => Promise.resolve(fitSeries(request));
  const run = (asOf = NOW, fitting = fit) => runReforecast(asOf, { database, bucket: 'week', horizon: 4, fit: fitting });
  const feed = (events: readonly HubEvent[]): Promise<void> =>
    database.transaction(async (tx) => {
      const unit = await createForecastStage().open(tx, events, 0);
      for (const event of events) expect(unit.apply(event)).toEqual({ kind: 'applied' });
      await unit.close();
    });
  /** By key: within one key in the order of publication, which is all that the outbox promises. */
  const published = async (): Promise<{ type: string; key: string; id: string; seq: bigint; value: Forecast | Replenishment }[]> => {
    const rows = await database.query<{ type: string; key: string; id: string; seq: bigint; payload: Buffer }>(
      'SELECT type, aggregateid AS key, id, seq, payload FROM hub.outbox ORDER BY aggregateid, sequence',
    );
    return rows.map(({ payload, ...row }) => {
      const decoded = row.type === 'erp.forecast' ? contracts.forecast.decode(payload) : contracts.replenishment.decode(payload);
      if (!decoded.ok) throw new Error(JSON.stringify(decoded.faults));
      return { ...row, value: decoded.value };
    });
  };
  /** Two skus sold every day, one of them with stock; one whose orders are all cancelled; one that only charges postage. */
  const history = (): HubEvent[] => [
    ...Array.from({ length: WEEKS * 7 + 2 }, (_, day) =>
      order(`o-${day}`, 1, formatMicros(MONDAY + day * DAY), [
        line('steady', 2 + (day % 3)),
        ...(day % 21 === 0 ? [line('rare', 6)] : []),
        line('POST', 1, { kind: 'SHIPPING' }),
      ]),
    ),
    order('gone', 2, formatMicros(MONDAY), [line('cancelled', 5)], { status: 'CANCELLED' }),
    stock('steady', 1, formatMicros(NOW - DAY), 4, { leadTimeDays: 7 }),
    product('steady', 1, { packSize: 60_000n }),
  ];

  beforeEach(empty);

  it('publishes a forecast for every series with demand, and a suggestion where stock is known', async () => {
    await feed(history());
    expect(await run()).toEqual({ looked: 2, forecasts: 2, replenishments: 1, refused: 0 });
    const events = await published();
    expect(events.map(({ type, key, seq }) => [type, key, seq])).toEqual([
      ['erp.forecast', 'rare@web', 1n],
      ['erp.forecast', 'steady@web', 1n],
      ['erp.replenishment', 'steady@web', 1n],
    ]);
    const [rare, steady, suggestion] = events.map(({ value }) => value) as [Forecast, Forecast, Replenishment];
    expect(steady).toMatchObject({
      asOf: NOW,
      bucket: 'WEEK',
      horizon: 4,
      historySteps: WEEKS,
      demandClass: 'smooth',
      start: (MONDAY - DAY / 2) / DAY + WEEKS * 7,
    });
    for (const mean of steady.mean) expect(Math.abs(mean - 21)).toBeLessThan(0.5);
    expect(rare.demandClass).toBe('intermittent');
    expect(suggestion).toMatchObject({ onHand: 40_000n, leadTimeDays: 7, serviceLevel: 0.95 });
    expect(suggestion.suggestedQuantity % 60_000n).toBe(0n);
    expect(Number(suggestion.suggestedQuantity) / 10_000 + 4).toBeGreaterThan(suggestion.reorderPoint);
    const [kept] = await database.query(
      `SELECT start_day - DATE '1970-01-01' AS start, mean, event_id AS id, extract(epoch FROM as_of) * 1000000 = $1 AS exact FROM forecast.latest WHERE sku = 'steady'`,
      [NOW],
    );
    expect(kept).toEqual({ start: steady.start, mean: [...steady.mean], id: events[1]?.id, exact: true });
  });

  it('says nothing twice: a second run looks at nothing, new demand of the week under way changes no forecast', async () => {
    await feed(history());
    await run();
    expect(await run(NOW + 1)).toEqual({ looked: 0, forecasts: 0, replenishments: 0, refused: 0 });
    await feed([order('today', 1, formatMicros(NOW), [line('steady', 50)])]);
    expect(await run(NOW + 2)).toEqual({ looked: 1, forecasts: 0, replenishments: 0, refused: 0 });
    expect(await published()).toHaveLength(3);
  });

  it('forecasts anew what a late order, a new stock level or a new week changes, and only that', async () => {
    await feed(history());
    await run();
    await feed([order('late', 1, formatMicros(MONDAY + 7 * DAY), [line('rare', 9)])]);
    expect(await run(NOW + 1)).toEqual({ looked: 1, forecasts: 1, replenishments: 0, refused: 0 });
    await feed([stock('steady', 2, formatMicros(NOW), 500)]);
    expect(await run(NOW + 2)).toEqual({ looked: 1, forecasts: 0, replenishments: 1, refused: 0 });
    expect((await published()).at(-1)?.value).toMatchObject({ suggestedQuantity: 0n, onHand: 5_000_000n, seq: 2n });
    const fits: number[] = [];
    const counting: Fit = (request) => {
      fits.push(request.series.length);
      return fit(request);
    };
    expect(await run(NOW + 7 * DAY, counting)).toMatchObject({ looked: 2, forecasts: 2 });
    expect(fits).toEqual([2]);
  });

  it('keeps the last good forecast when a series cannot be forecast any more, and says why', async () => {
    await feed(history());
    await run();
    const refusing: Fit = ({ series }) =>
      Promise.resolve(series.map(() => ({ refused: { code: 'singular', field: 'values', reason: 'for a test' } })));
    expect(await run(NOW + 7 * DAY, refusing)).toEqual({ looked: 2, forecasts: 0, replenishments: 0, refused: 2 });
    const rows = await database.query(
      'SELECT l.as_of, s.refused_code AS code, s.refused_reason AS reason FROM forecast.latest l JOIN forecast.series s USING (sku, location)',
    );
    expect(rows).toEqual([1, 2].map(() => ({ as_of: new Date(NOW / 1000), code: 'singular', reason: 'for a test' })));
    expect(await published()).toHaveLength(3);
  });

  it('gives the same events the same ids when a run is lost and made again', async () => {
    const ids: string[][] = [];
    for (let time = 0; time < 2; time++) {
      await empty();
      await feed(history());
      await run();
      ids.push((await published()).map(({ id }) => id));
    }
    expect(ids[1]).toEqual(ids[0]);
    expect(new Set(ids[0]).size).toBe(3);
  });

  it('publishes once when two runs meet', async () => {
    await feed(history());
    const summaries = await Promise.all([run(), run(NOW + 1)]);
    expect(summaries.reduce((sum, { forecasts }) => sum + forecasts, 0)).toBe(2);
    expect((await published()).map(({ key, seq }) => [key, seq])).toHaveLength(3);
  });

  it('writes nothing when the fit breaks, and does it all the next time', async () => {
    await feed(history());
    await expect(run(NOW, () => Promise.reject(new Error('thread ended')))).rejects.toThrow('thread ended');
    expect(await published()).toEqual([]);
    expect(await run()).toMatchObject({ forecasts: 2 });
  });

  it('leaves what it did not come to, when the process stops, to the next run', async () => {
    await feed(history());
    const stopped = await runReforecast(NOW, { database, bucket: 'week', horizon: 4, fit, stopping: () => true });
    expect(stopped).toEqual({ looked: 0, forecasts: 0, replenishments: 0, refused: 0 });
    expect(await run()).toMatchObject({ looked: 2, forecasts: 2 });
  });

  it('knows the time of the latest order', async () => {
    expect(await latestOrderTime(database)).toBeUndefined();
    await feed(history());
    expect(await latestOrderTime(database)).toBe(MONDAY + (WEEKS * 7 + 1) * DAY);
  });
});
