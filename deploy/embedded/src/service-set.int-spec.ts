import { afterAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { askPort } from './ask-port.ts';
import { freePorts } from './ports.ts';
import { startEmbedded } from './start-embedded.ts';

const dataDir = join(tmpdir(), `tributary-restart-${process.pid}-${Date.now()}`);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const ask = async <T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis(url);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
};

describe('a running stack', () => {
  it('tells of a service that was killed, and brings it back on its data and its address', async () => {
    const [kafka, controller, postgres, redis] = (await freePorts(4)) as [number, number, number, number];
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const stack = await startEmbedded({ dataDir, ports: { kafka, controller, postgres, redis }, parts: ['redis'], log });
    expect([stack.brokers, stack.databaseUrl, stack.redisUrl]).toEqual(['', '', expect.stringContaining(`@127.0.0.1:${redis}`)]);
    await ask(stack.redisUrl, (client) => client.set('kept', 'yes'));
    const before = stack.pids.redis ?? 0;
    process.kill(before, 'SIGKILL');
    while (lines.every((line) => !line.includes('ended unasked'))) await delay(20);
    expect(lines.at(-1)).toContain(`Redis (process ${before}) ended unasked, by SIGKILL`);
    await stack.restart('redis');
    expect(stack.pids.redis).not.toBe(before);
    expect(await ask(stack.redisUrl, (client) => client.get('kept'))).toBe('yes');
    const told = lines.length;
    await stack.restart('redis');
    await Promise.all([stack.stop(), stack.stop()]);
    expect(lines).toHaveLength(told);
  }, 30_000);

  it('lets nobody in without the password', async () => {
    const [kafka, controller, postgres, redis] = (await freePorts(4)) as [number, number, number, number];
    const stack = await startEmbedded({ dataDir, ports: { kafka, controller, postgres, redis }, parts: ['redis'] });
    const reply = await askPort(redis, Buffer.from('GET kept\r\n'), 7);
    expect(reply?.toString()).toMatch(/^-NOAUTH/);
    await stack.stop();
  }, 30_000);
});
