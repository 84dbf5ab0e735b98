import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endChild } from '../contestants/plain-contestants.ts';
import type { PacedMessage, PacedSettings } from './paced-producer.ts';

/** A paced producer at work. */
export interface Paced {
  readonly pid: number;
  /** When its first event was due, milliseconds since 1970. */
  readonly startedAt: number;
  /** Resolves when every event was acknowledged. */
  readonly done: Promise<{ readonly worstLagMs: number; readonly acknowledgedAt: number }>;
  /** Ends it before its time. Sends that were not acknowledged yet may or may not arrive. */
  stop(): Promise<void>;
}

/** Starts the paced producer in a process of its own; answers when its schedule is fixed. */
export async function startPaced(settings: PacedSettings): Promise<Paced> {
  const child = fork(fileURLToPath(new URL('paced-producer.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  child.send(settings);
  const message = <Type extends PacedMessage['type']>(type: Type): Promise<Extract<PacedMessage, { type: Type }>> =>
    new Promise((resolve, reject) => {
      child.on('message', (said: PacedMessage) => {
        if (said.type === type) resolve(said as Extract<PacedMessage, { type: Type }>);
      });
      child.once('exit', (code) => reject(new Error(`the paced producer ended with ${code ?? 'a signal'} before it was ${type}`)));
    });
  const [started, done] = [message('started'), message('done')];
  let stopped = false;
  // Whoever awaits it hears of a producer that fails; until then it must not end the process.
  done.catch((error: unknown) => {
    if (!stopped) process.stderr.write(`${String(error)}\n`);
  });
  const { startedAt } = await started;
  const stop = async (): Promise<void> => {
    stopped = true;
    await endChild(child, () => child.disconnect());
  };
  return { pid: child.pid ?? 0, startedAt, done, stop };
}
