import { join } from 'node:path';
import { freePorts, startEmbedded } from '@tributary/embedded';
import { Redis } from 'ioredis';

/** A second Redis that follows the first. */
export interface RedisReplica {
  readonly port: number;
  /** It follows no longer and takes writes of its own. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

const SYNCED_WITHIN_MS = 20_000;

/** Starts a replica under the password of the primary, and waits until it has everything. */
export async function openReplica(primaryUrl: string, folder: string): Promise<RedisReplica> {
  const [redis = 0] = await freePorts(1);
  const services = await startEmbedded({
    dataDir: join(folder, 'replica'),
    ports: { kafka: 0, controller: 0, postgres: 0, redis },
    parts: ['redis'],
    fresh: true,
  });
  const primary = new URL(primaryUrl);
  const client = new Redis(services.redisUrl);
  await client.config('SET', 'masterauth', primary.password);
  await client.config('SET', 'requirepass', primary.password);
  await client.replicaof(primary.hostname, Number(primary.port));
  const until = performance.now() + SYNCED_WITHIN_MS;
  while (!(await client.info('replication')).includes('master_link_status:up')) {
    if (performance.now() > until) throw new Error(`the replica was not in step within ${SYNCED_WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port: redis,
    async promote() {
      await client.replicaof('NO', 'ONE');
    },
    async stop() {
      client.disconnect();
      await services.stop();
    },
  };
}
