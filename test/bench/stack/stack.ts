import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startEmbedded, type Embedded } from '@tributary/embedded';
import { Database, maintainPartitions, migrate } from '@tributary/persistence';
import { allMigrations } from '../../../cli/src/all-migrations.ts';

/** PostgreSQL for every contestant alike: durable, and with the memory of a small server. */
export const POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  // So that the commit time of every row can be asked for afterwards: the one clock of all contestants.
  track_commit_timestamp: 'on',
};

const TEMPLATE = 'bench_template';

/** Kafka, PostgreSQL and Redis of a run, and databases for its rounds. */
export interface Stack {
  readonly services: Embedded;
  /** For files of the run; removed with it. */
  readonly folder: string;
  /** Process ids of broker and database server, for their processor time. */
  readonly pids: { readonly kafka: number; readonly postgres: number };
  /** An own database: empty, or with the tables of the hub. Checkpointed, so that each round starts alike. */
  openDatabase(tables: 'none' | 'hub'): Promise<BenchDatabase>;
  close(): Promise<void>;
}

/** The database of one round. */
export interface BenchDatabase {
  readonly url: string;
  readonly database: Database;
  drop(): Promise<void>;
}

/** Starts the services on free ports with the settings above and makes the template of the hub's tables. */
export async function openStack(): Promise<Stack> {
  const [kafka, controller, postgres, redis] = (await freePorts(4)) as [number, number, number, number];
  // Not mkdtemp: what only root may enter is closed to the user who runs PostgreSQL for root.
  const dataDir = join(tmpdir(), `tributary-bench-${randomUUID()}`);
  const services = await startEmbedded({
    dataDir,
    ports: { kafka, controller, postgres, redis },
    fresh: true,
    kafkaHeapMb: 1_024,
    postgresSettings: POSTGRES_SETTINGS,
    log: (line) => void process.stderr.write(`services: ${line}\n`),
  });
  const admin = new Database({ url: services.databaseUrl, max: 1, applicationName: 'bench admin', statementTimeout: 600_000 });
  const close = async (): Promise<void> => {
    await admin.close();
    await services.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  // Interrupted, it leaves nothing behind either.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      void services.stop().finally(() => {
        rmSync(dataDir, { recursive: true, force: true });
        process.exit(signal === 'SIGINT' ? 130 : 143);
      });
    });
  try {
    await checkSettings(admin);
    const settings = Object.entries(POSTGRES_SETTINGS).map(([name, value]) => `${name} ${value}`);
    process.stdout.write(`PostgreSQL for everybody: ${settings.join(', ')}\n`);
    await admin.query(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(urlOf(services, TEMPLATE), allMigrations);
    const made = new Database({ url: urlOf(services, TEMPLATE), max: 1, applicationName: 'bench admin' });
    await maintainPartitions(made, new Date(), { inboxMonths: 3, outboxDays: 7 });
    await made.close();
  } catch (error) {
    await close();
    throw error;
  }
  const { kafka: kafkaPid = 0, postgres: postgresPid = 0 } = services.pids;
  return {
    services,
    folder: dataDir,
    pids: { kafka: kafkaPid, postgres: postgresPid },
    openDatabase: (tables) => openDatabase(services, admin, tables),
    close,
  };
}

const urlOf = (services: Embedded, name: string): string => Object.assign(new URL(services.databaseUrl), { pathname: `/${name}` }).href;

/** What the server says it runs with; a setting that did not arrive would make the figures lies. */
async function checkSettings(admin: Database): Promise<void> {
  for (const [name, wanted] of Object.entries(POSTGRES_SETTINGS)) {
    const [row] = await admin.query<Record<string, string>>(`SHOW ${name}`);
    if (row?.[name] !== wanted) throw new Error(`PostgreSQL runs with ${name} = ${String(row?.[name])}, not ${wanted}`);
  }
}

async function openDatabase(services: Embedded, admin: Database, tables: 'none' | 'hub'): Promise<BenchDatabase> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${tables === 'hub' ? TEMPLATE : 'template1'}`);
  await admin.query('CHECKPOINT');
  const url = urlOf(services, name);
  const database = new Database({ url, max: 2, applicationName: 'bench reader', statementTimeout: 600_000 });
  return {
    url,
    database,
    async drop() {
      await database.close();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
