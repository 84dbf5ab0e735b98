// Jest global setup of the project `int`: one embedded stack for the whole run, unless the environment names services already.
// The specs read KAFKA_BROKERS, DATABASE_URL and REDIS_URL from their environment, which jest's workers inherit from here.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = new URL('../../deploy/embedded/dist/index.js', import.meta.url);

export default async function startServices() {
  const { KAFKA_BROKERS, DATABASE_URL, REDIS_URL, XDG_CACHE_HOME } = process.env;
  const given = [KAFKA_BROKERS, DATABASE_URL, REDIS_URL].filter(Boolean).length;
  if (given === 3) return;
  if (given > 0)
    throw new Error('set all of KAFKA_BROKERS, DATABASE_URL and REDIS_URL to test against services of your own, or none of them');
  if (!existsSync(fileURLToPath(built))) throw new Error('the embedded services are not built: run `npm run build` first');
  const { freePorts, startEmbedded } = await import(built.href);
  const [kafka, controller, postgres, redis] = await freePorts(4);
  // Not mkdtemp: what only root may enter is closed to the user who runs PostgreSQL for root.
  const dataDir = join(tmpdir(), `tributary-int-${randomUUID()}`);
  const began = performance.now();
  const services = await startEmbedded({
    dataDir,
    ports: { kafka, controller, postgres, redis },
    fresh: true,
    log: (line) => process.stderr.write(`services: ${line}\n`),
    ...(XDG_CACHE_HOME ? { cacheDir: join(XDG_CACHE_HOME, 'tributary') } : {}),
  }).catch((fault) => {
    throw new Error([fault.message, fault.cure, ...(fault.logTail ?? [])].filter(Boolean).join('\n  '), { cause: fault });
  });
  process.stderr.write(`services: Kafka, PostgreSQL and Redis answer after ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  process.env.KAFKA_BROKERS = services.brokers;
  process.env.DATABASE_URL = services.databaseUrl;
  process.env.REDIS_URL = services.redisUrl;
  // Jest runs setup and teardown in the same process but loads them apart.
  globalThis.tributaryServices = { services, dataDir };
}
