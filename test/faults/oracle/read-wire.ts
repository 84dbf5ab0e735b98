import { randomUUID } from 'node:crypto';
import type { Kafka } from '@tributary/kafka';

/** A record of an out-topic. */
export interface WireRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

const LIMIT_MS = 30_000;

/** Reads topics whole, in the order of each partition. */
export async function readWire(kafka: Kafka, topics: readonly string[]): Promise<WireRecord[]> {
  const admin = kafka.admin();
  await admin.connect();
  const missing = new Map<string, bigint>();
  for (const topic of topics)
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      if (BigInt(high) > BigInt(low)) missing.set(`${topic}/${partition}`, BigInt(high) - 1n);
  const records: WireRecord[] = [];
  const groupId = `faults-reader-${randomUUID()}`;
  if (missing.size > 0) {
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    await consumer.connect();
    try {
      await consumer.subscribe({
        topics: [...new Set([...missing.keys()].map((name) => name.slice(0, name.lastIndexOf('/'))))],
        fromBeginning: true,
      });
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`out-topics were not read within ${LIMIT_MS} ms: ${[...missing.keys()].join(', ')}`)),
          LIMIT_MS,
        );
        const run = consumer.run({
          autoCommit: false,
          eachBatch: ({ batch }) => {
            for (const { offset, key, value, headers } of batch.messages)
              records.push({
                topic: batch.topic,
                partition: batch.partition,
                offset: BigInt(offset),
                key: key?.toString() ?? '',
                value,
                headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)])),
              });
            const name = `${batch.topic}/${batch.partition}`;
            const last = missing.get(name);
            if (last !== undefined && BigInt(batch.lastOffset()) >= last) missing.delete(name);
            if (missing.size === 0) {
              clearTimeout(timer);
              resolve();
            }
            return Promise.resolve();
          },
        });
        run.catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
    await admin.deleteGroups([groupId]);
  }
  await admin.disconnect();
  return records;
}
