import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '@tributary/persistence';
import { loadConfig, processEnvironment, type Config } from '@tributary/runtime';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';

/** Addresses of a hub that is running: from the environment, else from the data folder of a demo or `up`. */
export interface Addresses {
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

const FILE = 'addresses.json';

/** Finds the addresses of a running hub. Throws `VerbFault` that says how to give them. */
export function findAddresses(dataDir: string): Addresses {
  const env = processEnvironment();
  const file = join(dataDir, FILE);
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Addresses) : undefined;
  const databaseUrl = env.DATABASE_URL || known?.databaseUrl;
  if (databaseUrl === undefined)
    throw new VerbFault(
      `no hub found: set DATABASE_URL (and KAFKA_BROKERS), or give --data-dir of a running one (${dataDir} has none)`,
      exitCode.environment,
    );
  return { databaseUrl, brokers: env.KAFKA_BROKERS || known?.brokers || '', redisUrl: env.REDIS_URL || known?.redisUrl || '' };
}

/** Settings of a running hub that decide what its stages make of a record. */
const SETTINGS = ['TRIBUTARY_SOURCES', 'TRIBUTARY_CURRENCY', 'TRIBUTARY_IDENTITY_KEY', 'TRIBUTARY_IDENTITY_KEY_FILE'] as const;

/**
 * Leaves the addresses of a running hub, and the settings its stages run with, where the other verbs find them; owner-only, since they
 * hold passwords and keys.
 */
export function rememberAddresses(
  dataDir: string,
  { brokers, databaseUrl, redisUrl }: Addresses,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const settings = Object.fromEntries(SETTINGS.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  writeFileSync(join(dataDir, FILE), JSON.stringify({ brokers, databaseUrl, redisUrl, settings }), { mode: 0o600 });
}

/**
 * The configuration of the hub whose addresses these are, for verbs that run its stages: from the environment, else as the hub that a
 * demo or `up` started was configured. Throws `ConfigFault` that names what is missing.
 */
export function findConfig(dataDir: string, { brokers, databaseUrl, redisUrl }: Addresses): Config {
  const file = join(dataDir, FILE);
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { settings?: Record<string, string> }).settings : undefined;
  return loadConfig({ ...known, ...processEnvironment(), KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl });
}

/** Runs `work` on a connection to the hub's database. @param statementTimeout milliseconds; half a minute by default. */
export async function withDatabase<T>(
  dataDir: string,
  work: (database: Database, addresses: Addresses) => Promise<T>,
  statementTimeout = 30_000,
): Promise<T> {
  const addresses = findAddresses(dataDir);
  const database = new Database({ url: addresses.databaseUrl, max: 2, applicationName: 'tributary cli', statementTimeout });
  try {
    return await work(database, addresses);
  } finally {
    await database.close();
  }
}
