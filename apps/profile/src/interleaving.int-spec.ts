import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractNamed, contracts } from '@tributary/contracts';
import type { Database } from '@tributary/persistence';
import { createSeller } from '@tributary/seller';
import { expectDeltasToAddUp } from '../../../test/support/deltas-add-up.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { orderJson } from '../../../test/support/order-json.ts';
import { published, stageBench, type Said, type StageBench } from '../../../test/support/stage-bench.ts';
import { migrations } from './migrations.ts';
import { createProfileStage } from './profile-stage.ts';

const KEY = '11'.repeat(32);
const TIME = '2026-03-01T10:00:00Z';

interface View {
  readonly profileId: string;
  readonly orders: number;
  readonly interactions: number;
  readonly complaints: number;
  readonly sources: { source: string; customerId: string }[];
  readonly totals: { currency: string; gross: string; returned: string; paid: string }[];
  readonly mergedFrom: string[];
}

/** Every visible profile without its id and history: what is known of a customer must not depend on the order of arrival. */
async function knowledge(database: Database): Promise<string[]> {
  const rows = await database.query<{ document: View }>('SELECT document FROM profile.profile WHERE visible');
  return rows.map(({ document: { profileId: _id, mergedFrom: _merged, ...rest } }) => JSON.stringify(rest)).sort();
}

const documents = (database: Database): Promise<unknown[]> =>
  database.query(
    `SELECT kind, source, document_id, version, hash, occurred_at, currency, orders, gross, returned, paid, invoiced, settled, interactions, complaints
FROM profile.document ORDER BY kind, source, document_id`,
  );

/** A shuffle that the seed decides (mulberry32). */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const list = [...items];
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [list[index], list[other]] = [list[other] as T, list[index] as T];
  }
  return list;
}

const order = (orderId: string, customer: object, change: object = {}): Said => {
  const data = orderJson(orderId, { customer, ...change });
  return { id: `order/${orderId}/${String(data.version)}`, source: 'shop', type: 'commerce.order', time: TIME, data };
};
const payment = (paymentId: string, orderId: string, customer: object = {}): Said => ({
  id: `payment/${paymentId}`,
  source: 'shop',
  type: 'commerce.payment',
  time: TIME,
  data: { paymentId, orderId, kind: 'CAPTURE', amount: 25, currency: 'EUR', customer, occurredAt: '2026-03-01T11:00:00Z' },
});

describe('whatever the order of arrival', () => {
  // A handful of databases in turn, emptied before each use: what a test compares stays while it runs.
  const slots: { own: FreshDatabase; bench: StageBench }[] = [];
  let turn = 0;
  async function bench(lanes = 1, slot = 1 + (turn++ % 5)): Promise<StageBench> {
    const used = slots[slot];
    const own = used?.own ?? (await freshDatabase(migrations));
    if (used !== undefined) {
      await used.bench.close();
      await own.database.query(
        `TRUNCATE profile.node, profile.edge, profile.document, profile.profile, hub.consumer_offset, hub.inbox, hub.outbox, hub.outbox_key, hub.quarantine`,
      );
    }
    const made = await stageBench(own, createProfileStage(KEY), lanes);
    slots[slot] = { own, bench: made };
    return made;
  }
  afterAll(async () => {
    for (const slot of slots) {
      if (slot === undefined) continue;
      await slot.bench.close();
      await slot.own.drop();
    }
  }, 30_000);
  const apply = async (events: readonly Said[], size = 1, slot?: number): Promise<Database> => {
    const made = await bench(1, slot);
    for (let start = 0; start < events.length; start += size) await made.apply(0, events.slice(start, start + size));
    return made.database;
  };

  describe('a simulated seller', () => {
    const seller = createSeller({ seed: 5, customers: 40, days: 40, anchorDay: 20_513 });
    const topics = new Set(createProfileStage(KEY).reads.map((contract) => contract.name));
    const said = seller.deliveries.filter((delivery) => topics.has(delivery.type) && contractNamed(delivery.type) !== undefined);
    let inOrder: Database;
    beforeAll(async () => void (inOrder = await apply(said, 100, 0)), 60_000);

    it.each([1, 2])(
      'shuffled over four lanes at once (seed %i): the same profiles and documents, and the deltas add up',
      async (seed) => {
        const made = await bench(4);
        const events = shuffled(said, seed);
        const share = Math.ceil(events.length / 4);
        await Promise.all(
          [0, 1, 2, 3].map(async (lane) => {
            const mine = events.slice(lane * share, (lane + 1) * share);
            for (let start = 0; start < mine.length; start += 30) {
              const result = await made.apply(lane, mine.slice(start, start + 30));
              expect(result.quarantined).toBe(0);
            }
          }),
        );
        expect(await documents(made.database)).toEqual(await documents(inOrder));
        expect(await knowledge(made.database)).toEqual(await knowledge(inOrder));
        await expectDeltasToAddUp(made.database);
      },
      60_000,
    );

    it('in order, too, the deltas add up', () => expectDeltasToAddUp(inOrder), 30_000);
  });

  it('an older version heard late: what it said of the person counts the same', async () => {
    const v = (version: string, customer: object, change: object = {}): Said =>
      order('o1', { id: 'c1', ...customer }, { version, updatedAt: `2026-03-0${version}T10:00:00Z`, ...change });
    const other = order('o2', { id: 'c2', email: 'old@example.org', name: 'Zed' });
    const events = [
      v('1', { email: 'old@example.org', name: 'Zed', phone: '+4930901820' }),
      v('2', { email: 'new@example.org', name: 'Ann' }),
      v('3', { name: 'Bob' }, { status: 'CANCELLED' }),
      other,
    ];
    const orders = [events, [...events].reverse(), [events[1], events[3], events[0], events[2]] as Said[]];
    const results = [];
    for (const list of orders) results.push(await knowledge(await apply(list)));
    results.push(await knowledge(await apply(events, 4)));
    expect(results[0]).toHaveLength(1);
    expect(results[0]?.[0]).toContain('"name":"Bob"');
    for (const result of results) expect(result).toEqual(results[0]);
  }, 60_000);

  it('a currency that a later version takes back leaves nothing behind', async () => {
    const events = [order('o1', { id: 'c1' }, { currency: 'USD' }), order('o1', { id: 'c1' }, { version: '2' })];
    const forward = await apply(events);
    expect(await knowledge(forward)).toEqual(await knowledge(await apply([...events].reverse())));
    await expectDeltasToAddUp(forward);
  }, 30_000);

  it('an order that moves to another customer takes its money with it', async () => {
    const events = [order('o1', { id: 'c1' }), payment('p0', 'oX', { id: 'c1' }), order('o1', { id: 'c2' }, { version: '2' })];
    const forward = await apply(events);
    expect(await knowledge(forward)).toHaveLength(2);
    await expectDeltasToAddUp(forward);
  }, 30_000);

  it('a payment that names only its order finds its customer, also when both arrive at the same moment', async () => {
    const made = await bench(2);
    for (let round = 0; round < 12; round += 1) {
      const name = `r${round}`;
      await Promise.all([made.apply(0, [order(name, { id: `c-${name}` })]), made.apply(1, [payment(`p-${name}`, name)])]);
    }
    const rows = await made.database.query<{ document: View }>('SELECT document FROM profile.profile WHERE visible');
    expect(rows.map(({ document }) => [document.orders, document.totals[0]?.paid])).toEqual(rows.map(() => [1, '250000']));
    expect(rows).toHaveLength(12);
  }, 60_000);

  it('an e-mail shared by more than ten customers lets them fall apart into exactly what they are without it', async () => {
    const customers = Array.from({ length: 11 }, (_, index) => `c${index}`);
    const mail = { email: 'family@example.org' };
    const events = customers.flatMap((id, index) => [
      order(`o-${id}`, { id, ...mail }, { placedAt: `2026-03-01T09:${10 + index}:00Z` }),
      payment(`p-${id}`, `o-${id}`, { id }),
    ]);
    const together = await apply(events.slice(0, 20));
    expect(await knowledge(together)).toHaveLength(1);
    const apart = await apply(events);
    const alone = await apply(
      customers.flatMap((id, index) => [
        order(`o-${id}`, { id }, { placedAt: `2026-03-01T09:${10 + index}:00Z` }),
        payment(`p-${id}`, `o-${id}`, { id }),
      ]),
    );
    const bare = (list: string[]): unknown[] =>
      list
        .map((text) => ({ ...(JSON.parse(text) as object), email: undefined, provenance: undefined }))
        .map((view) => JSON.stringify(view))
        .sort();
    expect(bare(await knowledge(apart))).toEqual(bare(await knowledge(alone)));
    await expectDeltasToAddUp(apart);
    const steps = (await published(apart, contracts.identityChange)).map(({ value }) => value?.change);
    expect(steps.filter((change) => change === 'SPLIT').length).toBeGreaterThanOrEqual(9);
    expect(await knowledge(await apply([...events].reverse()))).toEqual(await knowledge(apart));
    expect(await knowledge(await apply(events, 22))).toEqual(await knowledge(apart));
  }, 60_000);

  it('one event that merges two profiles and splits one of them leaves no record behind', async () => {
    const customers = Array.from({ length: 10 }, (_, index) => `c${index}`);
    const mail = { email: 'family@example.org' };
    const events = [
      order('o-old', { id: 'old', phone: '+4930901820' }, { placedAt: '2026-01-01T09:00:00Z' }),
      ...customers.map((id, index) =>
        order(
          `o-${id}`,
          { id, ...mail, ...(index === 0 ? { phone: '+4930901821' } : {}) },
          { placedAt: `2026-03-01T09:${10 + index}:00Z` },
        ),
      ),
    ];
    // Shares the address as the eleventh, so that it links nobody any more, and is one person with the family's oldest by phone.
    const last = order('o-last', { id: 'old', ...mail, phone: '+4930901821' }, { placedAt: '2026-03-02T09:00:00Z' });
    const database = await apply([...events, last]);
    const [found] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM hub.quarantine');
    expect(found?.n).toBe(0);
    await expectDeltasToAddUp(database);
    expect(await knowledge(await apply([last, ...[...events].reverse()]))).toEqual(await knowledge(database));
  }, 60_000);
});
