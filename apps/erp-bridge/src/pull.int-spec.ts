import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contracts, parseMicros, type AnyContract } from '@tributary/contracts';
import type { Database } from '@tributary/persistence';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { secret, startFakeErp, type FakeErp } from '../test/fake-erp.ts';
import { ErpClient } from './erp-client.ts';
import { migrations } from './migrations.ts';
import { pullAll, pullList, type PullDeps } from './pull.task.ts';

const now = parseMicros('2026-01-02T00:00:00Z') ?? 0;
const stock = contracts.stockLevel as unknown as AnyContract;
const level = (sku: string, version = '1', extra = {}) => ({
  id: `${sku}-${version}`,
  type: 'erp.stock',
  time: '2026-01-01T00:00:00Z',
  data: { sku, location: 'web', version, asOf: '2026-01-01T00:00:00Z', onHand: '3', reserved: '0', onOrder: '0', ...extra },
});

describe('pulls from an ERP over real HTTP into a real PostgreSQL', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let erp: FakeErp;
  let client: ErpClient;
  let deps: PullDeps;
  let asked: string[];
  let book: unknown[];

  beforeAll(async () => {
    fresh = await freshDatabase(migrations);
    database = fresh.database;
  }, 60_000);
  afterAll(() => fresh.drop());

  beforeEach(async () => {
    await database.query('TRUNCATE hub.outbox, hub.outbox_key, hub.quarantine, erp_bridge.pull_cursor');
    erp = await startFakeErp();
    client = new ErpClient({ url: erp.url, secret, timeoutMs: 1_000, maxBytes: 200_000 });
    deps = { database, client, url: erp.url };
    asked = [];
    book = [];
    erp.page = (path, query) => {
      asked.push(`${path} ${query.get('after') ?? '-'}`);
      if (path !== '/stock') return { status: 404, body: '{}' };
      const from = Number(query.get('after') ?? 0);
      const items = book.slice(from, from + 2);
      return { status: 200, body: JSON.stringify({ items, next: String(from + items.length), more: from + items.length < book.length }) };
    };
  });
  afterEach(async () => {
    await client.close();
    await erp.close();
  });

  const outbox = () =>
    database.query<{ id: string; key: string; source: string }>('SELECT id, aggregateid AS key, source FROM hub.outbox ORDER BY sequence');
  const cursor = async () => (await database.query<{ cursor: string }>('SELECT cursor FROM erp_bridge.pull_cursor'))[0]?.cursor;

  it('reads page by page, signed, and goes on where it stood', async () => {
    book = ['a', 'b', 'c', 'd', 'e'].map((sku) => level(sku));
    expect(await pullList('/stock', stock, now, deps)).toEqual({ path: '/stock', facts: 5, refused: 0, absent: false });
    expect(await outbox()).toEqual(['a', 'b', 'c', 'd', 'e'].map((sku) => ({ id: `${sku}-1`, key: `${sku}@web`, source: 'erp' })));
    expect([asked, await cursor(), erp.badSignatures]).toEqual([['/stock -', '/stock 2', '/stock 4'], '5', 0]);
    book.push(level('a', '2'));
    expect(await pullList('/stock', stock, now, deps)).toMatchObject({ facts: 1 });
    expect(await pullList('/stock', stock, now, deps)).toMatchObject({ facts: 0 });
    expect(asked.slice(3)).toEqual(['/stock 5', '/stock 6']);
    expect(await outbox()).toHaveLength(6);
  });

  it('keeps what it cannot take, by reason, and takes the rest', async () => {
    book = [level('a'), level('b', '1', { onOrder: '-4' }), level('c')];
    expect(await pullAll(now, deps)).toMatchObject([
      { absent: true },
      { path: '/stock', facts: 2, refused: 1 },
      { absent: true },
      { absent: true },
    ]);
    expect(
      await database.query(
        "SELECT consumer_group AS grp, source, event_id AS id, contract, reason, faults->0->>'field' AS field FROM hub.quarantine",
      ),
    ).toEqual([{ grp: 'erp-bridge', source: 'erp', id: 'b-1', contract: 'erp.stock', reason: 'negative', field: 'onOrder' }]);
    expect((await outbox()).map(({ id }) => id)).toEqual(['a-1', 'c-1']);
  });

  it('moves the cursor with the facts or not at all', async () => {
    book = [level('a'), level('b')];
    const broken: PullDeps = {
      ...deps,
      database: Object.create(database, {
        transaction: {
          value: (work: Parameters<Database['transaction']>[0]) =>
            database.transaction(async (tx) => {
              await work(tx);
              throw new Error('lost before COMMIT');
            }),
        },
      }) as Database,
    };
    await expect(pullList('/stock', stock, now, broken)).rejects.toThrow('lost before COMMIT');
    expect([await outbox(), await cursor()]).toEqual([[], undefined]);
    await pullList('/stock', stock, now, deps);
    expect(await outbox()).toHaveLength(2);
  });

  it('gives a page to one of two pulls that meet', async () => {
    book = ['a', 'b', 'c', 'd'].map((sku) => level(sku));
    await Promise.allSettled([pullList('/stock', stock, now, deps), pullList('/stock', stock, now, deps)]);
    await pullList('/stock', stock, now, deps);
    expect((await outbox()).map(({ id }) => id).sort()).toEqual(['a-1', 'b-1', 'c-1', 'd-1']);
  });

  it.each([
    ['an error', () => ({ status: 500, body: '' }), 'pull-status'],
    ['a redirect', () => ({ status: 302, body: '' }), 'pull-status'],
    ['no JSON', () => ({ status: 200, body: '<html>' }), 'pull-format'],
    ['more than it may', () => ({ status: 200, body: ' '.repeat(300_000) }), 'pull-size'],
    [
      'a cursor that stands still',
      () => ({ status: 200, body: JSON.stringify({ items: [level('a')], next: '0', more: true }) }),
      'pull-format',
    ],
  ])('says so when the ERP answers %s, and takes nothing', async (_what, page, code) => {
    await database.query("INSERT INTO erp_bridge.pull_cursor (url, path, cursor) VALUES ($1, '/stock', '0')", [erp.url]);
    erp.page = page;
    await expect(pullList('/stock', stock, now, deps)).rejects.toMatchObject({ name: 'BridgeFault', code });
    expect([await outbox(), await cursor()]).toEqual([[], '0']);
  });
});
