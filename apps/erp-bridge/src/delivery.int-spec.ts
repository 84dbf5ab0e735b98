import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database, HubEvent } from '@tributary/persistence';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { bridgeStoreSuite } from '../test/bridge-store-suite.ts';
import { secret, startFakeErp, type FakeErp } from '../test/fake-erp.ts';
import { answer, forecast, replenishment, segment } from '../test/sample-events.ts';
import { deliverShard, type DeliverDeps, type OutageBoard } from './deliver-shard.job.ts';
import { dueShards, enableEndpoint, leaseShard, nextDueMs, retryFailed } from './delivery.store.ts';
import { createErpBridgeStage } from './erp-bridge-stage.ts';
import { ErpClient } from './erp-client.ts';
import { migrations, SHARDS } from './migrations.ts';
import { noOutage } from './outage.ts';
import { openBridgeStore } from './pg-bridge.store.ts';
import { shardOf } from './shard-of.ts';

let fresh: FreshDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase(migrations);
  database = fresh.database;
}, 60_000);
afterAll(() => fresh.drop());

const empty = async (): Promise<void> => {
  await database.query('TRUNCATE erp_bridge.delivery, erp_bridge.acknowledgement, erp_bridge.endpoint');
  await database.query("UPDATE erp_bridge.shard SET holder = NULL, leased_until = '-infinity'");
};

bridgeStoreSuite('on PostgreSQL', async () => {
  await empty();
  return { batch: (work) => database.transaction((tx) => work(openBridgeStore(tx))) };
});

describe('deliveries on a real PostgreSQL over real HTTP', () => {
  let erp: FakeErp;
  let client: ErpClient;
  let board: OutageBoard;
  let deps: DeliverDeps;
  let recovered: number;

  beforeEach(async () => {
    await empty();
    erp = await startFakeErp();
    client = new ErpClient({ url: erp.url, secret, timeoutMs: 1_000 });
    board = { state: noOutage };
    recovered = 0;
    deps = {
      database,
      url: erp.url,
      postMs: client.timeoutMs,
      post: ({ eventId, body, traceparent }) => client.post(eventId, body, traceparent ?? undefined),
      clock: () => performance.now(),
      chance: () => 0.5,
      observe: () => undefined,
      onRecovered: () => (recovered += 1),
      stopping: () => false,
    };
  });
  afterEach(async () => {
    await client.close();
    await erp.close();
  });

  const feed = (events: readonly HubEvent[]): Promise<void> =>
    database.transaction(async (tx) => {
      const unit = await createErpBridgeStage().open(tx, events, 0);
      for (const event of events) expect(unit.apply(event)).toEqual({ kind: 'applied' });
      await unit.close();
    });
  const deliverAll = async (): Promise<void> =>
    void (await Promise.all((await dueShards(database)).map((shard) => deliverShard(shard, deps, board))));
  const makeDue = (): Promise<unknown> => database.query("UPDATE erp_bridge.delivery SET next_attempt_at = now() WHERE status = 'pending'");
  const states = (): Promise<Record<string, unknown>[]> =>
    database.query('SELECT event_id AS id, status, attempts, last_status AS last FROM erp_bridge.delivery ORDER BY position');

  it('sends each event once, signed, in the order of its key, and notes it', async () => {
    await feed([segment('p', 1), segment('q', 1), segment('p', 2), forecast('a', 1), segment('p', 3)]);
    await deliverAll();
    expect(erp.badSignatures).toBe(0);
    expect(erp.seen).toHaveLength(5);
    expect(erp.seen.filter(({ key }) => key === 'p').map(({ seq }) => seq)).toEqual([1, 2, 3]);
    for (const { id, headers } of erp.seen)
      expect(headers).toMatchObject({
        'webhook-id': id,
        'content-type': 'application/json',
        traceparent: expect.stringMatching(/^00-0af7/),
      });
    expect((await states()).every(({ status, attempts, last }) => status === 'delivered' && attempts === 1 && last === 202)).toBe(true);
    await deliverAll();
    expect(erp.seen).toHaveLength(5);
  });

  it('lets a key wait for its failed event, and others flow; the id stays the same at every attempt', async () => {
    await feed([segment('p', 1), segment('p', 2), segment('q', 1)]);
    erp.answer = ({ id }) => (id === 'p-1' ? 500 : 202);
    await deliverAll();
    expect(erp.seen.map(({ id }) => id).sort()).toEqual(['p-1', 'q-1']);
    expect(await dueShards(database)).toEqual([]);
    const wait = await nextDueMs(database, shardOf('customer.segment', 'p'));
    expect(wait).toBeGreaterThan(3_000);
    expect(wait).toBeLessThanOrEqual(5_000);
    await feed([segment('p', 3)]);
    await deliverAll();
    expect(erp.seen).toHaveLength(2);
    erp.answer = () => 202;
    await makeDue();
    await deliverAll();
    expect(erp.seen.filter(({ key }) => key === 'p').map(({ id }) => id)).toEqual(['p-1', 'p-1', 'p-2', 'p-3']);
    const [first, second] = erp.seen.filter(({ id }) => id === 'p-1');
    expect(second?.body).toBe(first?.body);
  });

  it('gives a person what was refused to the end, lets the key go on, and sends again when told to', async () => {
    await feed([segment('p', 1), segment('p', 2)]);
    erp.answer = ({ id }) => (id === 'p-1' ? 422 : 202);
    for (let attempt = 1; attempt <= 10; attempt++) {
      await makeDue();
      await deliverAll();
    }
    expect(await states()).toEqual([
      { id: 'p-1', status: 'failed', attempts: 10, last: 422 },
      { id: 'p-2', status: 'delivered', attempts: 1, last: 202 },
    ]);
    erp.answer = () => 200;
    expect(await retryFailed(database, ['p-1'])).toBe(1);
    await deliverAll();
    expect((await states())[0]).toMatchObject({ status: 'delivered', last: 200 });
  });

  it('does not follow a redirect', async () => {
    await feed([segment('p', 1)]);
    erp.answer = () => ({ status: 307, headers: { location: `${erp.url}/elsewhere` } });
    await deliverAll();
    expect(erp.seen).toHaveLength(1);
    expect(await states()).toMatchObject([{ status: 'pending', attempts: 1, last: 307 }]);
  });

  it('stops at 410 for every delivery, keeps them, and goes on when a person enables the endpoint', async () => {
    await feed([segment('p', 1), segment('q', 1), segment('r', 1)]);
    erp.answer = () => 410;
    await deliverAll();
    const seen = erp.seen.length;
    erp.answer = () => 202;
    await deliverAll();
    expect(erp.seen).toHaveLength(seen);
    expect((await states()).every(({ status, attempts }) => status === 'pending' && attempts === 0)).toBe(true);
    await enableEndpoint(database, erp.url);
    await deliverAll();
    expect((await states()).every(({ status }) => status === 'delivered')).toBe(true);
  });

  it('waits as long as the ERP asks', async () => {
    await feed([segment('p', 1)]);
    erp.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    await deliverAll();
    expect(await nextDueMs(database, shardOf('customer.segment', 'p'))).toBeGreaterThan(3_590_000);
  });

  it.each([
    ['silence', 'silence'],
    ['a broken connection', 'hang-up'],
  ] as const)('tries again after %s', async (_what, behaviour) => {
    await feed([segment('p', 1)]);
    erp.answer = () => behaviour;
    await deliverAll();
    expect(await states()).toMatchObject([{ status: 'pending', attempts: 1, last: null }]);
    erp.answer = () => 202;
    await makeDue();
    await deliverAll();
    expect(await states()).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    expect(new Set(erp.seen.map(({ id }) => id))).toEqual(new Set(['p-1']));
  });

  it('does not use up attempts while the ERP is away, and sends everything at once when it is back', async () => {
    const profiles = Array.from({ length: 120 }, (_, n) => segment(`p${n}`, 1));
    await feed(profiles);
    erp.answer = () => 503;
    await deliverAll();
    const touched = (await states()).filter(({ attempts }) => attempts !== 0).length;
    expect(touched).toBeLessThan(40);
    expect(touched).toBe(erp.seen.length);
    erp.answer = () => 202;
    board.state = { ...board.state, until: 0 };
    await deliverAll();
    await deliverAll();
    expect(recovered).toBe(1);
    expect((await states()).every(({ status, attempts }) => status === 'delivered' && Number(attempts) <= 2)).toBe(true);
  });

  it('sends again, under the same id, what was sent but not noted before the worker died', async () => {
    await feed([segment('p', 1), segment('p', 2)]);
    const dying: DeliverDeps = {
      ...deps,
      post: async (delivery) => {
        await deps.post(delivery);
        throw new Error('killed after the POST');
      },
    };
    await expect(deliverShard(shardOf('customer.segment', 'p'), dying, board)).rejects.toThrow('killed');
    await deliverAll();
    expect(erp.seen.map(({ id }) => id)).toEqual(['p-1', 'p-1', 'p-2']);
    expect((await states()).every(({ status }) => status === 'delivered')).toBe(true);
  });

  it('leaves a shard to the worker that has its lease', async () => {
    await feed([segment('p', 1)]);
    const shard = shardOf('customer.segment', 'p');
    expect(await leaseShard(database, shard, '00000000-0000-4000-8000-000000000001', 60)).toBe(true);
    expect(await deliverShard(shard, deps, board)).toBeUndefined();
    expect(erp.seen).toEqual([]);
    await database.query("UPDATE erp_bridge.shard SET leased_until = now() - interval '1 second' WHERE shard = $1", [shard]);
    await deliverShard(shard, deps, board);
    expect(erp.seen).toHaveLength(1);
  });

  it('sends nothing twice when workers meet on every shard', async () => {
    await feed(Array.from({ length: 300 }, (_, n) => segment(`p${n % 60}`, 1 + Math.floor(n / 60))));
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    await Promise.all([...shards, ...shards, ...shards].map((shard) => deliverShard(shard, deps, board)));
    expect(erp.seen).toHaveLength(300);
    for (let profile = 0; profile < 60; profile++)
      expect(erp.seen.filter(({ key }) => key === `p${profile}`).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('shows each delivery with the answer decided last, whichever came first', async () => {
    await feed([
      answer('2', 'a-r-1', { decision: 'OVERRIDDEN', value: 180_000n, reason: 'packs of six', decidedAt: 1_767_225_700_000_000 }),
      answer('9', 'never-sent'),
    ]);
    await feed([replenishment('a', 1), forecast('a', 1)]);
    await feed([answer('1', 'a-r-1', { decision: 'ACCEPTED', decidedAt: 1_767_225_600_000_000 })]);
    const rows = await database.query('SELECT event_id AS id, decision, reason, value FROM erp_bridge.delivery_answer ORDER BY event_id');
    expect(rows).toEqual([
      { id: 'a-f-1', decision: null, reason: null, value: null },
      { id: 'a-r-1', decision: 'OVERRIDDEN', reason: 'packs of six', value: '18.0000' },
    ]);
  });
});
