import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from './errno.ts';

const fileOf = (folder: string): string => join(folder, 'postmaster.pid');

/** Whether the server with this process id says in its postmaster.pid (line 1 the id, line 8 the state) that it takes connections. */
export function postmasterReady(folder: string, pid: number): boolean {
  const lines = linesOf(folder);
  return lines?.[0] === String(pid) && lines[7]?.trim() === 'ready';
}

/** The process id in postmaster.pid when that process runs in this data folder, as a PostgreSQL server does; else undefined. */
export function runningPostmaster(folder: string): number | undefined {
  const pid = Number(linesOf(folder)?.[0]);
  return Number.isSafeInteger(pid) && pid > 0 && worksIn(pid, folder) ? pid : undefined;
}

/**
 * Clears the way after a crash: waits until no server process works in the folder any more, then removes a postmaster.pid whose process
 * id still exists. That process is then another program that was given the id since (common where a container starts anew), or a dead
 * server that nobody has collected; PostgreSQL would take it for a running server and refuse to start. A file whose process id does not
 * exist stays: PostgreSQL handles it itself. False when a server process did not leave within ten seconds.
 */
export async function clearPostmasterFile(folder: string): Promise<boolean> {
  if (process.platform !== 'linux' || !existsSync(fileOf(folder))) return true;
  const until = performance.now() + 10_000;
  while (processIds().some((pid) => worksIn(pid, folder))) {
    if (performance.now() > until) return false;
    await delay(50);
  }
  if (exists(Number(linesOf(folder)?.[0]))) rmSync(fileOf(folder), { force: true });
  return true;
}

function linesOf(folder: string): string[] | undefined {
  try {
    return readFileSync(fileOf(folder), 'utf8').split('\n');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a process id is taken, be it by a process that has ended and was not collected by its parent yet. */
function exists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

/** PostgreSQL and all its processes have the data folder as their working directory. Only Linux lets us see it. */
function worksIn(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder) && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
