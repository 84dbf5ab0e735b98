import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedFault } from './embedded-fault.ts';
import { identityOf } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { lastLines } from './run-command.ts';

/** How a service is started and how one sees that it answers. */
export type ServicePlan = {
  title: string;
  command: string;
  args: readonly string[];
  cwd: string;
  logFile: string;
  /** Whose rights it runs with; the caller's when absent. */
  user?: { uid: number; gid: number };
  /** Whether the service now answers requests. Asked again and again until true. */
  ready(pid: number): Promise<boolean>;
};

/** A service that answers. */
export type RunningService = { child: ChildProcess; identity: ProcessIdentity };

const READY_WITHIN_MS = 120_000;

/**
 * Starts the service in a session of its own (Ctrl-C in the terminal must reach the hub first, which then stops its services) with its
 * output in the log file, and waits until it answers. `onSpawn` is called at once, before the wait.
 * Throws `service-died` with the last lines of the log, or `service-slow`.
 */
export async function startService(
  plan: ServicePlan,
  onSpawn: (identity: ProcessIdentity) => void,
  signal: AbortSignal,
): Promise<RunningService> {
  signal.throwIfAborted();
  if (existsSync(plan.logFile)) renameSync(plan.logFile, `${plan.logFile}.previous`);
  const log = openSync(plan.logFile, 'a', 0o600);
  const child = spawn(plan.command, [...plan.args], { cwd: plan.cwd, detached: true, stdio: ['ignore', log, log], ...plan.user });
  closeSync(log);
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  if (identity !== undefined) onSpawn(identity);
  const death = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, killedBy) => resolve(killedBy === null ? `exit code ${code}` : `signal ${killedBy}`));
  });
  // The hub's life does not hang on its services: it ends when it has nothing else to do, and the reaper stops them.
  child.unref();
  // Asking ends with the answer: a service that died is not asked for another two minutes.
  const settled = new AbortController();
  const asking = untilReady(plan, identity?.pid, AbortSignal.any([signal, settled.signal]));
  const outcome = await Promise.race([death.then((how) => ({ died: how })), asking]).finally(() => settled.abort());
  if (typeof outcome === 'object' || identity === undefined) {
    const how = typeof outcome === 'object' ? outcome.died : await death;
    throw withLog(plan, 'service-died', `${plan.title} ended while starting (${how})`);
  }
  if (outcome === 'slow')
    throw withLog(plan, 'service-slow', `${plan.title} did not answer within ${READY_WITHIN_MS / 1000} s of its start`);
  return { child, identity };
}

async function untilReady(plan: ServicePlan, pid: number | undefined, signal: AbortSignal): Promise<'ready' | 'slow' | 'never'> {
  if (pid === undefined) return new Promise(() => undefined);
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    if (await plan.ready(pid)) return 'ready';
    await delay(25, undefined, { signal });
  }
  return 'slow';
}

function withLog(plan: ServicePlan, code: 'service-died' | 'service-slow', message: string): EmbeddedFault {
  const logTail = lastLines(readFileSync(plan.logFile, 'utf8'), 10);
  return new EmbeddedFault(code, message, `read ${plan.logFile}, whose last lines are shown`, { logFile: plan.logFile, logTail });
}
