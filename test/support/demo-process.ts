import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../cli/bin/tributary.js', import.meta.url));

/** A command of the built command line, as a user runs it. */
export interface CliRun {
  readonly child: ChildProcess;
  /** Everything written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves when standard output and error together match; rejects when the process ends before. */
  seen(pattern: RegExp): Promise<string>;
  /** Exit code, or the signal's name. */
  ended(): Promise<number | string>;
}

/** Starts `tributary <args>`; the environment is this process's, without the services of other tests. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): CliRun {
  const { KAFKA_BROKERS: _kafka, DATABASE_URL: _database, REDIS_URL: _redis, ...rest } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], { env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const watchers = new Set<() => void>();
  const wake = (): void => watchers.forEach((watcher) => watcher());
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    wake();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    wake();
  });
  const exit = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown');
  return {
    child,
    out: () => out,
    err: () => err,
    ended: () => exit,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(out + err);
          if (found === null) return;
          watchers.delete(look);
          resolve(found[1] ?? found[0]);
        };
        watchers.add(look);
        void exit.then((how) => reject(new Error(`ended (${how}) before ${pattern} was seen:\n${err.slice(-3000)}`)));
        look();
      }),
  };
}

/** The JSON summary on the last line of standard output. */
export const summaryOf = (run: CliRun): Record<string, unknown> =>
  JSON.parse(run.out().trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
