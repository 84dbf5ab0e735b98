import { Redis } from 'ioredis';
import kafkajs, { Kafka, logLevel, type Admin } from 'kafkajs';
import { createTopics, type KafkaLog } from '@tributary/kafka';
import { eventually } from '../../support/eventually.ts';
import { topicSpecs } from '../../../cli/src/services/prepare.ts';

/** What the client library warns of is shown; the bench has no log of its own. */
export const clientLog: KafkaLog = {
  info: () => undefined,
  warn: (fields, message) => void process.stderr.write(`kafka: ${message} ${JSON.stringify(fields)}\n`),
  error: (fields, message) => void process.stderr.write(`kafka: ${message} ${JSON.stringify(fields)}\n`),
};

/** A plain client. */
export const plainKafka = (brokers: string, clientId = 'bench'): Kafka =>
  new Kafka({ clientId, brokers: [brokers], logLevel: logLevel.NOTHING });

/** Runs `work` with an admin client. */
export async function withAdmin<T>(brokers: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = plainKafka(brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** The hub's topics with as many partitions as the bench wants; answers when every partition has its leader. */
export async function createHubTopics(brokers: string, partitions: number): Promise<void> {
  const specs = topicSpecs(partitions);
  // The client asks for leaders before the broker knows the topic it has just made, and gives up.
  await eventually(
    () => answerOf(() => createTopics(plainKafka(brokers), specs)),
    (answer) => answer === 'yes',
    60_000,
  );
  await withAdmin(brokers, async (admin) => {
    for (const { topic } of specs)
      await eventually(
        () => answerOf(() => admin.fetchTopicOffsets(topic)),
        (answer) => answer === 'yes',
      );
  });
}

/** Whether the broker does what is asked; else what it says, when asking again may help. */
async function answerOf(ask: () => Promise<unknown>): Promise<string> {
  try {
    await ask();
    return 'yes';
  } catch (error) {
    if ((error as { retriable?: boolean }).retriable !== true) throw error;
    return (error as Error).message;
  }
}

/** A topic besides the hub's. */
export async function createPlainTopic(brokers: string, topic: string, partitions: number): Promise<void> {
  await eventually(
    () => answerOf(() => createTopics(plainKafka(brokers), [{ topic, partitions, compacted: false }])),
    (answer) => answer === 'yes',
    60_000,
  );
}

/** Asks for a group's offsets, so that the broker has made the topic that keeps them before anybody is measured. */
export async function wakeCoordinator(brokers: string): Promise<void> {
  await withAdmin(brokers, (admin) => admin.fetchOffsets({ groupId: 'bench-wake' }));
}

/** Lets the broker write its own time on the records of a topic when it appends them. */
export async function stampByBroker(admin: Admin, topic: string): Promise<void> {
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] },
    ],
  });
}

/** Where each partition begins and ends. */
export async function watermarks(admin: Admin, topic: string): Promise<Map<number, { readonly low: bigint; readonly high: bigint }>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}

/** Removes every record of topics that are not compacted; their offsets go on. */
export async function emptyTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    const filled = (await admin.fetchTopicOffsets(topic)).filter(({ low, high }) => low !== high);
    if (filled.length === 0) continue;
    await admin.deleteTopicRecords({ topic, partitions: filled.map(({ partition, high }) => ({ partition, offset: high })) });
  }
}

/** Where a turn has left something. */
export interface Left {
  readonly brokers: string;
  readonly redisUrl: string;
}

/**
 * Everything but the input is as if nobody had ever worked here: topics empty, consumer groups forgotten, Redis too. With the schedules of
 * the turn before, the tasks that run at a hub's first start would not run, and its stages would work without what these leave.
 */
export async function forgetTurn({ brokers, redisUrl }: Left, input: string, partitions: number): Promise<void> {
  const redis = new Redis(redisUrl);
  await redis.flushall();
  redis.disconnect();
  await withAdmin(brokers, async (admin) => {
    const specs = topicSpecs(partitions).filter(({ topic }) => topic !== input);
    await emptyTopics(
      admin,
      specs.filter(({ compacted }) => !compacted).map(({ topic }) => topic),
    );
    // The broker removes no records of compacted topics: these are made anew.
    const compacted = specs.filter((spec) => spec.compacted).map(({ topic }) => topic);
    await admin.deleteTopics({ topics: compacted });
    await eventually(
      () => admin.listTopics(),
      (topics) => !compacted.some((topic) => topics.includes(topic)),
    );
    const { groups } = await admin.listGroups();
    // Plain contestants have a new group each turn; theirs stays until the broker misses them.
    const hubs = groups.map(({ groupId }) => groupId).filter((name) => !name.startsWith('bench-'));
    if (hubs.length > 0) await admin.deleteGroups(hubs);
  });
  await createHubTopics(brokers, partitions);
}
