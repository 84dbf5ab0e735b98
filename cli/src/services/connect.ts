import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '@tributary/persistence';
import { processEnvironment } from '@tributary/runtime';
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

/** Leaves the addresses of a running hub where the other verbs find them; owner-only, since they hold passwords. */
export function rememberAddresses(dataDir: string, { brokers, databaseUrl, redisUrl }: Addresses): void {
  writeFileSync(join(dataDir, FILE), JSON.stringify({ brokers, databaseUrl, redisUrl }), { mode: 0o600 });
}

/** Runs `work` on a connection to the hub's database. */
export async function withDatabase<T>(dataDir: string, work: (database: Database, addresses: Addresses) => Promise<T>): Promise<T> {
  const addresses = findAddresses(dataDir);
  const database = new Database({ url: addresses.databaseUrl, max: 2, applicationName: 'tributary cli' });
  try {
    return await work(database, addresses);
  } finally {
    await database.close();
  }
}
