import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allContracts, deadLetterTopic } from '@tributary/contracts';
import { freePorts, startEmbedded, type Embedded } from '@tributary/embedded';
import { createKafka, createTopics, type Kafka, type KafkaLog } from '@tributary/kafka';
import { Database, migrate } from '@tributary/persistence';
import { allMigrations } from '../../../cli/src/all-migrations.ts';
import { openLines, type Lines } from './lines.ts';

/** Processes of the hub that can be cut off one by one. */
export const LINES = 4;
/** Partitions of each topic of facts. */
export const PARTITIONS = 4;
const TEMPLATE = 'cell_template';

/** Kafka, PostgreSQL and Redis of one run, and a set of lines to them for each process of the hub. */
export interface Stack {
  readonly services: Embedded;
  /** Folder of the run: histories, logs of workers. */
  readonly folder: string;
  readonly lines: readonly Lines[];
  /** The rig's own client, past all proxies. */
  readonly kafka: Kafka;
  /** Connected as administrator, past all proxies. */
  readonly admin: Database;
  /** Creates a database with every table of the hub. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Says nothing. */
export const quiet: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Every topic of the hub. None is compacted here, so that all can be emptied between two cells. */
export const topicSpecs = allContracts.flatMap((contract) => [
  { topic: contract.topic, partitions: PARTITIONS, compacted: false },
  { topic: deadLetterTopic(contract.topic), partitions: 1, compacted: false },
]);

/** Starts the services on free ports, with further listeners of the broker behind the proxies. */
export async function openStack(log: (line: string) => void): Promise<Stack> {
  const folder = join(tmpdir(), `tributary-faults-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  const [kafka = 0, controller = 0, postgres = 0, redis = 0, ...rest] = await freePorts(4 + 4 * LINES);
  const ports = { kafka, controller, postgres, redis };
  const own = Array.from({ length: LINES }, (_, line) => rest.slice(4 * line, 4 * line + 4));
  const services = await startEmbedded({
    dataDir: join(folder, 'services'),
    ports,
    fresh: true,
    kafkaListeners: own.map(([port = 0, advertised = 0]) => ({ port, advertised })),
    log,
  });
  const lines = await Promise.all(own.map(([broker = 0, ...free]) => openLines(broker, free, ports)));
  const client = createKafka([services.brokers], 'faults', quiet);
  await createTopics(client, topicSpecs);
  const admin = new Database({ url: services.databaseUrl, max: 2, applicationName: 'faults admin' });
  const urlOf = (name: string): string => Object.assign(new URL(services.databaseUrl), { pathname: `/${name}` }).href;
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(urlOf(TEMPLATE), allMigrations);
  return {
    services,
    folder,
    lines,
    kafka: client,
    admin,
    async createDatabase(name) {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      return urlOf(name);
    },
    async stop() {
      await admin.close();
      await Promise.all(lines.map((line) => line.close()));
      await services.stop();
      rmSync(join(folder, 'services'), { recursive: true, force: true });
    },
  };
}
