import { allContracts, deadLetterTopic } from '@tributary/contracts';
import type { Kafka } from '@tributary/kafka';
import retry from 'p-retry';

/** Deletes the records of every topic of the hub, so that a consumer that knows no offset starts with the coming cell. */
export async function emptyTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    // Right after its start the broker may not lead its partitions yet.
    await retry(() => empty(admin), { retries: 20, factor: 1, minTimeout: 250 });
  } finally {
    await admin.disconnect();
  }
}

async function empty(admin: ReturnType<Kafka['admin']>): Promise<void> {
  const topics = allContracts.flatMap((contract) => [contract.topic, deadLetterTopic(contract.topic)]);
  const marks = await Promise.all(topics.map(async (topic) => ({ topic, partitions: await admin.fetchTopicOffsets(topic) })));
  for (const { topic, partitions } of marks) {
    const full = partitions.filter(({ low, high }) => low !== high);
    if (full.length > 0)
      await admin.deleteTopicRecords({ topic, partitions: full.map(({ partition, high }) => ({ partition, offset: high })) });
  }
}
