import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contracts, formatMicros, toHeaders } from '@tributary/contracts';
import {
  applyBatch,
  Database,
  failureKind,
  groupNumber,
  hubMigrations,
  migrate,
  openOffset,
  type HubEvent,
  type PartitionSlice,
  type Stage,
} from '@tributary/persistence';
import { eventually } from '../../../test/support/eventually.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { at, line, order, product, stock } from '../test/sample-events.ts';
import { createForecastStage } from './forecast-stage.ts';
import { beginLook } from './look.store.ts';
import { migrations } from './migrations.ts';
import { openForecastStore } from './pg-forecast.store.ts';
import { dueSeries } from './reforecast.store.ts';

const TABLES = ['order_document', 'demand', 'trading_day', 'series', 'stock', 'product'].map((table) => `forecast.${table}`);
const MONDAY = at('2026-01-05T12:00:00Z');
const DAY = 86_400_000_000;

describe('batches of the forecast app on a real PostgreSQL', () => {
  let fresh: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    fresh = await freshDatabase(migrations);
    database = new Database({ url: fresh.url, max: 6, applicationName: 'spec lanes' });
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });
  beforeEach(async () => void (await database.query(`TRUNCATE ${TABLES.join(', ')}`)));

  /** One batch in a transaction of its own; with `fail` it is rolled back at its end. */
  const feed = (stage: Stage, events: readonly HubEvent[], epoch = 0, fail = false): Promise<void> =>
    database.transaction(async (tx) => {
      const unit = await stage.open(tx, events, epoch);
      for (const event of events) unit.apply(event);
      await unit.close();
      if (fail) throw new Error('rolled back for a test');
    });
  const changed = () => database.query('SELECT sku, location FROM forecast.series WHERE changed_in > seen_in ORDER BY sku, location');
  const days = async (): Promise<number[]> =>
    (await database.query<{ day: number }>(`SELECT day - DATE '1970-01-01' AS day FROM forecast.trading_day ORDER BY day`)).map(
      ({ day }) => day,
    );
  const seen = (look: bigint) => database.query('UPDATE forecast.series SET seen_in = $1', [look]);
  const one = (id: string, sku: string, count = 1, day = 0): HubEvent => order(id, 1, formatMicros(MONDAY + day * DAY), [line(sku, count)]);
  const due = async (): Promise<string[]> => (await dueSeries(database, undefined, 0, 100)).map(({ sku }) => sku);

  it('adds up exactly when lanes of two processes meet on the same series and orders, whatever order they come in', async () => {
    const skus = Array.from({ length: 12 }, (_, index) => `sku-${index}`);
    const expected = new Map<string, bigint>();
    const records = Array.from({ length: 480 }, (_, index) => {
      // Every order comes in three versions, on three partitions: the last one counts.
      const version = 1 + Math.floor(index / 160);
      const id = `o-${(index * 7) % 160}`;
      const lines = [0, 1, 2].map((add) =>
        line(skus[(index * 5 + add * 4 + version) % skus.length] ?? '', 1 + ((index + add) % 3), { lineId: String(add) }),
      );
      const event = order(id, version, formatMicros(MONDAY + (index % 3) * DAY), lines);
      if (version === 3)
        for (const { sku, quantity } of lines) {
          const key = `${sku} ${(index % 3) + Math.floor(MONDAY / DAY)}`;
          expected.set(key, (expected.get(key) ?? 0n) + quantity);
        }
      return { ...event.record, key: Buffer.from(contracts.order.key(event.value, 'shop')), headers: wireHeaders(event, `e-${index}`) };
    });
    const partitions = 8;
    const context = async (stage: Stage) => ({ database, stage, groupId: await groupNumber(database, stage.group), now: () => new Date() });
    const processes = [await context(createForecastStage()), await context(createForecastStage())];
    for (let partition = 0; partition < partitions; partition += 1)
      await openOffset(database, 'forecast', contracts.order.topic, partition, 0n);
    const lanes = Array.from({ length: partitions }, async (_, partition) => {
      const mine = records.filter((_record, index) => index % partitions === partition);
      for (let first = 0; first < mine.length; first += 15) {
        const batch = mine.slice(first, first + 15).map((record, index) => ({ ...record, partition, offset: BigInt(first + index) }));
        const slice: PartitionSlice = {
          topic: contracts.order.topic,
          partition,
          expected: BigInt(first),
          next: BigInt(first + batch.length),
          records: batch,
        };
        const result = await applyBatch(processes[partition % 2] as (typeof processes)[number], [slice]);
        expect(result).toMatchObject({ quarantined: 0, parked: 0, duplicate: 0 });
      }
    });
    await Promise.all([...lanes, (async () => void (await beginLook(database)))()]);
    const sums = await database.query<{ sku: string; day: number; quantity: bigint }>(
      `SELECT sku, day - DATE '1970-01-01' AS day, quantity FROM forecast.demand WHERE quantity <> 0`,
    );
    expect(new Map(sums.map(({ sku, day, quantity }) => [`${sku} ${day}`, quantity]))).toEqual(expected);
    expect(await changed()).toEqual([...skus].sort().map((sku) => ({ sku, location: 'web' })));
  }, 60_000);

  it('a look waits for batches under way and sees what they brought; what comes behind it stays due, also where it was noted before', async () => {
    const stage = createForecastStage();
    await feed(stage, [one('o-1', 'a')]);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let opened: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (opened = resolve));
    const underWay = database.transaction(async (tx) => {
      const events = [one('o-2', 'b')];
      const unit = await stage.open(tx, events, 0);
      opened();
      for (const event of events) unit.apply(event);
      await held;
      await unit.close();
    });
    await begun;
    const looking = beginLook(database);
    await eventually(
      () =>
        database.query(
          `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()`,
        ),
      (rows) => rows.length === 1,
    );
    release();
    await underWay;
    const look = await looking;
    expect(await due()).toEqual(['a', 'b']);
    // While the look is at it, before it says what it saw.
    await feed(stage, [one('o-3', 'a')]);
    await seen(look);
    expect(await changed()).toEqual([{ sku: 'a', location: 'web' }]);
  });

  it('notes again what was noted in a batch that was rolled back', async () => {
    const stage = createForecastStage();
    await expect(feed(stage, [one('o-1', 'a')], 0, true)).rejects.toThrow('rolled back for a test');
    await feed(stage, [one('o-1', 'a')]);
    expect(await changed()).toEqual([{ sku: 'a', location: 'web' }]);
    expect(await days()).toEqual([Math.floor(MONDAY / DAY)]);
  });

  it('notes series and days once, and again when commits may have been lost', async () => {
    const stage = createForecastStage();
    await feed(stage, [one('o-1', 'a')]);
    await database.query('TRUNCATE forecast.series, forecast.trading_day');
    await feed(stage, [one('o-2', 'a')]);
    // Nothing of the batch says that it has to be noted: this is what it spares.
    expect([await changed(), await days()]).toEqual([[], []]);
    await feed(stage, [one('o-3', 'a')], 1);
    expect(await changed()).toEqual([{ sku: 'a', location: 'web' }]);
    expect(await days()).toEqual([Math.floor(MONDAY / DAY)]);
  });

  it('two that insert the same order: the second finds a contention, and a second try sees what the first left', async () => {
    const [left, right] = [createForecastStage(), createForecastStage()];
    const event = one('o-1', 'a', 3);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const both = (stage: Stage, wait: Promise<void>) =>
      database.transaction(async (tx) => {
        const unit = await stage.open(tx, [event], 0);
        const { kind } = unit.apply(event);
        await wait;
        await unit.close();
        return kind;
      });
    const slow = both(right, held).then(
      () => 'committed',
      (error: unknown) => failureKind(error),
    );
    expect(await both(left, Promise.resolve())).toBe('applied');
    release();
    expect(await slow).toBe('contention');
    expect(await both(right, Promise.resolve())).toBe('duplicate');
    expect(await database.query('SELECT quantity FROM forecast.demand')).toEqual([{ quantity: 30_000n }]);
  });

  it('stock and products that come beside orders note their series too', async () => {
    const stage = createForecastStage();
    await feed(stage, [one('o-1', 'a'), one('o-2', 'b'), one('o-3', 'c')]);
    await seen(await beginLook(database));
    await feed(stage, [one('o-4', 'c'), stock('b', 1, formatMicros(MONDAY), 4), product('a', 1), product('nobody', 1)]);
    expect(await changed()).toEqual(['a', 'b', 'c'].map((sku) => ({ sku, location: 'web' })));
  });
});

describe('migration to looks', () => {
  it('keeps due what was due, seen what was seen, and the demand of orders', async () => {
    const fresh = await freshDatabase(migrations.slice(0, 1));
    const { database } = fresh;
    await database.query(
      `INSERT INTO forecast.series (sku, location, changes, forecast_changes) VALUES ('new', 'web', 1, 0), ('due', 'web', 9, 7), ('seen', 'web', 5, 5)`,
    );
    await database.query(`INSERT INTO forecast.order_document VALUES ('shop', 'o', 1, 2, 3, 4, '[["a", "web", "25000"]]')`);
    await migrate(fresh.url, [...hubMigrations, ...migrations]);
    expect(await database.query('SELECT sku FROM forecast.series WHERE changed_in > seen_in ORDER BY sku')).toEqual([
      { sku: 'due' },
      { sku: 'new' },
    ]);
    const known = await database.transaction((tx) =>
      openForecastStore(tx).load({ orders: [{ source: 'shop', id: 'o' }], returns: [], movements: [], stock: [], products: [] }),
    );
    expect([...known.orders.values()].map(({ demand }) => demand)).toEqual([[{ sku: 'a', location: 'web', quantity: 25_000n }]]);
    await fresh.drop();
  }, 60_000);
});

/** Headers as the Kafka client hands them over. */
function wireHeaders({ envelope }: HubEvent, id: string): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(toHeaders({ ...envelope, id })).map(([name, text]) => [name, Buffer.from(text)]));
}
