import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { logLevel, type Kafka, type Producer } from 'kafkajs';
import { startCluster, type KafkaCluster } from '../../../test/faults/rig/kafka-cluster.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { createProducer } from './kafka-client.ts';
import { WatermarkReader } from './topic-admin.ts';

const PARTITIONS = 6;
/** Leader of a partition that has none. */
const NOBODY = -1;
/**
 * Longer than three brokers need on a busy machine to notice (3 s; a new controller first, if it was that one) and to answer without the
 * one that stands still. A broker that answers later than this is asked again by the stock producer too, and what moved to it is not lost.
 */
const REQUEST_MS = 15_000;

/** Three brokers, one of which stands still (SIGSTOP): its connections stay open, and others lead what it led. */
describe('a leader that stands still', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moved-leader-'));
  let cluster: KafkaCluster;
  let still = 0;
  beforeAll(async () => void (cluster = await startCluster({ folder, nodes: 3, minInSync: 2 })), 120_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  // All seeds, the one that stands still among them.
  const client = (): Kafka =>
    new kafkajs.Kafka({
      brokers: [...cluster.brokers],
      logLevel: logLevel.NOTHING,
      requestTimeout: REQUEST_MS,
      retry: { initialRetryTime: 100, retries: 8 },
    });
  /** Leaders of the partitions of a topic, as a broker knows them; none while it does not know the topic. */
  async function leaders(topic: string): Promise<number[]> {
    const admin = cluster.kafka.admin();
    await admin.connect();
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return (topics[0]?.partitions ?? []).map(({ leader }) => leader);
    } catch {
      return [];
    } finally {
      await admin.disconnect();
    }
  }
  const ledBy = (topic: string, fits: (leader: number) => boolean): Promise<number[]> =>
    eventually(
      () => leaders(topic),
      (found) => found.length === PARTITIONS && found.every((leader) => leader !== NOBODY && fits(leader)),
      60_000,
    );
  async function topic(name: string): Promise<string> {
    const admin = cluster.kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: name, numPartitions: PARTITIONS, replicationFactor: 3 }], waitForLeaders: false });
    await admin.disconnect();
    await ledBy(name, () => true);
    return name;
  }
  const toEach = (topic: string): { topic: string; acks: number; messages: { partition: number; value: string }[] } => ({
    topic,
    acks: -1,
    messages: Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value: `to ${partition}` })),
  });
  async function written(name: string): Promise<bigint[]> {
    const reader = new WatermarkReader(cluster.kafka);
    const marks = await reader.read([name]);
    await reader.close();
    return marks.sort((left, right) => left.partition - right.partition).map(({ high }) => high);
  }
  async function warm(producer: Producer, name: string): Promise<void> {
    await producer.connect();
    await producer.send(toEach(name));
  }

  it('the stock producer says that all is written though what moved was never sent; ours says that it failed, and sends all the next time', async () => {
    const [stockTopic, ownTopic] = [await topic('stock'), await topic('own')];
    const stock = client().producer({
      idempotent: false,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    const own = createProducer(client());
    await Promise.all([warm(stock, stockTopic), warm(own, ownTopic)]);
    still = (await leaders(stockTopic))[0] ?? 1;
    cluster.signal(still, 'SIGSTOP');

    const [, ours] = await Promise.all([
      stock.send(toEach(stockTopic)),
      own.send(toEach(ownTopic)).then(
        () => 'written',
        () => 'failed',
      ),
    ]);
    expect(ours).toBe('failed');
    await ledBy(ownTopic, (leader) => leader !== still);
    const lost = (await written(stockTopic)).filter((high) => high < 2n).length;
    expect(lost).toBeGreaterThan(0);

    await eventually(
      () =>
        own.send(toEach(ownTopic)).then(
          () => true,
          () => false,
        ),
      (sent) => sent,
      60_000,
    );
    expect((await written(ownTopic)).every((high) => high >= 2n)).toBe(true);
    await Promise.all([stock.disconnect(), own.disconnect()]);
  }, 180_000);

  it('watermarks are read from the leaders of now by a reader that knew the former ones', async () => {
    cluster.signal(still, 'SIGCONT');
    const name = await topic('marks');
    const reader = new WatermarkReader(client());
    await reader.read([name]);
    const gone = (await leaders(name))[0] ?? 1;
    cluster.signal(gone, 'SIGSTOP');
    await ledBy(name, (leader) => leader !== gone);
    const marks = await eventually(
      () =>
        reader.read([name]).then(
          (found) => found.length,
          () => 0,
        ),
      (count) => count === PARTITIONS,
      60_000,
    );
    expect(marks).toBe(PARTITIONS);
    await reader.close();
  }, 180_000);
});
