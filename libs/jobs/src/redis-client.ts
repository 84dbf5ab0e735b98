import { Redis } from 'ioredis';
import { JobsFault } from './jobs-fault.ts';

/**
 * What a connection is for. `command` answers or fails soon: nothing waits for ever on a Redis that is away. `worker` waits for work
 * and for Redis to come back, as BullMQ's workers need.
 */
export type RedisRole = 'command' | 'worker';

const COMMAND_TIMEOUT_MS = 5_000;
const LONGEST_RECONNECT_MS = 2_000;

/** Opens a connection of one role. Every client has an error listener: without one, a lost connection would end the process. */
export function openRedis(url: string, role: RedisRole, onError: (error: Error) => void): Redis {
  const retryStrategy = (times: number): number => Math.min(LONGEST_RECONNECT_MS, 50 * 2 ** Math.min(times, 6));
  const client =
    role === 'command'
      ? new Redis(url, {
          maxRetriesPerRequest: 1,
          commandTimeout: COMMAND_TIMEOUT_MS,
          retryStrategy,
          lazyConnect: true,
          disableClientInfo: true,
        })
      : new Redis(url, { maxRetriesPerRequest: null, retryStrategy, lazyConnect: true, disableClientInfo: true });
  client.on('error', onError);
  return client;
}

/**
 * Connects and checks that Redis never evicts keys: an evicted job is a lost job (BullMQ, "going to production"). The policy is read from
 * INFO, which managed services answer where they forbid CONFIG.
 * @throws JobsFault `unreachable` or `eviction-policy`.
 */
export async function connectChecked(client: Redis, deadlineMs: number): Promise<void> {
  await withDeadline(client.connect(), deadlineMs).catch((cause: unknown) => {
    client.disconnect();
    throw new JobsFault('unreachable', 'Redis does not answer', 'check REDIS_URL and that the server runs', { cause });
  });
  const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1];
  if (policy === 'noeviction') return;
  client.disconnect();
  throw new JobsFault(
    'eviction-policy',
    `Redis may evict jobs: its maxmemory-policy is ${policy ?? 'not told'}`,
    'set maxmemory-policy to noeviction',
  );
}

async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
