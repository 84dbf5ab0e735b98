import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, HaltError, openOffset, type Stage } from '@tributary/persistence';
import { countingMigrations, countingStage, movementMessage, type CountingOptions } from '../../../test/support/counting-stage.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { KafkaBatchServer } from './kafka-batch-server.ts';
import { createKafka, createProducer, type KafkaLog } from './kafka-client.ts';
import { createTopics, WatermarkReader } from './topic-admin.ts';

const quiet: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the batch server on the broker', () => {
  const kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quiet);
  const admin = kafka.admin();
  const producer = createProducer(kafka);
  const watermarks = new WatermarkReader(kafka);
  const running = new Set<KafkaBatchServer>();
  const topics: string[] = [];
  let own: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await freshDatabase(countingMigrations);
    database = new Database({ url: own.url, max: 8, applicationName: 'spec load' });
    await admin.connect();
    await producer.connect();
  }, 60_000);
  afterAll(async () => {
    await Promise.all([...running].map((server) => server.close()));
    await admin.deleteTopics({ topics });
    await Promise.all([producer.disconnect(), admin.disconnect(), watermarks.close(), database.close()]);
    await own.drop();
  }, 30_000);

  async function topic(partitions = 1): Promise<string> {
    const name = `spec-${randomUUID()}`;
    await createTopics(kafka, [{ topic: name, partitions, compacted: false }]);
    topics.push(name);
    return name;
  }
  const send = async (name: string, from: number, to: number, partition?: number): Promise<void> => {
    const messages = Array.from({ length: to - from }, (_, index) => ({
      ...movementMessage(`${name}/${from + index}`, `S-${(from + index) % 7}`),
      ...(partition === undefined ? {} : { partition }),
    }));
    await producer.send({ topic: name, acks: -1, messages });
  };
  /** kafkajs's admin does not find the leader of a topic it has not asked about in this connection before: asked twice, it does. */
  const trim = (name: string, offset: string): Promise<boolean> =>
    eventually(
      () =>
        admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset }] }).then(
          () => true,
          () => false,
        ),
      (done) => done,
    );
  interface Started {
    readonly server: KafkaBatchServer;
    readonly stage: Stage;
    readonly halts: string[];
    close(): Promise<void>;
  }
  async function start(name: string, options: CountingOptions & { watchMs?: number } = {}): Promise<Started> {
    const stage = countingStage({ topic: name, ...options });
    const halts: string[] = [];
    const server = new KafkaBatchServer({
      kafka,
      stage,
      database,
      watermarks,
      log: quiet,
      observer: { batch: () => undefined, position: () => undefined, halted: (_g, _t, _p, reason) => void halts.push(reason ?? '') },
      lanes: 2,
      maxEvents: 500,
      maxBytes: 1_000_000,
      now: () => new Date(),
      watchMs: options.watchMs ?? 60_000,
      onCrash: () => undefined,
    });
    running.add(server);
    await new Promise<void>((resolve, reject) => server.listen((error) => (error === undefined ? resolve() : reject(error as Error))));
    return {
      server,
      stage,
      halts,
      close: async () => {
        running.delete(server);
        await server.close();
      },
    };
  }
  /** Movements counted: how many, and the largest count of one. */
  const counted = async (name: string): Promise<{ count: number; most: number }> => {
    const [row] = await own.database.query<{ count: number; most: number }>(
      'SELECT count(*)::int AS count, coalesce(max(n), 0)::int AS most FROM spec.counted WHERE movement LIKE $1',
      [`${name}/%`],
    );
    return row ?? { count: -1, most: -1 };
  };
  const allOnce = async (name: string, count: number): Promise<void> => {
    await eventually(
      () => counted(name),
      (found) => found.count >= count,
      40_000,
    );
    expect(await counted(name)).toEqual({ count, most: 1 });
  };
  async function identity(group: string): Promise<Record<string, bigint>> {
    const [row] = await own.database.query<Record<string, bigint>>(
      `SELECT sum(next_offset - first_offset - gaps)::bigint AS consumed, sum(applied + duplicate + stale + parked + quarantined)::bigint AS accounted,
sum(gaps)::bigint AS gaps, sum(quarantined)::bigint AS quarantined FROM hub.consumer_offset WHERE consumer_group = $1`,
      [group],
    );
    expect(row?.consumed).toBe(row?.accounted);
    return row ?? {};
  }

  it('applies every record once over a close in the middle and a new start; poison at the head costs its own row', async () => {
    const name = await topic(3);
    await producer.send({ topic: name, messages: [{ key: 'k', value: 'poison', partition: 0 }] });
    await send(name, 0, 1_500);
    const group = `g-${name}`;
    const first = await start(name, { group });
    await eventually(
      () => counted(name),
      ({ count }) => count > 0,
    );
    await first.close();
    await send(name, 1_500, 2_000);
    const second = await start(name, { group });
    await allOnce(name, 2_000);
    expect(await identity(group)).toMatchObject({ consumed: 2_001n, quarantined: 1n });
    await second.close();
  }, 60_000);

  it("does not care for Kafka's own offsets: ahead, behind or deleted, with nothing new arriving", async () => {
    const name = await topic(1);
    const group = `g-${name}`;
    await send(name, 0, 40);
    // Ahead: somebody (or a database restored to an earlier moment) left the group's offset at the end.
    await admin.setOffsets({ groupId: group, topic: name, partitions: [{ partition: 0, offset: '40' }] });
    const first = await start(name, { group });
    await allOnce(name, 40);
    await first.close();
    await admin.setOffsets({ groupId: group, topic: name, partitions: [{ partition: 0, offset: '3' }] });
    const second = await start(name, { group });
    await send(name, 40, 60);
    await allOnce(name, 60);
    await second.close();
    await admin.deleteGroups([group]);
    const third = await start(name, { group });
    await send(name, 60, 80);
    await allOnce(name, 80);
    expect(await identity(group)).toMatchObject({ consumed: 80n });
    await third.close();
  }, 90_000);

  it('two members of a group, one joining while records flow: each record once', async () => {
    const name = await topic(6);
    const group = `g-${name}`;
    await send(name, 0, 1_000);
    const first = await start(name, { group });
    const [second] = await Promise.all([start(name, { group }), send(name, 1_000, 2_000)]);
    await send(name, 2_000, 2_500);
    await allOnce(name, 2_500);
    expect(await identity(group)).toMatchObject({ consumed: 2_500n });
    await first.close();
    await send(name, 2_500, 2_600);
    await allOnce(name, 2_600);
    await second.close();
  }, 90_000);

  it('a zombie whose transaction was held up while another owner moved on changes nothing', async () => {
    const name = await topic(1);
    const group = `g-${name}`;
    await send(name, 0, 5);
    let release: () => void = () => undefined;
    let held = false;
    const held$ = new Promise<void>((resolve) => (release = resolve));
    const zombie = await start(name, {
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
    const other = own.database.query('UPDATE hub.consumer_offset SET next_offset = 5, gaps = 5 WHERE consumer_group = $1', [group]);
    await own.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spec load' AND state = 'idle in transaction'`,
    );
    await other;
    release();
    await send(name, 5, 8);
    await eventually(
      () => counted(name),
      ({ count }) => count >= 3,
    );
    expect(await counted(name)).toEqual({ count: 3, most: 1 });
    await identity(group);
    await zombie.close();
  }, 60_000);

  it('records removed before they were read halt the partition with the exact range, even when nothing is left to fetch', async () => {
    const name = await topic(2);
    const group = `g-${name}`;
    await send(name, 0, 10, 0);
    await send(name, 10, 20, 1);
    const first = await start(name, { group });
    await allOnce(name, 20);
    await first.close();
    await send(name, 20, 30, 0);
    await trim(name, '18');
    const second = await start(name, { group });
    await eventually(
      () => second.halts,
      (halts) => halts.length > 0,
    );
    expect(second.halts).toEqual(['offsets 10 to 17 were removed by the broker before they were read']);
    await send(name, 30, 35, 1);
    await allOnce(name, 25);
    expect(await openOffset(own.database, group, name, 0, 0n)).toBe(10n);
    await second.close();
    await trim(name, '20');
    const third = await start(name, { group });
    await eventually(
      () => third.halts,
      (halts) => halts.length > 0,
    );
    expect(third.halts).toEqual(['offsets 10 to 19 were removed by the broker before they were read']);
    await third.close();
  }, 90_000);

  it('too much that waits behind failed records halts its own partition; the others go on', async () => {
    const name = await topic(2);
    let outage = true;
    const started = await start(name, {
      onApply: ({ movementId }) => {
        if (outage && movementId.endsWith('/7')) throw new HaltError(name, 0, 'it is an outage');
      },
    });
    await send(name, 0, 5, 0);
    await send(name, 5, 10, 0);
    await send(name, 100, 140, 1);
    await eventually(
      () => started.halts,
      (halts) => halts.length > 0,
    );
    await send(name, 140, 150, 1);
    await eventually(
      () => openOffset(own.database, started.stage.group, name, 1, 0n),
      (next) => next === 50n,
    );
    expect(started.halts).toEqual(['it is an outage']);
    expect(await openOffset(own.database, started.stage.group, name, 0, 0n)).toBeLessThanOrEqual(7n);
    await started.close();
    outage = false;
    const again = await start(name, { group: started.stage.group });
    await allOnce(name, 60);
    await identity(started.stage.group);
    await again.close();
  }, 60_000);

  it('a topic that was deleted and made again halts, also under a running consumer', async () => {
    const name = await topic(1);
    const group = `g-${name}`;
    await send(name, 0, 12);
    const first = await start(name, { group, watchMs: 300 });
    await allOnce(name, 12);
    await admin.deleteTopics({ topics: [name] });
    await eventually(
      () => admin.listTopics(),
      (all) => !all.includes(name),
    );
    await createTopics(kafka, [{ topic: name, partitions: 1, compacted: false }]);
    await send(name, 100, 103);
    await eventually(
      () => first.halts,
      (halts) => halts.length > 0,
      30_000,
    );
    expect(first.halts[0]).toMatch(/^stored offset 12 is beyond the end [0-3]: the topic was deleted and made again/);
    expect(await counted(name)).toEqual({ count: 12, most: 1 });
    await first.close();
    const second = await start(name, { group });
    await eventually(
      () => second.halts,
      (halts) => halts.length > 0,
    );
    await second.close();
  }, 90_000);

  it('all backends terminated again and again under load: nothing lost, nothing doubled', async () => {
    const name = await topic(4);
    const group = `g-${name}`;
    const started = await start(name, { group });
    for (let round = 0; round < 4; round += 1) {
      await send(name, round * 400, round * 400 + 400);
      await eventually(
        () => own.database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spec load'`),
        (rows) => rows.length > 0,
      );
    }
    await allOnce(name, 1_600);
    expect(await identity(group)).toMatchObject({ consumed: 1_600n });
    await started.close();
  }, 60_000);

  it('close drains what is in flight: what was begun is either whole or not there', async () => {
    const name = await topic(1);
    const group = `g-${name}`;
    let inside = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await send(name, 0, 10);
    const started = await start(name, {
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
    const { count } = await counted(name);
    expect(BigInt(count)).toBe(await openOffset(own.database, group, name, 0, 0n));
    expect(count).toBeGreaterThan(0);
  }, 60_000);
});
