import { afterAll, describe, expect, it } from '@jest/globals';
import { JobsFault } from './jobs-fault.ts';
import { ThreadPool } from './thread-pool.ts';

/** A module that Node loads as it is, without a build. */
const moduleOf = (source: string): URL => new URL(`data:text/javascript,${encodeURIComponent(source)}`);
const work = moduleOf(`
import { threadId } from 'node:worker_threads';
export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
export const fail = () => { throw new RangeError('no such number'); };
export const die = () => process.exit(3);
export const fill = () => { const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length)); };
export const where = async (wait) => { const end = Date.now() + wait; while (Date.now() < end); return threadId; };
`);

describe('ThreadPool', () => {
  const pool = new ThreadPool({ size: 2, memoryMb: 32 });
  afterAll(() => pool.close());

  it('calls the exported function elsewhere and gives back what it returns', async () => {
    await expect(pool.run<number>(work, 'sum', [1, 2, 39])).resolves.toBe(42);
    const [a, b] = await Promise.all([pool.run<number>(work, 'where', 20), pool.run<number>(work, 'where', 20)]);
    expect(new Set([a, b]).size).toBe(2);
    expect([a, b]).not.toContain(0);
  });

  it('answers every call when there are more calls than threads', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.run<number>(work, 'sum', [n, n])));
    expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n));
  });

  it('rejects with the error of the function, and works on', async () => {
    await expect(pool.run(work, 'fail', null)).rejects.toMatchObject({ name: 'RangeError', message: 'no such number' });
    await expect(pool.run(work, 'absent', null)).rejects.toThrow(/exports no function absent/);
    await expect(pool.run(work, 'sum', [() => 1])).rejects.toThrow(/could not be cloned/);
    await expect(pool.run(work, 'sum', [1])).resolves.toBe(1);
  });

  it('names a thread that ended, and replaces it', async () => {
    await expect(pool.run(work, 'die', null)).rejects.toMatchObject({ name: 'JobsFault', code: 'thread-failed' });
    await expect(pool.run(work, 'sum', [2])).resolves.toBe(2);
  });

  it('fails a fit that needs more memory than a thread may have, not the process', async () => {
    await expect(pool.run(work, 'fill', null)).rejects.toBeInstanceOf(JobsFault);
    await expect(pool.run(work, 'sum', [3])).resolves.toBe(3);
  });

  it('refuses work after it is closed', async () => {
    const other = new ThreadPool({ size: 1 });
    await other.close();
    await expect(other.run(work, 'sum', [1])).rejects.toMatchObject({ code: 'closed' });
  });
});
