import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '@tributary/persistence';
import type { Consumer, Kafka } from 'kafkajs';
import { BatchServerRig, quietKafkaLog, type StartedServer } from '../../../test/support/batch-server-rig.ts';
import { movementMessage } from '../../../test/support/counting-stage.ts';
import { eventually } from '../../../test/support/eventually.ts';

/** The shortest session that the broker takes by default. */
const timeouts = { session: 6_000, rebalance: 6_000, heartbeat: 300 };

/** Consumers one of whose heartbeats inside a batch is answered, when asked for, as by a broker that does not coordinate the group any more. */
function refuseOneHeartbeat(kafka: Kafka): { readonly kafka: Kafka; refuse: () => void; refused: () => boolean } {
  let wanted = false;
  let refused = false;
  const heartbeat = (beat: () => Promise<void>) => (): Promise<void> => {
    if (!wanted) return beat();
    [wanted, refused] = [false, true];
    return Promise.reject(Object.assign(new Error('not the coordinator'), { type: 'NOT_COORDINATOR_FOR_GROUP' }));
  };
  const consumer: Kafka['consumer'] = (config) => {
    const real = kafka.consumer(config);
    const run: Consumer['run'] = ({ eachBatch, ...rest } = {}) =>
      real.run({
        ...rest,
        eachBatch: (payload) => eachBatch?.({ ...payload, heartbeat: heartbeat(payload.heartbeat) }) ?? Promise.resolve(),
      });
    return { ...real, run };
  };
  return {
    kafka: { ...kafka, consumer, admin: () => kafka.admin(), producer: (config) => kafka.producer(config), logger: () => kafka.logger() },
    refuse: () => void (wanted = true),
    refused: () => refused,
  };
}

describe('the batch server while its group or its database make trouble', () => {
  let rig: BatchServerRig;
  let blocker: Database;
  beforeAll(async () => {
    rig = await BatchServerRig.open();
    blocker = new Database({ url: rig.own.url, max: 2, applicationName: 'spec blocker' });
  }, 60_000);
  afterAll(async () => {
    await blocker.close();
    await rig.close();
  }, 30_000);

  /** Holds the offset rows of a group under lock, as a long report or a stuck session would. */
  function lockOffsets(group: string): { held: Promise<void>; release: () => Promise<void> } {
    let free: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (free = resolve));
    let taken: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (taken = resolve));
    const done = blocker.transaction(async (tx) => {
      await tx.query('SELECT FROM hub.consumer_offset WHERE consumer_group = $1 FOR UPDATE', [group]);
      taken();
      await gate;
    });
    return { held, release: () => (free(), done) };
  }
  const waiting = (): Promise<{ pid: number }[]> =>
    rig.own.database.query(`SELECT pid FROM pg_stat_activity WHERE application_name = 'spec load' AND wait_event_type = 'Lock'`);
  /** Counts events of the consumer under a server. */
  function count(started: StartedServer, event: 'consumer.group_join' | 'consumer.heartbeat' | 'consumer.rebalancing'): { n: number } {
    const seen = { n: 0 };
    started.server.unwrap<Consumer>().on(event as 'consumer.heartbeat', () => void (seen.n += 1));
    return seen;
  }

  it('keeps its place in the group while rows are locked for longer than the session lasts (K6)', async () => {
    const name = await rig.topic(3);
    const group = `g-${name}`;
    await rig.send(name, 0, 30);
    const started = await rig.start(name, { group, timeouts });
    await rig.allOnce(name, 30);
    const joins = count(started, 'consumer.group_join');
    const lock = lockOffsets(group);
    await lock.held;
    const lockedAt = performance.now();
    await rig.send(name, 30, 60);
    await eventually(waiting, (rows) => rows.length > 0);
    const beats = count(started, 'consumer.heartbeat');
    await eventually(
      () => performance.now() - lockedAt,
      (held) => held > timeouts.session + 2_000,
    );
    expect(beats.n).toBeGreaterThan(timeouts.session / timeouts.heartbeat / 2);
    expect(await rig.counted(name)).toEqual({ count: 30, most: 1 });
    await lock.release();
    await rig.allOnce(name, 60);
    expect(joins.n).toBe(0);
    await rig.identity(group);
    await started.close();
  }, 60_000);

  it('goes on where it was after a heartbeat was refused and the next one was not, without joining anew', async () => {
    const name = await rig.topic(3);
    const group = `g-${name}`;
    await rig.send(name, 0, 30);
    const refusing = refuseOneHeartbeat(rig.kafka);
    const started = await rig.start(name, { group, timeouts, kafka: refusing.kafka });
    await rig.allOnce(name, 30);
    const joins = count(started, 'consumer.group_join');
    const lock = lockOffsets(group);
    await lock.held;
    await rig.send(name, 30, 60);
    await eventually(waiting, (rows) => rows.length > 0);
    refusing.refuse();
    await eventually(refusing.refused, (refused) => refused);
    await rig.send(name, 60, 90);
    await lock.release();
    await rig.allOnce(name, 90);
    expect(joins.n).toBe(0);
    await rig.identity(group);
    await started.close();
  }, 60_000);

  it('drains what is in flight and gives back what waits when another member joins (K7)', async () => {
    const name = await rig.topic(6);
    const group = `g-${name}`;
    const gate = rig.gate();
    let [held, batches, sent, refusals] = [0, 0, 0, 0];
    const first = await rig.start(name, {
      group,
      timeouts,
      lanes: 1,
      maxEvents: 1,
      // All six partitions are in hand: one is in flight and held up, five wait behind it.
      onClose: () => (held === 60 ? gate.pass() : Promise.resolve()),
      observer: { held: (_group, { events }) => void (held = events), batch: () => void (batches += 1) },
      log: { ...quietKafkaLog, warn: (_fields, message) => void (message === 'heartbeat failed' && (refusals += 1)) },
    });
    for (let attempt = 0; gate.arrived === 0; attempt += 60) {
      await rig.producer.send({
        topic: name,
        messages: Array.from({ length: 60 }, (_, index) => ({ ...movementMessage(`${name}/${attempt + index}`), partition: index % 6 })),
      });
      sent += 60;
      await eventually(
        async () => gate.arrived > 0 || (await rig.counted(name)).count === sent,
        (done) => done,
      );
    }
    const inFlight = batches;
    const rebalancing = count(first, 'consumer.rebalancing');
    const starting = rig.start(name, { group, timeouts });
    // The first member hears of it at its next heartbeat, and comes back to the group only when what is in flight has ended.
    await eventually(
      () => rig.admin.describeGroups([group]),
      ({ groups }) => groups[0]?.state === 'PreparingRebalance',
    );
    await eventually(
      () => refusals,
      (n) => n > 0,
    );
    expect(rebalancing.n).toBe(0);
    gate.open();
    await eventually(
      () => rebalancing.n,
      (n) => n > 0,
    );
    // What was in flight, and nothing of what waited.
    expect(batches - inFlight).toBe(1);
    const second = await starting;
    await rig.allOnce(name, sent);
    expect(await rig.identity(group)).toMatchObject({ consumed: BigInt(sent) });
    await Promise.all([first.close(), second.close()]);
  }, 60_000);

  it('rolls back what a member still has in flight after the group went on without it (K7)', async () => {
    const name = await rig.topic(2);
    const group = `g-${name}`;
    await rig.send(name, 0, 20);
    const lost = await rig.start(name, { group, timeouts });
    await rig.allOnce(name, 20);
    const lock = lockOffsets(group);
    await lock.held;
    await rig.send(name, 20, 40);
    await eventually(waiting, (rows) => rows.length > 0);
    const rebalancing = count(lost, 'consumer.rebalancing');
    // It cannot come back in time: its transaction stands behind the lock. The other one gets all partitions.
    const other = await rig.start(name, { group, timeouts });
    await eventually(
      () => rig.admin.describeGroups([group]),
      ({ groups }) => groups[0]?.state === 'Stable' && groups[0].members.length === 1,
      30_000,
    );
    expect(rebalancing.n).toBe(0);
    await lock.release();
    await rig.allOnce(name, 40);
    await rig.send(name, 40, 60);
    await rig.allOnce(name, 60);
    expect(await rig.identity(group)).toMatchObject({ consumed: 60n });
    await Promise.all([lost.close(), other.close()]);
  }, 90_000);
});
