import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PartitionSlice } from '@tributary/persistence';
import { createKafka, createProducer, type KafkaLog } from './kafka-client.ts';
import { offsetsAt, RangeGoneError, RangeReader } from './read-range.ts';
import { createTopics } from './topic-admin.ts';

const quiet: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('reading ranges of topics', () => {
  const kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quiet);
  const admin = kafka.admin();
  const producer = createProducer(kafka);
  const topic = `spec-${randomUUID()}`;
  let reader: RangeReader;
  const send = (partition: number, from: number, to: number, timestamp?: number): Promise<unknown> =>
    producer.send({
      topic,
      acks: -1,
      messages: Array.from({ length: to - from }, (_, index) => ({
        partition,
        key: 'k',
        value: `${partition}/${from + index}/${'x'.repeat(400)}`,
        ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
      })),
    });
  beforeAll(async () => {
    await admin.connect();
    await producer.connect();
    await createTopics(kafka, [{ topic, partitions: 3, compacted: false }]);
    for (const partition of [0, 1]) for (let at = 0; at < 5_000; at += 1_000) await send(partition, at, at + 1_000, 1_700_000_000_000 + at);
    await send(2, 0, 10, 1_710_000_000_000);
    reader = await RangeReader.open({ kafka, topics: [topic], idleMs: 4_000 });
  }, 60_000);
  afterAll(async () => {
    await reader.close();
    await admin.deleteTopics({ topics: [topic] });
    await Promise.all([producer.disconnect(), admin.disconnect()]);
  }, 30_000);

  const range = (partition: number, from: number, to: number) => ({ topic, partition, from: BigInt(from), to: BigInt(to) });
  async function read(...ranges: ReturnType<typeof range>[]): Promise<PartitionSlice[]> {
    const slices: PartitionSlice[] = [];
    await reader.read(ranges, (slice) => Promise.resolve(void slices.push(slice)));
    return slices;
  }
  const offsets = (slices: readonly PartitionSlice[], partition: number): number[] =>
    slices.filter((slice) => slice.partition === partition).flatMap((slice) => slice.records.map((record) => Number(record.offset)));
  const from = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, index) => start + index);

  it('gives exactly the records of each range, in order, in slices that join on', async () => {
    const slices = await read(range(0, 700, 4_321), range(1, 4_990, 5_000), range(2, 3, 3));
    expect(offsets(slices, 0)).toEqual(from(700, 4_321));
    expect(offsets(slices, 1)).toEqual(from(4_990, 5_000));
    expect(offsets(slices, 2)).toEqual([]);
    const own = slices.filter((slice) => slice.partition === 0);
    expect(own.map((slice) => slice.expected)).toEqual([700n, ...own.slice(0, -1).map((slice) => slice.next)]);
    expect(own.at(-1)?.next).toBe(4_321n);
    for (const slice of slices) expect(slice.records.length).toBeLessThanOrEqual(2_000);
    expect(slices[0]?.records[0]?.value?.toString()).toMatch(/^[01]\/(700|4990)\/x/);
  }, 30_000);

  it('reads again over the same connection: earlier, later, and what has just been written', async () => {
    expect(offsets(await read(range(0, 0, 5)), 0)).toEqual(from(0, 5));
    expect(offsets(await read(range(0, 4_998, 5_000)), 0)).toEqual([4_998, 4_999]);
    await send(0, 5_000, 5_003);
    expect(offsets(await read(range(0, 5_000, 5_003)), 0)).toEqual([5_000, 5_001, 5_002]);
  }, 30_000);

  it('ends with what the handler threw, after the slices in hand are done, and can go on', async () => {
    let open = 0;
    const fails = reader.read([range(0, 0, 5_000), range(1, 0, 5_000)], async ({ partition }) => {
      open += 1;
      await new Promise((resolve) => setTimeout(resolve, partition === 0 ? 5 : 100));
      open -= 1;
      if (partition === 0) throw new RangeError('no');
    });
    await expect(fails).rejects.toThrow(new RangeError('no'));
    expect(open).toBe(0);
    expect(offsets(await read(range(0, 10, 12)), 0)).toEqual([10, 11]);
  }, 30_000);

  it('finds offsets by time', async () => {
    const found = await offsetsAt(kafka, [topic], 1_700_000_002_000);
    expect(found.get(`${topic}/0`)).toBe(2_000n);
    expect(found.get(`${topic}/2`)).toBe(0n);
    expect((await offsetsAt(kafka, [topic], 1_720_000_000_000)).get(`${topic}/2`)).toBe(10n);
  }, 30_000);

  it('says what the broker does not hold, before anything is handed over', async () => {
    await expect(read(range(2, 0, 11))).rejects.toThrow(`${topic}/2: 11 is beyond the end 10`);
    // kafkajs's admin knows the leaders of a topic only after another call for it.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
    const gone = read(range(0, 1, 10));
    await expect(gone).rejects.toThrow(RangeGoneError);
    await expect(gone).rejects.toThrow('offsets 1 to 3 were removed by the broker');
    expect(offsets(await read(range(0, 4, 10)), 0)).toEqual(from(4, 10));
  }, 30_000);
});
