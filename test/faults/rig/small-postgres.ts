import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, startEmbedded, type Embedded } from '@tributary/embedded';
import { maintainPartitions, migrate } from '@tributary/persistence';
import { allMigrations } from '../../../cli/src/all-migrations.ts';
import { CannotRun } from '../cannot-run.ts';
import type { CellRig } from './cell-rig.ts';

/** A PostgreSQL of its own, part of which lies on a file system that can be filled. */
export interface SmallPostgres {
  readonly services: Embedded;
  /** Fills the small file system to the last block. */
  fill(): void;
  /** Takes the ballast away. */
  free(): void;
}

const MIB = 1024 * 1024;
/** Little to keep: the server must run into the end of the disk, not its own bounds. */
const SETTINGS = { shared_buffers: '32MB', min_wal_size: '32MB', max_wal_size: '48MB', wal_recycle: 'off', wal_init_zero: 'off' };

/** Starts it, moves the cell's database there, and ends it with the cell. `small` is what lies on the small file system (tmpfs). */
export async function smallPostgres(rig: CellRig, small: 'data' | 'wal'): Promise<SmallPostgres> {
  const folder = join(rig.stack.folder, `small-${rig.id}`);
  const mounted = join(folder, 'small');
  const large = join(folder, 'large');
  for (const path of [mounted, large]) mkdirSync(path, { recursive: true });
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${small === 'data' ? 1_200 : 112}m`, 'tmpfs', mounted], {
    encoding: 'utf8',
  });
  if (mount.status !== 0) throw new CannotRun(`a tmpfs cannot be mounted here: ${mount.error?.message ?? mount.stderr.trim()}`);
  rig.closers.push(() => {
    spawnSync('umount', ['-l', mounted]);
    rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  });
  const [postgres = 0] = await freePorts(1);
  const ports = { kafka: 0, controller: 0, postgres, redis: 0 };
  const dataDir = join(small === 'data' ? mounted : large, 'services');
  const start = (): Promise<Embedded> => startEmbedded({ dataDir, ports, parts: ['postgres'], postgresSettings: SETTINGS });
  // The two parts are taken apart while the server is down.
  await (await start()).stop();
  const wal = join(dataDir, 'postgres', 'pg_wal');
  const away = join(small === 'data' ? large : mounted, 'pg_wal');
  const moved = spawnSync('cp', ['-a', wal, away]);
  if (moved.status !== 0) throw new Error('the WAL could not be moved');
  renameSync(wal, `${wal}-before`);
  rmSync(`${wal}-before`, { recursive: true });
  symlinkSync(away, wal);
  const services = await start();
  rig.closers.push(() => services.stop());
  await makeDatabase(rig, services);
  const ballast = join(mounted, 'ballast');
  return {
    services,
    fill() {
      rig.history.note('disk filled', { small });
      fillWith(ballast);
    },
    free() {
      rig.history.note('disk freed', { small });
      rmSync(ballast, { force: true });
    },
  };
}

async function makeDatabase(rig: CellRig, services: Embedded): Promise<void> {
  await migrate(services.databaseUrl, allMigrations);
  await rig.moveDatabase(services.databaseUrl);
  await maintainPartitions(rig.database, new Date(), { inboxMonths: 1, outboxDays: 1 });
}

/** Writes until there is no room, in ever smaller pieces. */
export function fillWith(path: string): void {
  const file = openSync(path, 'a');
  for (let size = MIB; size >= 1024; size /= 4) {
    const piece = Buffer.alloc(size);
    try {
      for (;;) if (writeSync(file, piece) < size) break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
}
