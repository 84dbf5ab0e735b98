import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kafka, logLevel } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { RequestQueue } from './kafkajs-internals.ts';
import { createKafka } from './kafka-client.ts';
import { createTopics } from './topic-admin.ts';

const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
// Taken before anything repairs it: createKafka does.
const stock = prototype.scheduleCheckPendingRequests;

const IDLE_MS = 3_000;

describe('an idle consumer of 16 partitions', () => {
  const topic = `spec-${randomUUID()}`;
  const admin = new kafkajs.Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  const { setTimeout: realTimeout } = globalThis;
  beforeAll(async () => {
    await createTopics(createKafka(brokers, 'spec', quiet), [{ topic, partitions: 16, compacted: false }]);
    await admin.connect();
  }, 30_000);
  afterAll(async () => {
    globalThis.setTimeout = realTimeout;
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });

  /** Timers that fired and processor time, milliseconds, while a consumer with nothing to do waits. */
  async function idle(kafka: Kafka): Promise<{ timers: number; cpu: number }> {
    const consumer = kafka.consumer({ groupId: `g-${randomUUID()}`, maxWaitTimeInMs: 500 });
    const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachBatch: () => Promise.resolve() });
    await joined;
    let timers = 0;
    globalThis.setTimeout = ((work: () => void, milliseconds?: number) =>
      realTimeout(() => {
        timers += 1;
        work();
      }, milliseconds)) as typeof setTimeout;
    const before = process.cpuUsage();
    await new Promise((resolve) => realTimeout(resolve, IDLE_MS));
    const { user, system } = process.cpuUsage(before);
    globalThis.setTimeout = realTimeout;
    await consumer.disconnect();
    return { timers, cpu: (user + system) / 1_000 };
  }

  it('wakes up a hundredth as often as with stock kafkajs, and takes less of the processor', async () => {
    prototype.scheduleCheckPendingRequests = stock;
    const before = await idle(new kafkajs.Kafka({ brokers, logLevel: logLevel.NOTHING }));
    const after = await idle(createKafka(brokers, 'spec', quiet));
    process.stderr.write(
      `idle over ${IDLE_MS} ms: stock ${before.timers} timers, ${before.cpu.toFixed(0)} ms of processor; repaired ${after.timers} timers, ${after.cpu.toFixed(0)} ms\n`,
    );
    expect(before.timers).toBeGreaterThan(IDLE_MS / 4);
    expect(after.timers).toBeLessThan(before.timers / 100);
    expect(after.cpu).toBeLessThan(before.cpu);
  }, 60_000);
});
