import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { BatchServerRig } from '../../../test/support/batch-server-rig.ts';
import { javaClient } from '../../../test/support/java-client/java-client.ts';
import { javaHash, javaKeys } from './java-partitions.ts';
import { RangeReader } from './read-range.ts';

describe('our client beside the Java client', () => {
  let rig: BatchServerRig;
  beforeAll(async () => void (rig = await BatchServerRig.open()), 60_000);
  afterAll(() => rig.close(), 30_000);

  /** Partition and value of every key in a topic. */
  async function read(topic: string): Promise<Map<string, { partition: number; value: string }>> {
    const found = new Map<string, { partition: number; value: string }>();
    const ranges = (await rig.watermarks.read([topic])).map(({ partition, low, high }) => ({ topic, partition, from: low, to: high }));
    const reader = await RangeReader.open({ kafka: rig.kafka, topics: [topic] });
    await reader.read(ranges, ({ partition, records }) => {
      for (const { key, value } of records) found.set(key?.toString() ?? '', { partition, value: value?.toString() ?? '' });
      return Promise.resolve();
    });
    await reader.close();
    return found;
  }

  it('the known hashes are those of the Java client', async () => {
    const printed = await javaClient(javaKeys, 'hash');
    expect(printed.map((hex) => Number.parseInt(hex, 16) | 0)).toEqual(javaKeys.map((_, index) => javaHash(index)));
  }, 60_000);

  it('a thousand keys lie in the same partitions, whoever sends them (K15, T-K6)', async () => {
    const [theirs, ours] = [await rig.topic(12), await rig.topic(12)];
    const printed = await javaClient(javaKeys, 'produce', process.env.KAFKA_BROKERS ?? '', theirs, 'none');
    await rig.producer.send({ topic: ours, messages: javaKeys.map((key) => ({ key, value: key })) });
    const found = await read(ours);
    expect(javaKeys.map((key) => String(found.get(key)?.partition))).toEqual(printed);
    expect(new Set(printed).size).toBe(12);
  }, 60_000);

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
    'what the Java client packs with %s is read as it was (K11)',
    async (codec) => {
      const topic = await rig.topic(3);
      const configEntries = [
        { name: 'compression.type', value: 'producer' },
        { name: 'max.message.bytes', value: '2097152' },
      ];
      await rig.admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
      });
      await javaClient(javaKeys, 'produce', process.env.KAFKA_BROKERS ?? '', topic, codec);
      const found = await read(topic);
      expect(found.size).toBe(1_000);
      for (const key of javaKeys) expect(found.get(key)?.value).toBe(key.repeat(40));
    },
    60_000,
  );
});
