import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedFault } from './embedded-fault.ts';
import { postgresAccount } from './postgres-account.ts';
import { DATABASE, OPEN_FOLDER, preparedCluster } from './postgres-cluster.ts';
import { postgresPrograms } from './postgres-programs.ts';
import { postmasterReady, clearPostmasterFile } from './postmaster-file.ts';
import { startService } from './running-service.ts';
import type { RunningService } from './running-service.ts';
import type { ServiceContext } from './service-context.ts';

/** Durable as delivered (fsync and synchronous commit are on); no Unix socket, so that no folder for one is needed. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  max_connections: '200',
  password_encryption: 'scram-sha-256',
  log_line_prefix: '%m [%p] ',
};

/** Starts PostgreSQL, making its data folder at the first start; answers the address with user and password. `own` settings outrank ours. */
export async function startPostgres(
  context: ServiceContext,
  port: number,
  own: Readonly<Record<string, string>>,
): Promise<{ running: RunningService; url: string }> {
  const account = await postgresAccount(context.log);
  const programs = await postgresPrograms(account, account === undefined ? context.cacheDir : OPEN_FOLDER);
  const { folder, password } = await preparedCluster(context.dataDir, programs, account);
  if (!(await clearPostmasterFile(folder))) {
    throw new EmbeddedFault(
      'leftover-stuck',
      `processes of an earlier PostgreSQL still work in ${folder}`,
      'end the processes named postgres that work there, then start again',
    );
  }
  const settings = Object.entries({ ...SETTINGS, ...own }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const plan = {
    title: 'PostgreSQL',
    command: programs.postgres,
    args: ['-D', folder, '-p', String(port), ...settings],
    cwd: '/',
    logFile: join(context.dataDir, 'logs', 'postgres.log'),
    ready: (pid: number) => Promise.resolve(postmasterReady(folder, pid)),
    ...(account === undefined ? {} : { user: account }),
  };
  const running = await retried(() => startService(plan, context.onSpawn, context.signal));
  return { running, url: `postgres://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}` };
}

/** When the server was killed, its sessions notice a moment later, and no new server may start before the last one has let go. */
async function retried(start: () => Promise<RunningService>): Promise<RunningService> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const still =
        error instanceof EmbeddedFault &&
        error.logTail.some((line) => line.includes('shared memory block') && line.includes('still in use'));
      if (!still || attempt === 40) throw error;
      await delay(250);
    }
  }
}
