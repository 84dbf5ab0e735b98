import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';

/** A topic as it should be. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly compacted: boolean;
}

/** Low and high watermark of a partition. */
export interface Watermark {
  readonly topic: string;
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
}

const asWatermark = (topic: string, entry: { partition: number; low: string; high: string }): Watermark => ({
  topic,
  partition: entry.partition,
  low: BigInt(entry.low),
  high: BigInt(entry.high),
});

/** How long the leaders of a new topic may take to know that they are, milliseconds. */
const LED_WITHIN_MS = 15_000;

/**
 * Creates the topics that are missing, waits until they take records, and says which they are. Existing ones are left as they
 * are: growing a topic in place would re-map its keys.
 */
export async function createTopics(kafka: Kafka, specs: readonly TopicSpec[], replicationFactor = 1): Promise<string[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter((spec) => !existing.has(spec.topic));
    if (missing.length > 0)
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map((spec) => ({
          topic: spec.topic,
          numPartitions: spec.partitions,
          replicationFactor,
          configEntries: [
            { name: 'cleanup.policy', value: spec.compacted ? 'compact' : 'delete' },
            // Records live longer than any outage of ours: a rebuild replays them.
            { name: 'retention.ms', value: '-1' },
            { name: 'max.message.bytes', value: '2097152' },
            // The broker unpacks what it is given, so that the limit counts for what is inside: a batch that grows beyond it is refused.
            { name: 'compression.type', value: 'uncompressed' },
          ],
        })),
      });
    for (const { topic } of missing) await untilLed(admin, topic);
    return missing.map((spec) => spec.topic);
  } finally {
    await admin.disconnect();
  }
}

/** Leaders are named before they know of it themselves: one that tells its offsets takes records too. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  const until = performance.now() + LED_WITHIN_MS;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if ((error as { retriable?: boolean }).retriable !== true || performance.now() > until) throw error;
      await delay(20);
    }
  }
}

/** Watermarks of topics, over one kept connection. A topic that does not exist gives none. */
export class WatermarkReader {
  private admin: Promise<Admin> | undefined;

  constructor(private readonly kafka: Kafka) {}

  async read(topics: readonly string[]): Promise<Watermark[]> {
    const opened = (this.admin ??= this.open());
    try {
      const admin = await opened;
      const found = await Promise.all(
        topics.map(async (topic) => (await admin.fetchTopicOffsets(topic)).map((entry) => asWatermark(topic, entry))),
      );
      return found.flat();
    } catch (error) {
      // kafkajs's admin asks the leader it once knew for as long as five minutes: the next one looks for it anew.
      if (this.admin === opened) {
        this.admin = undefined;
        opened.then((admin) => admin.disconnect()).catch((late: unknown) => void late);
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    const opened = this.admin;
    this.admin = undefined;
    await opened?.then((admin) => admin.disconnect());
  }

  private async open(): Promise<Admin> {
    const admin = this.kafka.admin({ retry: { retries: 2 } });
    await admin.connect();
    return admin;
  }
}
