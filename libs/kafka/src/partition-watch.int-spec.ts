import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKafka, WatermarkReader } from '@tributary/kafka';
import kafkajs, { type Consumer } from 'kafkajs';
import { BatchServerRig, quietKafkaLog } from '../../../test/support/batch-server-rig.ts';
import { movementMessage } from '../../../test/support/counting-stage.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { PartitionStall } from './partition-watch.ts';

const watchMs = 100;
const stallMs = 600;

describe('the watch over partitions', () => {
  let rig: BatchServerRig;
  beforeAll(async () => void (rig = await BatchServerRig.open()), 60_000);
  afterAll(() => rig.close(), 30_000);

  /** What was told of stalls, per partition the last of it. */
  function stallBook(): {
    told: Map<number, PartitionStall | undefined>;
    stalled: (g: string, t: string, p: number, stall?: PartitionStall) => void;
  } {
    const told = new Map<number, PartitionStall | undefined>();
    return { told, stalled: (_group, _topic, partition, stall) => void told.set(partition, stall) };
  }

  it('tells a partition whose records wait for the database, and when it moves again', async () => {
    const name = await rig.topic(2);
    const gate = rig.gate();
    const { told, stalled } = stallBook();
    const started = await rig.start(name, { watchMs, stallMs, onClose: () => gate.pass(), observer: { stalled } });
    await rig.send(name, 0, 5, 1);
    const stall = await eventually(
      () => told.get(1),
      (seen) => seen !== undefined,
    );
    expect(stall).toMatchObject({ lag: 5n, waitsFor: 'commit' });
    expect(told.has(0)).toBe(false);
    gate.open();
    await eventually(
      () => told.get(1),
      (seen) => seen === undefined,
    );
    await rig.allOnce(name, 5);
    await started.close();
  }, 60_000);

  it('takes a partition that is not fetched since those in hand wait for the database for one that waits, too, and does not end the process', async () => {
    const name = await rig.topic(2);
    const gate = rig.gate();
    const { told, stalled } = stallBook();
    const crashes: Error[] = [];
    const started = await rig.start(name, {
      watchMs,
      stallMs,
      onClose: () => gate.pass(),
      observer: { stalled },
      onCrash: (error) => void crashes.push(error),
    });
    await rig.send(name, 0, 5, 1);
    await eventually(
      () => gate.arrived,
      (n) => n > 0,
    );
    await rig.send(name, 5, 9, 0);
    // As long as it takes to end a process whose partition is not fetched, and more.
    const stall = await eventually(
      () => told.get(0),
      (seen) => (seen?.milliseconds ?? 0) > 3 * stallMs,
    );
    expect(stall).toMatchObject({ lag: 4n, waitsFor: 'commit' });
    expect(crashes).toEqual([]);
    gate.open();
    await rig.allOnce(name, 9);
    await started.close();
  }, 60_000);

  it('tells a partition that is silently not fetched, asks for it again, and ends the process when that does not help (K8, K10)', async () => {
    const name = await rig.topic(2);
    const { told, stalled } = stallBook();
    const crashes: Error[] = [];
    const started = await rig.start(name, { watchMs, stallMs, observer: { stalled }, onCrash: (error) => void crashes.push(error) });
    await rig.send(name, 0, 4, 0);
    await rig.allOnce(name, 4);
    const consumer = started.server.unwrap<Consumer>();
    // Behind the back of the transport, as a fault of kafkajs would.
    consumer.pause([{ topic: name, partitions: [1] }]);
    await rig.send(name, 4, 10, 1);
    await eventually(
      () => told.get(1),
      (seen) => seen !== undefined,
    );
    expect(told.get(1)).toMatchObject({ lag: 6n, waitsFor: 'fetch' });
    expect(crashes).toEqual([]);
    await eventually(
      () => crashes,
      (seen) => seen.length > 0,
    );
    expect(crashes[0]?.message).toMatch(new RegExp(`^${started.stage.group}: ${name}/1 has not been fetched for`));
    consumer.resume([{ topic: name, partitions: [1] }]);
    await rig.allOnce(name, 10);
    await eventually(
      () => told.get(1),
      (seen) => seen === undefined,
    );
    await started.close();
  }, 60_000);

  it('does not take the markers of foreign transactions, committed or aborted, for lag', async () => {
    const name = await rig.topic(1);
    const foreign = rig.kafka.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await foreign.connect();
    const { told, stalled } = stallBook();
    let looks = 0;
    const watermarks = new WatermarkReader(rig.kafka);
    const read = watermarks.read.bind(watermarks);
    watermarks.read = (topics) => ((looks += 1), read(topics));
    const started = await rig.start(name, { watchMs, stallMs, watermarks, observer: { stalled } });
    for (const [from, end] of [
      [0, 'commit'],
      [3, 'abort'],
    ] as const) {
      const transaction = await foreign.transaction();
      await transaction.send({ topic: name, messages: [0, 1, 2].map((index) => movementMessage(`${name}/${from + index}`)) });
      await transaction[end]();
    }
    await rig.allOnce(name, 3);
    const before = looks;
    await eventually(
      () => looks - before,
      (more) => more > (3 * stallMs) / watchMs,
    );
    expect([...told]).toEqual([]);
    // A record behind them is applied, and what holds none is counted as a gap.
    await rig.send(name, 6, 7);
    await rig.allOnce(name, 4);
    expect(await rig.identity(started.stage.group)).toMatchObject({ consumed: 4n, gaps: 5n });
    await Promise.all([started.close(), foreign.disconnect(), watermarks.close()]);
  }, 60_000);

  it('tells a broker that does not answer', async () => {
    const name = await rig.topic(1);
    const deaf = new WatermarkReader(createKafka(['127.0.0.1:1'], 'spec', quietKafkaLog));
    const silences: (number | undefined)[] = [];
    const started = await rig.start(name, {
      watchMs,
      stallMs,
      watermarks: deaf,
      observer: { silent: (_group, milliseconds) => void silences.push(milliseconds) },
    });
    await eventually(
      () => silences,
      (seen) => seen.length > 0,
    );
    expect(silences[0]).toBeGreaterThanOrEqual(stallMs);
    await started.close();
  }, 60_000);

  it('ends the process when the group refuses the member for good (CRASH without restart, K8)', async () => {
    const name = await rig.topic(1);
    const group = `g-${name}`;
    // A member of another protocol holds the group: ours cannot join, now or later.
    const other = rig.kafka.consumer({
      groupId: group,
      partitionAssigners: [
        () => ({
          name: 'foreign',
          version: 0,
          assign: () => Promise.resolve([]),
          protocol: () => ({ name: 'foreign', metadata: Buffer.alloc(0) }),
        }),
      ],
    });
    await other.connect();
    await other.subscribe({ topics: [name] });
    const joined = new Promise<void>((resolve) => other.on('consumer.group_join', () => resolve()));
    await other.run({ eachBatch: () => Promise.resolve() });
    await joined;
    const crashes: Error[] = [];
    const started = await rig.start(name, { group, onCrash: (error) => void crashes.push(error) });
    await eventually(
      () => crashes,
      (seen) => seen.length > 0,
    );
    expect(crashes[0]?.message).toMatch(/protocol/i);
    await started.close();
    await other.disconnect();
  }, 60_000);
});
