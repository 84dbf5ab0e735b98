import { ThreadPool } from './thread-pool.ts';

let pool: ThreadPool | undefined;

/**
 * Runs a CPU-heavy pure function in a worker thread of the process's own pool, so that the event loop stays free:
 * `runInThread(new URL('./fit-series.js', import.meta.url), 'fitSeries', input)`. Plain data in, plain data out.
 * See {@link ThreadPool.run} for what it rejects with.
 */
export function runInThread<Output>(moduleUrl: URL, exportName: string, input: unknown): Promise<Output> {
  pool ??= new ThreadPool();
  return pool.run<Output>(moduleUrl, exportName, input);
}
