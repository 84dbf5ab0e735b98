import { allContracts, deadLetterTopic, DEFAULT_PARTITIONS } from '@tributary/contracts';
import { createKafka, createTopics, type KafkaLog, type TopicSpec } from '@tributary/kafka';
import { migrate } from '@tributary/persistence';
import { allMigrations } from '../all-migrations.ts';

/** Every topic of the hub as it should be: one a contract, one for its dead letters. */
export const topicSpecs = (partitions = DEFAULT_PARTITIONS): TopicSpec[] =>
  allContracts.flatMap((contract) => [
    { topic: contract.topic, partitions, compacted: contract.compacted === true },
    { topic: deadLetterTopic(contract.topic), partitions: 1, compacted: false },
  ]);

/** What preparing did. */
export interface Prepared {
  readonly topics: readonly string[];
  readonly migrations: readonly string[];
}

/** Creates missing topics and brings the database up to date; both may run again at any time. */
export async function prepare(brokers: string, databaseUrl: string, log: KafkaLog): Promise<Prepared> {
  const [topics, migrations] = await Promise.all([
    createTopics(createKafka(brokers.split(','), 'tributary-admin', log), topicSpecs()),
    migrate(databaseUrl, allMigrations),
  ]);
  return { topics, migrations };
}
