import { describe, expect, it } from '@jest/globals';
import { contracts, type AnyContract } from '@tributary/contracts';
import type { HubEvent } from '@tributary/persistence';
import { bridgeStoreSuite } from '../test/bridge-store-suite.ts';
import { FakeBridgeStore } from '../test/fake-bridge.store.ts';
import { answer, forecast, replenishment, segment } from '../test/sample-events.ts';
import { noTransaction } from '../../../test/support/no-transaction.ts';
import { routeSuite } from '../../../test/support/route-suite.ts';
import { createErpBridgeStage } from './erp-bridge-stage.ts';
import { bridgeRoutes } from './erp-bridge.routes.ts';
import { SHARDS } from './migrations.ts';

async function run(store: FakeBridgeStore, ...batches: readonly (readonly HubEvent[])[]): Promise<string[]> {
  const stage = createErpBridgeStage({ openStore: () => store });
  const kinds: string[] = [];
  for (const events of batches) {
    const unit = await stage.open(noTransaction, events, 0);
    kinds.push(...events.map((event) => unit.apply(event).kind));
    expect(await unit.close()).toEqual([]);
  }
  return kinds;
}

describe('path of the erp-bridge: events in, deliveries and answers out', () => {
  it('turns an event into the text that is signed and sent', async () => {
    const store = new FakeBridgeStore();
    expect(await run(store, [replenishment('a', 3)])).toEqual(['applied']);
    const [delivery] = store.deliveries;
    expect(delivery).toMatchObject({
      eventId: 'a-r-3',
      type: 'erp.replenishment',
      key: 'a@web',
      seq: 3n,
      traceparent: expect.stringMatching(/^00-/),
    });
    expect(JSON.parse(delivery?.body ?? '')).toEqual({
      type: 'erp.replenishment',
      id: 'a-r-3',
      time: '2026-01-01T00:00:00Z',
      key: 'a@web',
      seq: '3',
      data: contracts.replenishment.toJson(replenishment('a', 3).value),
    });
    const back = contracts.replenishment.fromJson(JSON.parse(delivery?.body ?? '').data);
    expect(back).toEqual({ ok: true, value: replenishment('a', 3).value });
  });

  it('takes each id once, and of a key only what is newer', async () => {
    const store = new FakeBridgeStore();
    const kinds = await run(
      store,
      [segment('p', 1), segment('p', 2), segment('p', 2), segment('q', 1)],
      [segment('p', 2), segment('p', 1, 'another-id'), segment('p', 3), forecast('a', 1), replenishment('a', 1)],
    );
    expect(kinds).toEqual(['applied', 'applied', 'duplicate', 'applied', 'duplicate', 'stale', 'applied', 'applied', 'applied']);
    expect(store.deliveries.map(({ type, key, seq }) => `${type} ${key} ${seq}`)).toEqual([
      'customer.segment p 1',
      'customer.segment p 2',
      'customer.segment q 1',
      'customer.segment p 3',
      'erp.forecast a@web 1',
      'erp.replenishment a@web 1',
    ]);
  });

  it('keeps all events of a key in one shard, and keys apart', async () => {
    const store = new FakeBridgeStore();
    await run(
      store,
      Array.from({ length: 400 }, (_, n) => segment(`p${n % 200}`, 1 + Math.floor(n / 200))),
    );
    const shards = new Map<string, Set<number>>();
    for (const { key, shard } of store.deliveries) shards.set(key, (shards.get(key) ?? new Set()).add(shard));
    expect([...shards.values()].every(({ size }) => size === 1)).toBe(true);
    const used = new Set(store.deliveries.map(({ shard }) => shard));
    expect([...used].every((shard) => shard >= 0 && shard < SHARDS)).toBe(true);
    expect(used.size).toBeGreaterThan(SHARDS / 2);
  });

  it('keeps every answer once, also to what is not known here; a changed answer is a conflict', async () => {
    const store = new FakeBridgeStore();
    const kinds = await run(
      store,
      [answer('1', 'nobody-knows'), answer('1', 'nobody-knows')],
      [answer('1', 'nobody-knows'), answer('1', 'nobody-knows', { decision: 'UNKNOWN' }), answer('2', 'x')],
    );
    expect(kinds).toEqual(['applied', 'duplicate', 'duplicate', 'quarantined', 'applied']);
    expect(store.acks.map(({ source, ack }) => [source, ack.ackId])).toEqual([
      ['erp', '1'],
      ['erp', '2'],
    ]);
  });
});

routeSuite('the erp-bridge', {
  routes: bridgeRoutes,
  make: (routes) => createErpBridgeStage(routes && { routes }),
  foreign: contracts.order as unknown as AnyContract,
});

bridgeStoreSuite('in memory', () => {
  const store = new FakeBridgeStore();
  return Promise.resolve({ batch: (work) => work(store) });
});
