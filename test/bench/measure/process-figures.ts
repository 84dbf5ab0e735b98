import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/<pid>/stat on Linux (USER_HZ). */
const TICKS = 100;

/** Processor time of a process, seconds, as /proc/<pid>/stat tells it. */
export interface ProcessorTime {
  readonly parent: number;
  readonly own: number;
  /** Of children that ended and were waited for. */
  readonly ended: number;
}

/** Reads a line of /proc/<pid>/stat; the command in it may hold blanks and parentheses. */
export function parseStat(line: string): ProcessorTime {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index]);
  return { parent: ticks(1), own: (ticks(11) + ticks(12)) / TICKS, ended: (ticks(13) + ticks(14)) / TICKS };
}

/** Nanoseconds on a processor from /proc/<pid>/schedstat. */
export const parseSchedstat = (line: string): number => Number(line.split(' ', 1)[0]);

/** A memory figure of /proc/<pid>/status, MiB. */
export function parseMemory(status: string, field: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  if (found === null) throw new RangeError(`no ${field} in the status of the process`);
  return Number(found[1]) / 1024;
}

const read = (pid: number, file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // A process that is gone has no figures; every other error is one of the bench.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
};

/** Seconds of processor time of a process with all its threads; 0 for one that is gone. */
export function processorSeconds(pid: number): number {
  const stat = read(pid, 'stat');
  return stat === undefined ? 0 : parseStat(stat).own;
}

/** Seconds of processor time of a process, its children that live and those that ended (PostgreSQL: one child a connection). */
export function familySeconds(pid: number): number {
  const stat = read(pid, 'stat');
  if (stat === undefined) return 0;
  const { own, ended } = parseStat(stat);
  let seconds = own + ended;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const child = read(Number(name), 'stat');
    if (child === undefined) continue;
    const figures = parseStat(child);
    if (figures.parent === pid) seconds += figures.own + figures.ended;
  }
  return seconds;
}

/** Microseconds on a processor of a single-threaded process, exact. */
export function threadMicros(pid: number): number {
  const line = read(pid, 'schedstat');
  if (line === undefined) throw new Error(`process ${pid} is gone`);
  return parseSchedstat(line) / 1000;
}

/** Resident memory of a process, MiB: now, and the highest so far. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const status = read(pid, 'status');
  if (status === undefined) throw new Error(`process ${pid} is gone`);
  return { now: parseMemory(status, 'VmRSS'), peak: parseMemory(status, 'VmHWM') };
}
