import type { Kafka } from 'kafkajs';

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

/** Creates the topics that are missing and says which. Existing ones are left as they are: growing a topic in place would re-map its keys. */
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
    return missing.map((spec) => spec.topic);
  } finally {
    await admin.disconnect();
  }
}

/** Watermarks of topics, over one kept connection. A topic that does not exist gives none. */
export class WatermarkReader {
  private readonly admin;
  private connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.admin = kafka.admin({ retry: { retries: 2 } });
  }

  async read(topics: readonly string[]): Promise<Watermark[]> {
    this.connected ??= this.admin.connect().catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
    await this.connected;
    const found = await Promise.all(
      topics.map(async (topic) => (await this.admin.fetchTopicOffsets(topic)).map((entry) => asWatermark(topic, entry))),
    );
    return found.flat();
  }

  async close(): Promise<void> {
    if (this.connected) await this.admin.disconnect();
  }
}
