import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A child process of the demo: one of the CLI's own verbs, its output in a log file. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the address once the child says it is up; rejects when it ends before. */
  readonly ready: Promise<ChildReady>;
  /** Highest resident memory it reported, MiB. */
  peakRssMb(): number;
  /** Called when it ends without being asked to. */
  onEnd(listener: (how: string) => void): void;
  stop(): Promise<void>;
}

/** What a child says when it is up. */
export interface ChildReady {
  readonly type: 'ready';
  readonly addresses: Readonly<Record<string, string>>;
}

const STOP_MS = 25_000;
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** Starts `tributary <args>` as a child. It ends by itself when this process is gone (its channel closes). */
export function startChild(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  logFile: string,
): Child {
  const log: WriteStream = createWriteStream(logFile, { flags: 'a' });
  const process_ = fork(MAIN, [...args], { env: env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  process_.stdout?.pipe(log, { end: false });
  process_.stderr?.pipe(log, { end: false });
  let peak = 0;
  let stopping = false;
  const listeners: ((how: string) => void)[] = [];
  const ready = new Promise<ChildReady>((resolve, reject) => {
    process_.on('message', (message: { type?: string; mb?: number }) => {
      if (message.type === 'ready') resolve(message as unknown as ChildReady);
      if (message.type === 'rss') peak = Math.max(peak, message.mb ?? 0);
    });
    process_.once('exit', (code, signal) => {
      const how = `${name} ended (${signal ?? `exit code ${code ?? '?'}`}); see ${logFile}`;
      reject(new Error(how));
      if (!stopping) for (const listener of listeners) listener(how);
    });
  });
  // Whoever awaits `ready` sees the rejection; without a reader it must not end the process.
  ready.catch(() => undefined);
  return {
    name,
    pid: process_.pid ?? 0,
    ready,
    peakRssMb: () => peak,
    onEnd: (listener) => void listeners.push(listener),
    stop: () => {
      stopping = true;
      return stopProcess(process_).finally(() => log.end());
    },
  };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
