import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { connectJobs, type Jobs } from './jobs.ts';
import { PermanentFailure } from './jobs-fault.ts';

const redisUrl = process.env.REDIS_URL ?? '';

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('jobs on a real Redis', () => {
  let jobs: Jobs;
  let admin: Redis;
  let prefix: string;
  const errors: string[] = [];

  beforeEach(async () => {
    prefix = `test-${randomUUID()}`;
    errors.length = 0;
    admin = new Redis(redisUrl);
    jobs = await connectJobs({ redisUrl, prefix, onError: (error, where) => errors.push(`${where}: ${error.message}`) });
  });

  afterEach(async () => {
    await jobs.close();
    for await (const keys of admin.scanStream({ match: `${prefix}:*`, count: 1000 })) if (keys.length > 0) await admin.del(keys);
    await admin.quit();
  });

  it('carries jobs to the worker, one for one id', async () => {
    const seen: number[] = [];
    const queue = jobs.createQueue<{ shard: number }>('deliver');
    await queue.add([
      { id: 'shard-1', payload: { shard: 1 } },
      { id: 'shard-1', payload: { shard: 1 } },
      { id: 'shard-2', payload: { shard: 2 } },
    ]);
    await jobs.createWorker<{ shard: number }>('deliver', { concurrency: 4 }, async ({ shard }) => void seen.push(shard));
    await until(() => seen.length >= 2);
    await until(async () => ((await queue.counts()).active ?? 0) === 0);
    expect(seen.sort()).toEqual([1, 2]);
  });

  it('refuses ids that Redis keys cannot hold', async () => {
    const queue = jobs.createQueue('deliver');
    for (const id of ['17', 'a:b', '']) await expect(queue.add([{ id, payload: {} }])).rejects.toMatchObject({ code: 'bad-id' });
  });

  it('gives up at once on a permanent failure', async () => {
    const tries: number[] = [];
    const queue = jobs.createQueue('broken');
    await jobs.createWorker('broken', { concurrency: 1 }, async (_payload, { attempt }) => {
      tries.push(attempt);
      throw new PermanentFailure('never');
    });
    await queue.add([{ id: 'one', payload: {} }]);
    await until(async () => (await queue.counts()).failed === 1);
    expect(tries).toEqual([1]);
  });

  it('runs a scheduled task at once, again by hand, with the reference time of the moment', async () => {
    const runs: number[] = [];
    let time = 100;
    await jobs.schedule({ name: 'refit', everySeconds: 86_400, asOf: () => time, task: async (asOf) => void runs.push(asOf) });
    await until(() => runs.length === 1);
    time = 200;
    await jobs.runNow('refit');
    expect(runs).toEqual([100, 200]);
  });

  it('throws what a task run by hand threw', async () => {
    await jobs.schedule({ name: 'bad', everySeconds: 86_400, asOf: () => 0, task: () => Promise.reject(new PermanentFailure('no data')) });
    await expect(jobs.runNow('bad')).rejects.toThrow('no data');
    expect(errors).toContain('task bad: no data');
  });

  it('runs one task at a time', async () => {
    let inside = 0;
    let most = 0;
    await jobs.schedule({
      name: 'slow',
      everySeconds: 86_400,
      asOf: () => 0,
      task: async () => {
        most = Math.max(most, (inside += 1));
        await new Promise((resolve) => setTimeout(resolve, 20));
        inside -= 1;
      },
    });
    const other = await connectJobs({ redisUrl, prefix, onError: () => undefined });
    await other.schedule({ name: 'slow', everySeconds: 86_400, asOf: () => 0, task: async () => void (most = Math.max(most, inside + 1)) });
    await Promise.all([jobs.runNow('slow'), other.runNow('slow'), jobs.runNow('slow')]);
    await other.close();
    expect(most).toBe(1);
  });

  it('writes a schedule again that Redis lost', async () => {
    let runs = 0;
    await jobs.schedule({ name: 'again', everySeconds: 86_400, asOf: () => 0, task: async () => void (runs += 1) });
    await until(() => runs === 1);
    for await (const keys of admin.scanStream({ match: `${prefix}:*`, count: 1000 })) if (keys.length > 0) await admin.del(keys);
    await jobs.heal();
    await until(() => runs === 2);
    expect(errors).toEqual([]);
  });

  it('leaves a schedule alone that stands', async () => {
    let runs = 0;
    await jobs.schedule({ name: 'stands', everySeconds: 86_400, asOf: () => 0, task: async () => void (runs += 1) });
    await until(() => runs === 1);
    await jobs.heal();
    await jobs.heal();
    await jobs.runNow('stands');
    expect(runs).toBe(2);
  });

  it('does not start on a Redis that may evict jobs', async () => {
    // A server of one answer: the policy of the real one is for all specs that run beside this.
    const info = 'redis_version:7.0.0\r\nloading:0\r\nmaxmemory_policy:allkeys-lru\r\n';
    const server = createServer((socket) => {
      socket.on('data', (data) => {
        for (let n = data.toString().match(/\binfo\b/gi)?.length ?? 0; n > 0; n--) socket.write(`$${info.length}\r\n${info}\r\n`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(connectJobs({ redisUrl: url, prefix, onError: () => undefined })).rejects.toMatchObject({ code: 'eviction-policy' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('says when Redis is not there', async () => {
    const nowhere = connectJobs({ redisUrl: 'redis://127.0.0.1:1', prefix, onError: () => undefined });
    await expect(nowhere).rejects.toMatchObject({ code: 'unreachable' });
  });
});
