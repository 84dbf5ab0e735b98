import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HaltError, openOffset } from '@tributary/persistence';
import { BatchServerRig } from '../../../test/support/batch-server-rig.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { createTopics } from './topic-admin.ts';

describe('the batch server on the broker', () => {
  let rig: BatchServerRig;
  beforeAll(async () => void (rig = await BatchServerRig.open()), 60_000);
  afterAll(() => rig.close(), 30_000);

  /** kafkajs's admin does not find the leader of a topic it has not asked about in this connection before: asked twice, it does. */
  const trim = (name: string, offset: string): Promise<boolean> =>
    eventually(
      () =>
        rig.admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset }] }).then(
          () => true,
          () => false,
        ),
      (done) => done,
    );

  it('applies every record once over a close in the middle and a new start; poison at the head costs its own row', async () => {
    const name = await rig.topic(3);
    await rig.producer.send({ topic: name, messages: [{ key: 'k', value: 'poison', partition: 0 }] });
    await rig.send(name, 0, 1_500);
    const group = `g-${name}`;
    const first = await rig.start(name, { group });
    await eventually(
      () => rig.counted(name),
      ({ count }) => count > 0,
    );
    await first.close();
    await rig.send(name, 1_500, 2_000);
    const second = await rig.start(name, { group });
    await rig.allOnce(name, 2_000);
    expect(await rig.identity(group)).toMatchObject({ consumed: 2_001n, quarantined: 1n });
    await second.close();
  }, 60_000);

  it("does not care for Kafka's own offsets: ahead, behind or deleted, with nothing new arriving", async () => {
    const name = await rig.topic(1);
    const group = `g-${name}`;
    await rig.send(name, 0, 40);
    // Ahead: somebody (or a database restored to an earlier moment) left the group's offset at the end.
    await rig.admin.setOffsets({ groupId: group, topic: name, partitions: [{ partition: 0, offset: '40' }] });
    const first = await rig.start(name, { group });
    await rig.allOnce(name, 40);
    await first.close();
    await rig.admin.setOffsets({ groupId: group, topic: name, partitions: [{ partition: 0, offset: '3' }] });
    const second = await rig.start(name, { group });
    await rig.send(name, 40, 60);
    await rig.allOnce(name, 60);
    await second.close();
    await rig.admin.deleteGroups([group]);
    const third = await rig.start(name, { group });
    await rig.send(name, 60, 80);
    await rig.allOnce(name, 80);
    expect(await rig.identity(group)).toMatchObject({ consumed: 80n });
    await third.close();
  }, 90_000);

  it('two members of a group, one joining while records flow: each record once', async () => {
    const name = await rig.topic(6);
    const group = `g-${name}`;
    await rig.send(name, 0, 1_000);
    const first = await rig.start(name, { group });
    const [second] = await Promise.all([rig.start(name, { group }), rig.send(name, 1_000, 2_000)]);
    await rig.send(name, 2_000, 2_500);
    await rig.allOnce(name, 2_500);
    expect(await rig.identity(group)).toMatchObject({ consumed: 2_500n });
    await first.close();
    await rig.send(name, 2_500, 2_600);
    await rig.allOnce(name, 2_600);
    await second.close();
  }, 90_000);

  it('a zombie whose transaction was held up while another owner moved on changes nothing', async () => {
    const name = await rig.topic(1);
    const group = `g-${name}`;
    await rig.send(name, 0, 5);
    let release: () => void = () => undefined;
    let held = false;
    const held$ = new Promise<void>((resolve) => (release = resolve));
    const zombie = await rig.start(name, {
      group,
      onClose: () => {
        if (held) return Promise.resolve();
        held = true;
        // Held before it owns anything in the database: the fence row is taken by its own transaction, so another connection moves it first.
        return held$;
      },
    });
    await eventually(
      () => held,
      (value) => value,
    );
    // The other owner's compare-and-set waits behind the zombie's open transaction, and wins when that one is cut off.
    const other = rig.own.database.query('UPDATE hub.consumer_offset SET next_offset = 5, gaps = 5 WHERE consumer_group = $1', [group]);
    await rig.own.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spec load' AND state = 'idle in transaction'`,
    );
    await other;
    release();
    await rig.send(name, 5, 8);
    await eventually(
      () => rig.counted(name),
      ({ count }) => count >= 3,
    );
    expect(await rig.counted(name)).toEqual({ count: 3, most: 1 });
    await rig.identity(group);
    await zombie.close();
  }, 60_000);

  it('records removed before they were read halt the partition with the exact range, even when nothing is left to fetch', async () => {
    const name = await rig.topic(2);
    const group = `g-${name}`;
    await rig.send(name, 0, 10, 0);
    await rig.send(name, 10, 20, 1);
    const first = await rig.start(name, { group });
    await rig.allOnce(name, 20);
    await first.close();
    await rig.send(name, 20, 30, 0);
    await trim(name, '18');
    const second = await rig.start(name, { group });
    await eventually(
      () => second.halts,
      (halts) => halts.length > 0,
    );
    expect(second.halts).toEqual(['offsets 10 to 17 were removed by the broker before they were read']);
    await rig.send(name, 30, 35, 1);
    await rig.allOnce(name, 25);
    expect(await openOffset(rig.own.database, group, name, 0, 0n)).toBe(10n);
    await second.close();
    await trim(name, '20');
    const third = await rig.start(name, { group });
    await eventually(
      () => third.halts,
      (halts) => halts.length > 0,
    );
    expect(third.halts).toEqual(['offsets 10 to 19 were removed by the broker before they were read']);
    await third.close();
  }, 90_000);

  it('too much that waits behind failed records halts its own partition; the others go on', async () => {
    const name = await rig.topic(2);
    let outage = true;
    const started = await rig.start(name, {
      onApply: ({ movementId }) => {
        if (outage && movementId.endsWith('/7')) throw new HaltError(name, 0, 'it is an outage');
      },
    });
    await rig.send(name, 0, 5, 0);
    await rig.send(name, 5, 10, 0);
    await rig.send(name, 100, 140, 1);
    await eventually(
      () => started.halts,
      (halts) => halts.length > 0,
    );
    await rig.send(name, 140, 150, 1);
    await eventually(
      () => openOffset(rig.own.database, started.stage.group, name, 1, 0n),
      (next) => next === 50n,
    );
    expect(started.halts).toEqual(['it is an outage']);
    expect(await openOffset(rig.own.database, started.stage.group, name, 0, 0n)).toBeLessThanOrEqual(7n);
    await started.close();
    outage = false;
    const again = await rig.start(name, { group: started.stage.group });
    await rig.allOnce(name, 60);
    await rig.identity(started.stage.group);
    await again.close();
  }, 60_000);

  it('a topic that was deleted and made again halts, also under a running consumer', async () => {
    const name = await rig.topic(1);
    const group = `g-${name}`;
    await rig.send(name, 0, 12);
    const first = await rig.start(name, { group, watchMs: 300 });
    await rig.allOnce(name, 12);
    await rig.admin.deleteTopics({ topics: [name] });
    await eventually(
      () => rig.admin.listTopics(),
      (all) => !all.includes(name),
    );
    await createTopics(rig.kafka, [{ topic: name, partitions: 1, compacted: false }]);
    await rig.send(name, 100, 103);
    await eventually(
      () => first.halts,
      (halts) => halts.length > 0,
      30_000,
    );
    expect(first.halts[0]).toMatch(/^stored offset 12 is beyond the end [0-3]: the topic was deleted and made again/);
    expect(await rig.counted(name)).toEqual({ count: 12, most: 1 });
    await first.close();
    const second = await rig.start(name, { group });
    await eventually(
      () => second.halts,
      (halts) => halts.length > 0,
    );
    await second.close();
  }, 90_000);

  it('all backends terminated again and again under load: nothing lost, nothing doubled', async () => {
    const name = await rig.topic(4);
    const group = `g-${name}`;
    const started = await rig.start(name, { group });
    for (let round = 0; round < 4; round += 1) {
      await rig.send(name, round * 400, round * 400 + 400);
      await eventually(
        () => rig.own.database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spec load'`),
        (rows) => rows.length > 0,
      );
    }
    await rig.allOnce(name, 1_600);
    expect(await rig.identity(group)).toMatchObject({ consumed: 1_600n });
    await started.close();
  }, 60_000);

  it('close drains what is in flight: what was begun is either whole or not there', async () => {
    const name = await rig.topic(1);
    const group = `g-${name}`;
    let inside = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await rig.send(name, 0, 10);
    const started = await rig.start(name, {
      group,
      onClose: () => {
        inside += 1;
        return gate;
      },
    });
    await eventually(
      () => inside,
      (count) => count > 0,
    );
    let closed = false;
    const closing = started.close().then(() => (closed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    release();
    await closing;
    const { count } = await rig.counted(name);
    expect(BigInt(count)).toBe(await openOffset(rig.own.database, group, name, 0, 0n));
    expect(count).toBeGreaterThan(0);
  }, 60_000);
});
