import { allContracts, deadLetterTopic } from '@tributary/contracts';
import type { Kafka } from '@tributary/kafka';

/** Deletes the records of every topic of the hub, so that a consumer that knows no offset starts with the coming cell. */
export async function emptyTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = allContracts.flatMap((contract) => [contract.topic, deadLetterTopic(contract.topic)]);
    const marks = await Promise.all(topics.map(async (topic) => ({ topic, partitions: await admin.fetchTopicOffsets(topic) })));
    for (const { topic, partitions } of marks) {
      const full = partitions.filter(({ low, high }) => low !== high);
      if (full.length > 0)
        await admin.deleteTopicRecords({ topic, partitions: full.map(({ partition, high }) => ({ partition, offset: high })) });
    }
  } finally {
    await admin.disconnect();
  }
}
