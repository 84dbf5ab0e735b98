import { join } from 'node:path';
import { startEmbedded, type Embedded } from '@tributary/embedded';

/** Where the three services are. */
export interface Services {
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Whether this process started them. */
  readonly embedded: boolean;
  stop(): Promise<void>;
}

/** How to come by them. */
export interface ServicesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  readonly fresh: boolean;
  /** First of four consecutive ports. */
  readonly firstPort: number;
  readonly log: (line: string) => void;
}

const NAMES = ['KAFKA_BROKERS', 'DATABASE_URL', 'REDIS_URL'] as const;

/** Addresses given by the environment stand; the rest is started as child processes on loopback. */
export async function openServices({ env, dataDir, fresh, firstPort, log }: ServicesOptions): Promise<Services> {
  const [brokers, databaseUrl, redisUrl] = NAMES.map((name) => env[name] || undefined);
  const parts = [
    brokers === undefined ? ('kafka' as const) : undefined,
    databaseUrl === undefined ? ('postgres' as const) : undefined,
    redisUrl === undefined ? ('redis' as const) : undefined,
  ].filter((part) => part !== undefined);
  let embedded: Embedded | undefined;
  if (parts.length > 0)
    embedded = await startEmbedded({
      dataDir: join(dataDir, 'services'),
      fresh,
      parts,
      ports: { kafka: firstPort, controller: firstPort + 1, postgres: firstPort + 2, redis: firstPort + 3 },
      log,
    });
  return {
    brokers: brokers ?? embedded?.brokers ?? '',
    databaseUrl: databaseUrl ?? embedded?.databaseUrl ?? '',
    redisUrl: redisUrl ?? embedded?.redisUrl ?? '',
    embedded: embedded !== undefined,
    stop: async () => embedded?.stop(),
  };
}
