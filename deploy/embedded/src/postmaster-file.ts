import { readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from './errno.ts';
import { identityOf } from './process-identity.ts';

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
 * Removes a postmaster.pid whose process id has since been given to another program (common where a container starts anew): PostgreSQL
 * would take that program for itself and refuse to start. While any process still works in the folder the file stays: it protects
 * the data from a second server, and PostgreSQL clears it away itself when its process is gone.
 */
export function removeForeignPostmasterFile(folder: string): void {
  const pid = Number(linesOf(folder)?.[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || identityOf(pid) === undefined) return;
  if (process.platform !== 'linux' || processIds().some((other) => worksIn(other, folder))) return;
  rmSync(fileOf(folder), { force: true });
}

function linesOf(folder: string): string[] | undefined {
  try {
    return readFileSync(fileOf(folder), 'utf8').split('\n');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** PostgreSQL and all its processes have the data folder as their working directory. Only Linux lets us see it. */
function worksIn(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
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
