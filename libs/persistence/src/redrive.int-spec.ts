import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import { ContentionError, Database, editQuarantined, listOperations, type Actor } from '@tributary/persistence';
import { eventually } from '../../../test/support/eventually.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { movementRecord } from '../../../test/support/counting-stage.ts';
import { ParkingBench, parkingMigrations } from '../../../test/support/parking-bench.ts';

const actor: Actor = { name: 'spec', via: 'cli' };
const names = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `k${String(from + index).padStart(4, '0')}`);

describe('redrive', () => {
  let own: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await freshDatabase(parkingMigrations);
    database = new Database({ url: own.url, max: 8, applicationName: 'spec' });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  /** Record 0 of key K has failed, `behind` wait. */
  async function failed(behind = 50, publishes = false): Promise<ParkingBench> {
    const bench = await ParkingBench.open(database, publishes);
    bench.refused.add('k0000');
    await bench.live(names(behind + 1));
    bench.refused.clear();
    return bench;
  }
  /** Everything a redrive could change. */
  const snapshot = async (): Promise<unknown> =>
    Promise.all(
      [
        'hub.quarantine',
        'hub.parked',
        'hub.blocked_key',
        'hub.operation',
        'hub.inbox',
        'hub.outbox',
        'hub.outbox_key',
        'spec.counted',
        'spec.applied_order',
      ]
        .map((table) => database.query(`SELECT * FROM ${table} ORDER BY 1, 2`))
        .concat(
          database.query(
            'SELECT consumer_group, topic, partition, next_offset, applied, duplicate, stale, parked, quarantined, epoch FROM hub.consumer_offset ORDER BY 1, 2, 3',
          ),
        ),
    );

  it('applies the failed record and what waited behind it, in their order, and frees the key', async () => {
    const bench = await failed();
    await bench.live([['other', 'L']]);
    expect(await bench.tallies()).toMatchObject({ applied: 1, parked: 50, quarantined: 1 });
    const report = await bench.redrive();
    expect(report).toMatchObject({ selected: 1, waiting: 0, quarantine: { applied: 1 }, released: { applied: 50 } });
    expect(await bench.order()).toEqual(['other', ...names(51)]);
    expect(await bench.blocked()).toEqual([]);
    expect(await bench.tallies()).toMatchObject({ consumed: 52, applied: 52, parked: 0, quarantined: 0 });
    expect(await bench.live(['after'])).toMatchObject({ applied: 1, parked: 0 });
  });

  it('what fails again stays, with the reason of the last time, and everything behind it waits', async () => {
    const bench = await failed(3);
    bench.refused.add('k0000');
    expect(await bench.redrive()).toMatchObject({ quarantine: { quarantined: 1 }, released: { applied: 0 }, waiting: 3 });
    expect(await bench.quarantined()).toMatchObject([{ status: 'open', seen: 2 }]);
    expect(await bench.tallies()).toMatchObject({ applied: 0, parked: 3, quarantined: 1 });
  });

  it('a record that fails on its release is the next one to be redriven: what is before it is applied, what is behind it waits', async () => {
    const bench = await failed();
    bench.refused.add('k0020');
    expect(await bench.redrive()).toMatchObject({ quarantine: { applied: 1 }, released: { applied: 19, quarantined: 1 }, waiting: 30 });
    expect(await bench.order()).toEqual(names(20));
    expect(await bench.tallies()).toMatchObject({ applied: 20, parked: 30, quarantined: 1 });
    expect((await bench.quarantined()).map(({ offset, status }) => [offset, status])).toEqual([
      [0n, 'redriven'],
      [20n, 'open'],
    ]);
    bench.refused.clear();
    await bench.redrive();
    expect(await bench.order()).toEqual(names(51));
    expect(await bench.tallies()).toMatchObject({ applied: 51, parked: 0, quarantined: 0 });
  });

  it('another transaction in the way while the bad record is looked for does not end it', async () => {
    const bench = await failed();
    bench.refused.add('k0020');
    let inTheWay = 1;
    bench.beforeCommit = () => {
      inTheWay -= 1;
      return inTheWay < 0 ? Promise.resolve() : Promise.reject(new ContentionError('nodes moved meanwhile'));
    };
    expect(await bench.redrive()).toMatchObject({ quarantine: { applied: 1 }, released: { applied: 19, quarantined: 1 }, waiting: 30 });
    expect(inTheWay).toBeLessThan(0);
    expect(await bench.order()).toEqual(names(20));
  });

  it('twice is harmless, one after the other and at once', async () => {
    const bench = await failed();
    const reports = await Promise.all([bench.redrive(), bench.redrive(), bench.redrive()]);
    expect(reports.map((report) => report.quarantine.applied).reduce((sum, n) => sum + n)).toBe(1);
    expect(await bench.redrive()).toMatchObject({ selected: 0 });
    expect(new Set(Object.values(await bench.counted()))).toEqual(new Set([1]));
    expect(await bench.tallies()).toMatchObject({ applied: 51 });
  });

  it('an echo of the failed event is harmless, before and after its redrive', async () => {
    const bench = await failed(2);
    await bench.live(['k0000']);
    await bench.redrive();
    await bench.live(['k0000']);
    expect(await bench.counted()).toEqual({ k0000: 1, k0001: 1, k0002: 1 });
    expect(await bench.tallies()).toMatchObject({ consumed: 5, applied: 3, duplicate: 2 });
  });

  it('discarding frees what waits; the discarded one stays counted', async () => {
    const bench = await failed(5);
    expect(await bench.redrive({}, 'discard')).toMatchObject({ quarantine: { discarded: 1 }, released: { applied: 5 }, waiting: 0 });
    expect(await bench.order()).toEqual(names(5, 1));
    expect(await bench.quarantined()).toMatchObject([{ status: 'discarded' }]);
    expect(await bench.tallies()).toMatchObject({ applied: 5, parked: 0, quarantined: 1 });
  });

  it('a dry run says what would become of each, and what would be published, and changes nothing', async () => {
    const bench = await failed(3, true);
    bench.refused.add('k0002');
    const before = await snapshot();
    const report = await bench.redrive({}, 'redrive', true);
    expect(await snapshot()).toEqual(before);
    expect(report).toMatchObject({ operation: null, quarantine: { applied: 1 }, released: { applied: 1, quarantined: 1 }, published: 3 });
    expect(report.records.map(({ offset, fate }) => [offset, fate])).toEqual([
      [0n, 'applied'],
      [1n, 'applied'],
      [2n, 'quarantined'],
    ]);
    expect(report.events.map(({ topic, key }) => [topic, key])).toEqual([
      ['erp.ack.v1', 'K'],
      ['erp.ack.v1', 'K'],
      ['erp.stock-movement.v1.dlt', 'K@main'],
    ]);
    expect(contracts.acknowledgement.decode(report.events[0]?.payload ?? Buffer.alloc(0))).toMatchObject({ ok: true });
  });

  it('an edit keeps the original, is checked by its contract, and the last one counts', async () => {
    const bench = await ParkingBench.open(database);
    const record = movementRecord(0, `${bench.run}/broken`, {}, 'K');
    await bench.batch([{ ...record, value: Buffer.from('broken') }, movementRecord(1, `${bench.run}/behind`, {}, 'K')]);
    const [row] = await bench.quarantined();
    const id = row?.id ?? 0n;
    const data = (movementId: string, sku = 'K', quantity = '1'): unknown => ({
      movementId,
      sku,
      location: 'main',
      kind: 'RECEIPT',
      quantity,
      occurredAt: '2026-01-01T00:00:00Z',
      reference: null,
      description: null,
    });
    expect(await editQuarantined(database, actor, id, { data: { ...(data('x') as object), sku: 7 } })).toMatchObject({
      kind: 'refused',
      faults: [{ field: 'sku', reason: 'wrong-type' }],
    });
    expect(await editQuarantined(database, actor, id, { data: data('x', 'OTHER') })).toMatchObject({
      kind: 'refused',
      faults: [{ field: 'key' }],
    });
    expect(await editQuarantined(database, actor, 999_999n, { data: data('x') })).toEqual({ kind: 'not-found' });
    expect(await editQuarantined(database, actor, id, { data: data(`${bench.run}/first`) })).toMatchObject({ kind: 'edited' });
    expect(await editQuarantined(database, actor, id, { data: data(`${bench.run}/mended`) })).toMatchObject({ kind: 'edited' });
    await bench.redrive();
    expect(await bench.order()).toEqual(['mended', 'behind']);
    expect((await bench.quarantined())[0]).toMatchObject({ status: 'redriven', value: Buffer.from('broken') });
    const edits = await database.query<{ before: Buffer; after: Buffer }>(
      'SELECT before_value AS before, after_value AS after FROM hub.quarantine_edit WHERE quarantine_id = $1 ORDER BY id',
      [id.toString()],
    );
    expect(edits.map(({ before, after }) => [before.toString(), contracts.stockMovement.decode(after)])).toMatchObject([
      ['broken', { value: { movementId: `${bench.run}/first` } }],
      ['broken', { value: { movementId: `${bench.run}/mended` } }],
    ]);
    expect(await editQuarantined(database, actor, id, { data: data('x') })).toEqual({ kind: 'settled', status: 'redriven' });
  });

  it('who did what is kept for ever', async () => {
    const bench = await failed(1);
    const { operation } = await bench.redrive({ contract: 'erp.stock-movement' });
    const [latest] = await listOperations(database, 1);
    expect(latest).toMatchObject({
      id: operation,
      actor: 'spec',
      via: 'cli',
      kind: 'redrive',
      filter: { group: bench.group, contract: 'erp.stock-movement' },
      result: { selected: 1, quarantine: { applied: 1 }, released: { applied: 1 } },
    });
    expect(await database.query('SELECT settled_by AS by FROM hub.quarantine WHERE consumer_group = $1', [bench.group])).toEqual([
      { by: operation },
    ]);
    for (const change of [
      "UPDATE hub.operation SET actor = 'x'",
      'DELETE FROM hub.operation',
      'TRUNCATE hub.operation CASCADE',
      'DELETE FROM hub.quarantine_edit',
    ])
      await expect(database.query(change)).rejects.toThrow('append-only');
  });

  it('chooses by id, reason, contract, source, key and time', async () => {
    const bench = await ParkingBench.open(database);
    await bench.batch([
      { ...movementRecord(0, `${bench.run}/a`, {}, 'A'), value: Buffer.from('broken') },
      { ...movementRecord(1, `${bench.run}/b`, {}, 'B'), value: null },
    ]);
    const [first, second] = await bench.quarantined();
    const soon = new Date(Date.now() + 60_000);
    const selected = async (filter: Parameters<ParkingBench['redrive']>[0]): Promise<unknown> =>
      (await bench.redrive(filter, 'redrive', true)).records.map((record) => record.id);
    expect(await selected({ ids: [String(second?.id)] })).toEqual([second?.id]);
    expect(await selected({ reason: 'no-frame' })).toEqual([first?.id, second?.id]);
    expect(await selected({ reason: 'time' })).toEqual([]);
    expect(await selected({ key: 'B@main' })).toEqual([second?.id]);
    expect(await selected({ source: 'spec', contract: 'erp.stock-movement' })).toEqual([first?.id, second?.id]);
    expect(await selected({ source: 'other' })).toEqual([]);
    expect(await selected({ from: soon })).toEqual([]);
    expect(await selected({ to: soon })).toEqual([first?.id, second?.id]);
  });

  it('a connection that breaks in the middle leaves everything as it was; the next redrive does it all', async () => {
    const bench = await failed(5);
    bench.beforeCommit = () => Promise.reject(Object.assign(new Error('Connection terminated unexpectedly')));
    await expect(bench.redrive()).rejects.toThrow('Connection terminated');
    expect(await bench.tallies()).toMatchObject({ applied: 0, parked: 5, quarantined: 1 });
    expect((await listOperations(database, 1))[0]).toMatchObject({ kind: 'redrive', endedAt: null, result: null });
    bench.beforeCommit = () => Promise.resolve();
    await bench.redrive();
    expect(await bench.order()).toEqual(names(6));
  });

  it('a long release goes in bounded transactions; broken off between two, the key stays blocked and the next redrive finishes it', async () => {
    const bench = await failed(2_500);
    let commits = 0;
    bench.beforeCommit = () => {
      commits += 1;
      return commits > 1 ? Promise.reject(new Error('Connection terminated unexpectedly')) : Promise.resolve();
    };
    await expect(bench.redrive()).rejects.toThrow('Connection terminated');
    expect(await bench.tallies()).toMatchObject({ applied: 1_001, parked: 1_500, quarantined: 0 });
    bench.beforeCommit = () => Promise.resolve();
    expect(await bench.live(names(3, 2_501))).toMatchObject({ parked: 3, applied: 0 });
    expect(await bench.redrive()).toMatchObject({ selected: 0, released: { applied: 1_503 } });
    expect(await bench.order()).toEqual(names(2_504));
    expect(await bench.blocked()).toEqual([]);
  });

  it('while live traffic goes on: nothing twice, nothing lost, every key in its order, the identity at every moment', async () => {
    const bench = await ParkingBench.open(database);
    const skus = ['A', 'B', 'C', 'D'];
    const ended = { value: false };
    const sent: Record<string, string[]> = { A: [], B: [], C: [], D: [] };
    const feed = async (partition: number): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        const mine = skus.slice(2 * partition, 2 * partition + 2);
        const batch = Array.from({ length: 10 }, (_, index): [string, string] => {
          const sku = mine[index % 2] ?? '';
          return [`${sku}${String(round * 10 + index).padStart(4, '0')}`, sku];
        });
        for (const [name, sku] of batch) sent[sku]?.push(name);
        if (round % 5 === 1) bench.refused.add(batch[2 + (round % 3)]?.[0] ?? '');
        await bench.live(batch, partition);
      }
    };
    const redriving = (async () => {
      while (!ended.value) {
        bench.refused.clear();
        await bench.redrive();
        await bench.tallies();
      }
    })();
    await Promise.all([feed(0), feed(1)]);
    ended.value = true;
    await redriving;
    bench.refused.clear();
    await eventually(
      async () => {
        await bench.redrive();
        return (await bench.blocked()).length;
      },
      (blocked) => blocked === 0,
    );
    expect(await bench.tallies()).toMatchObject({ consumed: 800, applied: 800 });
    expect(new Set(Object.values(await bench.counted()))).toEqual(new Set([1]));
    const order = await bench.order();
    for (const sku of skus) expect(order.filter((name) => name.startsWith(sku))).toEqual(sent[sku]);
  });
});
