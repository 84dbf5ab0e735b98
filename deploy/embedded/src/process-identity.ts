import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { errnoOf } from './errno.ts';

/** A process for sure: a process id alone is given out again, together with the start it is not. */
export type ProcessIdentity = { pid: number; startedAt: string };

/** The identity of a process id, or undefined when no such process is running (a zombie is not running). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether exactly this process is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startedAt === identity.startedAt;
}

/** Whether a value read from a file has the shape of an identity. */
export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isSafeInteger(value.pid) &&
    'startedAt' in value &&
    typeof value.startedAt === 'string'
  );
}

/**
 * proc_pid_stat(5): the command name may hold spaces and brackets, so fields are counted from the last `)`: state is the third,
 * starttime (clock ticks since boot) the 22nd. The boot id keeps starts of different boots apart.
 */
function startFromProc(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  if (state === 'Z' || state === 'X') return undefined;
  return `${(readIfThere('/proc/sys/kernel/random/boot_id') ?? '').trim()}:${fields[19]}`;
}

function startFromPs(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return undefined;
  }
  const shown = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  if (shown === '' || shown.startsWith('Z')) return undefined;
  return shown.replace(/^\S+\s+/, '');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between open and read.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}
