import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topology } from '@tributary/contracts';
import { createKafka, createTopics } from '@tributary/kafka';
import { hubUnderTest, type HubUnderTest } from '../../../test/support/hub-under-test.ts';
import { startCli } from '../../../test/support/demo-process.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('tributary up', () => {
  const kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quiet);
  let hub: HubUnderTest;
  beforeAll(async () => void (hub = await hubUnderTest()), 60_000);
  afterAll(() => hub.drop());

  it('ends with exit code 1 when a consumer is gone for good, so that whoever watches over it starts it again', async () => {
    const topics = topology.forecast.reads.map(({ topic }) => ({ topic, partitions: 1, compacted: false }));
    await createTopics(kafka, topics);
    // The group is held by a member of another protocol: the consumer of the app is refused for good.
    const other = kafka.consumer({
      groupId: 'forecast',
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
    await other.subscribe({ topics: topics.map(({ topic }) => topic) });
    const joined = new Promise<void>((resolve) => other.on('consumer.group_join', () => resolve()));
    await other.run({ eachBatch: () => Promise.resolve() });
    await joined;
    const run = startCli(['up'], {
      KAFKA_BROKERS: process.env.KAFKA_BROKERS,
      DATABASE_URL: hub.url,
      REDIS_URL: process.env.REDIS_URL,
      TRIBUTARY_APPS: 'forecast',
      TRIBUTARY_OPS_PORT: '0',
    });
    try {
      expect(await run.ended()).toBe(1);
      expect(run.out() + run.err()).toMatch(/a consumer is gone for good/);
    } finally {
      run.child.kill();
      await other.disconnect();
    }
  }, 60_000);
});
