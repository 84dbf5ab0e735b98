import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, chownSync, lchownSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePorts } from '@tributary/embedded';
import { Database } from '@tributary/persistence';
import type { Stack } from './stack.ts';

/** Files of a running server that a copy must not have. */
const NOT_COPIED = new Set(['postmaster.pid', 'postmaster.opts', 'pg_replslot', 'pg_stat_tmp', 'pg_wal']);

/** A streaming standby of the stack's PostgreSQL. */
export class Standby {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly server: ChildProcess,
    private readonly database: Database,
  ) {}

  /** Copies the running server (low-level backup: start, copy, stop) and starts the copy as its standby. */
  static async start(stack: Stack): Promise<Standby> {
    const pid = stack.services.pids.postgres;
    if (pid === undefined) throw new Error('PostgreSQL does not run');
    const primary = realpathSync(`/proc/${pid}/cwd`);
    const program = realpathSync(`/proc/${pid}/exe`);
    const folder = `${primary}-standby`;
    rmSync(folder, { recursive: true, force: true });
    await backUp(stack.services.databaseUrl, primary, folder);
    const { username, password, port } = new URL(stack.services.databaseUrl);
    writeFileSync(join(folder, 'standby.signal'), '');
    writeFileSync(
      join(folder, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
      { flag: 'a' },
    );
    const { uid, gid } = statSync(primary);
    own(folder, uid, gid);
    const [free = 0] = await freePorts(1);
    const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200' };
    const args = ['-D', folder, '-p', String(free), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const server = spawn(program, args, { cwd: dirname(folder), stdio: 'ignore', ...(process.getuid?.() === 0 ? { uid, gid } : {}) });
    const url = Object.assign(new URL(stack.services.databaseUrl), { port: String(free) }).href;
    const standby = new Standby(free, folder, server, new Database({ url, max: 1, applicationName: 'faults standby' }));
    await standby.answers();
    return standby;
  }

  /** Cuts the standby off from its primary: what is committed from now on does not reach it. */
  async fallBehind(): Promise<void> {
    await this.database.query(`ALTER SYSTEM SET primary_conninfo = ''`);
    await this.database.query('SELECT pg_reload_conf()');
    for (;;) {
      const receivers = await this.database.query('SELECT 1 FROM pg_stat_wal_receiver');
      if (receivers.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Makes it the primary and waits until it takes writes. */
  async promote(): Promise<void> {
    await this.database.query('SELECT pg_promote(true, 60)');
  }

  /** Has the copy of `database` up to what the primary has written until now. */
  async caughtUp(lsn: string): Promise<void> {
    for (;;) {
      const [row] = await this.database.query<{ there: boolean }>('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there', [lsn]);
      if (row?.there === true) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    await this.database.close();
    if (this.server.exitCode === null && this.server.signalCode === null) {
      this.server.kill('SIGQUIT');
      await once(this.server, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.database.query('SELECT 1');
        return;
      } catch (error) {
        if (attempt === 200 || this.server.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

async function backUp(url: string, from: string, to: string): Promise<void> {
  // Start and stop belong to one session.
  const session = new Database({ url, max: 1, applicationName: 'faults backup' });
  try {
    await session.query(`SELECT pg_backup_start('faults', true)`);
    cpSync(from, to, { recursive: true, filter: (path) => !(dirname(path) === from && NOT_COPIED.has(path.slice(from.length + 1))) });
    for (const empty of ['pg_replslot', 'pg_stat_tmp'])
      cpSync(join(from, empty), join(to, empty), {
        recursive: true,
        filter: (path) => statSync(path).isDirectory() && path === join(from, empty),
      });
    const [row] = await session.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)');
    writeFileSync(join(to, 'backup_label'), row?.label ?? '');
    // Whole segments up to here, so that the copy becomes consistent without the primary.
    cpSync(join(from, 'pg_wal'), join(to, 'pg_wal'), { recursive: true });
  } finally {
    await session.close();
  }
}

function own(path: string, uid: number, gid: number): void {
  lchownSync(path, uid, gid);
  const found = statSync(path);
  if (found.isDirectory()) for (const name of readdirSync(path)) own(join(path, name), uid, gid);
  else chownSync(path, uid, gid);
}

/** Position up to which a server has written. */
export async function writtenTo(database: Database): Promise<string> {
  const [row] = await database.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  return row?.lsn ?? '';
}

/** Content of a server's log, for a cell that looks for words in it. */
export const serverLog = (stack: Stack): string => readFileSync(join(stack.folder, 'services', 'logs', 'postgres.log'), 'utf8');
