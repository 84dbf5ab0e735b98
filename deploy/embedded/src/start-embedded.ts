import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { clearDataFolder, folderFault, prepareDataFolder } from './data-folder.ts';
import { EmbeddedFault } from './embedded-fault.ts';
import type { Embedded, EmbeddedOptions } from './embedded.ts';
import { takeFolderLock } from './folder-lock.ts';
import type { FolderLock } from './folder-lock.ts';
import { refuseBusyPorts } from './ports.ts';
import { ServiceSet } from './service-set.ts';
import { SERVICE_TITLES } from './service-name.ts';
import type { ServiceName } from './service-name.ts';
import { stopLeftovers } from './stop-leftovers.ts';

const ALL: readonly ServiceName[] = ['kafka', 'postgres', 'redis'];

/**
 * Starts Kafka, PostgreSQL and Redis as child processes bound to 127.0.0.1 and answers when all of them answer. They end with this
 * process: by `stop()`, or by a reaper when this process is killed. Throws `EmbeddedFault`; whatever had been started is stopped then.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw new EmbeddedFault(
      'platform-unsupported',
      `the embedded services run on Linux and macOS, not on ${process.platform}`,
      'use WSL 2, or point KAFKA_BROKERS, DATABASE_URL and REDIS_URL at services of your own',
    );
  }
  const dataDir = resolve(options.dataDir);
  const log = options.log ?? (() => undefined);
  const parts = ALL.filter((name) => (options.parts ?? ALL).includes(name));
  prepareDataFolder(dataDir);
  const lock = lockDataFolder(dataDir);
  try {
    await stopLeftovers(dataDir, log);
    if (options.fresh === true) clearDataFolder(dataDir);
    await refuseBusyPorts(parts.flatMap((name) => portsOf(name, options.ports)));
    const cacheDir = options.cacheDir ?? join(homedir(), '.cache', 'tributary');
    const set = new ServiceSet({
      dataDir,
      cacheDir,
      log,
      owner: randomUUID(),
      ports: options.ports,
      kafkaHeapMb: options.kafkaHeapMb ?? 384,
      postgresSettings: options.postgresSettings ?? {},
      kafkaListeners: options.kafkaListeners ?? [],
    });
    const addresses = await set.startAll(parts);
    let stopping: Promise<void> | undefined;
    return {
      ...addresses,
      get pids() {
        return set.pids();
      },
      restart: (service) => set.restart(service),
      stop: () => (stopping ??= set.stopAll().finally(() => lock.release())),
    };
  } catch (error) {
    lock.release();
    throw folderFault(dataDir, error) ?? error;
  }
}

function lockDataFolder(dataDir: string): FolderLock {
  const lock = takeFolderLock(join(dataDir, 'lock.json'));
  if (lock.kind === 'taken') return lock;
  throw new EmbeddedFault(
    'data-folder-in-use',
    `the data folder ${dataDir} is in use by process ${lock.by.pid}, which is running`,
    `stop process ${lock.by.pid}, or choose another data folder`,
  );
}

function portsOf(name: ServiceName, ports: EmbeddedOptions['ports']): { title: string; port: number }[] {
  const own = { title: SERVICE_TITLES[name], port: ports[name] };
  return name === 'kafka' ? [own, { title: "Kafka's controller", port: ports.controller }] : [own];
}
