import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsole } from '@tributary/app-console';
import { freePorts, startEmbedded } from '@tributary/embedded';
import type { Database } from '@tributary/persistence';
import { createLogger, createMetrics, Health, loadConfig } from '@tributary/runtime';
import { consoleMigrations } from './app-migrations.ts';
import { freshDatabase } from './fresh-database.ts';
import { seedConsole } from './seed-console.ts';

/** A console that listens on loopback, over a database that the test may change. */
export interface ConsoleUnderTest {
  readonly url: string;
  readonly database: Database;
  readonly log: readonly string[];
  /** Whether the console's Kafka answers. */
  setKafka(answers: boolean): void;
  stop(): Promise<void>;
}

/** Starts PostgreSQL (unless DATABASE_URL names one), makes the tables of all apps, fills them, and starts the console over them. */
export async function startConsole(): Promise<ConsoleUnderTest> {
  const stopPostgres = await ensurePostgres();
  const fresh = await freshDatabase(consoleMigrations);
  await seedConsole(fresh.database);
  const config = loadConfig({
    KAFKA_BROKERS: '127.0.0.1:9',
    REDIS_URL: 'redis://127.0.0.1:9',
    DATABASE_URL: fresh.url,
    TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
  });
  const log: string[] = [];
  const logger = createLogger(config, { write: (line: string) => void log.push(line) });
  let kafkaAnswers = true;
  const watermarks = () =>
    kafkaAnswers
      ? fresh.database.query<{ topic: string; partition: number; high: bigint }>(
          'SELECT DISTINCT topic, partition, next_offset AS high FROM hub.consumer_offset',
        )
      : Promise.reject(new Error('no broker'));
  const app = await createConsole({ config, logger, metrics: createMetrics(false), health: new Health() }, { watermarks });
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    database: fresh.database,
    log,
    setKafka: (answers) => {
      kafkaAnswers = answers;
    },
    async stop() {
      await app.close();
      await fresh.drop();
      await stopPostgres();
    },
  };
}

async function ensurePostgres(): Promise<() => Promise<void>> {
  if (process.env.DATABASE_URL !== undefined) return () => Promise.resolve();
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-console-'));
  const [kafka, controller, postgres, redis] = await freePorts(4);
  if (kafka === undefined || controller === undefined || postgres === undefined || redis === undefined) throw new Error('no free ports');
  const services = await startEmbedded({ dataDir, ports: { kafka, controller, postgres, redis }, parts: ['postgres'] });
  process.env.DATABASE_URL = services.databaseUrl;
  return async () => {
    delete process.env.DATABASE_URL;
    await services.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
