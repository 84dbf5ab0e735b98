import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listUnreadable, openOffset, skipUnreadable } from '@tributary/persistence';
import kafkajs from 'kafkajs';
import { BatchServerRig } from '../../../test/support/batch-server-rig.ts';
import { movementMessage } from '../../../test/support/counting-stage.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { RangeReader } from './read-range.ts';

const MIB = 1024 * 1024;

describe('batches that cannot be read, on the broker', () => {
  let rig: BatchServerRig;
  beforeAll(async () => void (rig = await BatchServerRig.open()), 60_000);
  afterAll(() => rig.close(), 30_000);

  /** A topic as somebody else may have made it: what is packed stays packed. */
  async function packedTopic(partitions = 1): Promise<string> {
    const name = await rig.topic(partitions);
    const configEntries = [
      { name: 'compression.type', value: 'producer' },
      { name: 'max.message.bytes', value: '2097152' },
    ];
    await rig.admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }] });
    return name;
  }
  /** Sends two records, one of them of many zeros, packed into one small batch. */
  const bomb = (topic: string, partition: number, mib: number): Promise<unknown> =>
    rig.producer.send({
      topic,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: [
        { ...movementMessage(`${topic}/bomb`), partition },
        { key: 'k', value: Buffer.alloc(mib * MIB), partition },
      ],
    });

  it('a bomb halts its partition with its reason, the others go on, the process lives; skipped, its bytes are kept and the hub goes on (K12, T-K5)', async () => {
    const name = await packedTopic(2);
    await rig.send(name, 0, 5, 0);
    await bomb(name, 0, 200);
    await rig.send(name, 5, 10, 0);
    const before = process.memoryUsage().rss;
    let peak = before;
    const crashes: Error[] = [];
    const started = await rig.start(name, { watchMs: 200, onCrash: (error) => void crashes.push(error) });
    await eventually(
      () => started.halts,
      (halts) => ((peak = Math.max(peak, process.memoryUsage().rss)), halts.length > 0),
    );
    expect(started.halts).toEqual([
      'the batch of offsets 5 to 6 is packed with gzip and cannot be inflated: inflates beyond 33554432 bytes',
    ]);
    expect(peak - before).toBeLessThan(150 * MIB);
    await rig.send(name, 10, 40, 1);
    await rig.allOnce(name, 35);
    const { group } = started.stage;
    expect(await openOffset(rig.own.database, group, name, 0, 0n)).toBe(5n);
    const [standing] = await listUnreadable(rig.own.database);
    expect(standing).toMatchObject({ group, topic: name, partition: 0, standsAt: 5n, firstOffset: 5n, lastOffset: 6n, records: 2 });

    const actor = { name: 'spec', via: 'cli' as const };
    expect(await skipUnreadable(rig.own.database, actor, { group, topic: name, partition: 1 })).toBe(undefined);
    expect(await skipUnreadable(rig.own.database, actor, { group, topic: name, partition: 0 })).toEqual({
      firstOffset: 5n,
      lastOffset: 6n,
      records: 2,
    });
    await rig.allOnce(name, 40);
    expect(started.halts.at(-1)).toBe('');
    expect(await rig.identity(group)).toMatchObject({ consumed: 42n, quarantined: 2n });
    const [row] = await rig.own.database.query<{ value: Buffer; reason: string; status: string; kind: string }>(
      `SELECT q.value, q.reason, q.status, o.kind FROM hub.quarantine q JOIN hub.operation o ON o.id = q.settled_by WHERE q.consumer_group = $1`,
      [group],
    );
    expect(row).toMatchObject({ reason: 'unreadable-batch', status: 'discarded', kind: 'skip-batch' });
    // The batch with its header: format 2, packed with gzip.
    expect([row?.value.readBigInt64BE(0), row?.value.readInt8(16), row?.value.readInt16BE(21)]).toEqual([5n, 2, 1]);
    expect(await listUnreadable(rig.own.database)).toEqual([]);
    expect(await skipUnreadable(rig.own.database, actor, { group, topic: name, partition: 0 })).toBe(undefined);
    expect(crashes).toEqual([]);
    await started.close();
  }, 120_000);

  it('stands at the same batch after a new start', async () => {
    const name = await packedTopic();
    await bomb(name, 0, 40);
    const halts: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const started = await rig.start(name, { group: `g-${name}` });
      await eventually(
        () => started.halts,
        (seen) => seen.length > 0,
      );
      halts.push(...started.halts);
      await started.close();
    }
    expect(halts).toHaveLength(2);
    expect(halts[1]).toBe(halts[0]);
  }, 60_000);

  it('is passed when a range is read again: whoever skipped it has decided so', async () => {
    const name = await packedTopic();
    await rig.send(name, 0, 3);
    await bomb(name, 0, 40);
    await rig.send(name, 3, 5);
    const reader = await RangeReader.open({ kafka: rig.kafka, topics: [name], idleMs: 10_000 });
    const read: bigint[] = [];
    let next = 0n;
    await reader.read([{ topic: name, partition: 0, from: 0n, to: 7n }], (slice) => {
      expect(slice.expected).toBe(next);
      next = slice.next;
      read.push(...slice.records.map(({ offset }) => offset));
      return Promise.resolve();
    });
    expect(read).toEqual([0n, 1n, 2n, 5n, 6n]);
    expect(next).toBe(7n);
    await reader.close();
  }, 60_000);

  it('is refused by the broker already in the topics that the hub makes (compression.type=uncompressed)', async () => {
    const name = await rig.topic(1);
    await expect(bomb(name, 0, 40)).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    await bomb(name, 0, 1);
    const started = await rig.start(name);
    // What is small enough inside arrives unpacked: the movement is applied, the zeros are a record that cannot be.
    await rig.allOnce(name, 1);
    expect(started.halts).toEqual([]);
    await started.close();
  }, 60_000);
});
