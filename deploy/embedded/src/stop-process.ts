import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from './errno.ts';
import { isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { ServiceName } from './service-name.ts';

type Step = { signal: NodeJS.Signals; waitMs: number };

/**
 * How each service is asked to end, and how long it may take before the next, harder word. PostgreSQL: SIGINT is its fast shutdown,
 * SIGQUIT the immediate one (PostgreSQL manual, "Shutting Down the Server"). All stay below 15 s.
 */
const STEPS: Readonly<Record<ServiceName | 'reaper', readonly Step[]>> = {
  kafka: [
    { signal: 'SIGTERM', waitMs: 10_000 },
    { signal: 'SIGKILL', waitMs: 4_000 },
  ],
  postgres: [
    { signal: 'SIGINT', waitMs: 8_000 },
    { signal: 'SIGQUIT', waitMs: 3_000 },
    { signal: 'SIGKILL', waitMs: 3_000 },
  ],
  redis: [
    { signal: 'SIGTERM', waitMs: 8_000 },
    { signal: 'SIGKILL', waitMs: 4_000 },
  ],
  reaper: [{ signal: 'SIGKILL', waitMs: 4_000 }],
};

/** Stops one process in bounded time; true when it is gone. Safe to call for a process that has ended already. */
export async function stopProcess(identity: ProcessIdentity, kind: ServiceName | 'reaper'): Promise<boolean> {
  for (const step of STEPS[kind]) {
    if (!signalled(identity, step.signal)) return true;
    if (await goneWithin(identity, step.waitMs)) return true;
  }
  return !isRunning(identity);
}

/** Stops several at once: none of the three services needs another one to end. Answers the names of those that did not end. */
export async function stopServices(services: Partial<Record<ServiceName, ProcessIdentity>>): Promise<ServiceName[]> {
  const names = (['kafka', 'postgres', 'redis'] as const).filter((name) => services[name] !== undefined);
  const stuck = await Promise.all(
    names.map(async (name) => {
      const identity = services[name];
      return identity === undefined || (await stopProcess(identity, name)) ? [] : [name];
    }),
  );
  return stuck.flat();
}

function signalled(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    // A process under SIGSTOP does not see the signal until it goes on.
    process.kill(identity.pid, 'SIGCONT');
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
    throw error;
  }
  return true;
}

async function goneWithin(identity: ProcessIdentity, waitMs: number): Promise<boolean> {
  const until = performance.now() + waitMs;
  while (performance.now() < until) {
    if (!isRunning(identity)) return true;
    await delay(40);
  }
  return !isRunning(identity);
}
