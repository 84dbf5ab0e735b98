import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { JobsFault } from './jobs-fault.ts';

/** Bounds of a pool. */
export interface ThreadPoolOptions {
  /** Threads at most; one less than the cores, at least one. */
  readonly size?: number;
  /** Heap of one thread in MiB; a fit that needs more fails alone instead of ending the process. */
  readonly memoryMb?: number;
}

/**
 * What a thread runs: import the module once, call its function, post the answer. Given to the thread as text, so that it is the same file
 * layout or not, built or under a test runner.
 */
const THREAD = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', async ({ moduleUrl, exportName, input }) => {
  try {
    const found = (await import(moduleUrl))[exportName];
    if (typeof found !== 'function') throw new TypeError(moduleUrl + ' exports no function ' + exportName);
    parentPort.postMessage({ ok: true, value: await found(input) });
  } catch (error) {
    parentPort.postMessage({ ok: false, error });
  }
});`;

type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

interface Call {
  readonly moduleUrl: string;
  readonly exportName: string;
  readonly input: unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  call: Call | undefined;
}

/** Threads for pure work that would block the event loop. Idle threads keep neither the process alive nor the event loop busy. */
export class ThreadPool {
  private readonly size: number;
  private readonly memoryMb: number;
  private readonly threads = new Set<Thread>();
  private readonly waiting: Call[] = [];
  private closed = false;

  constructor(options: ThreadPoolOptions = {}) {
    this.size = Math.max(1, options.size ?? availableParallelism() - 1);
    this.memoryMb = options.memoryMb ?? 256;
  }

  /**
   * Calls a function exported by a module in a thread. Input and answer are plain data (structured clone). Calls beyond the pool's size
   * wait their turn. Rejects with what the function threw, or with JobsFault `thread-failed` when the thread itself died.
   * @param moduleUrl a file URL that Node can load as it is: built JavaScript.
   */
  run<Output>(moduleUrl: URL, exportName: string, input: unknown): Promise<Output> {
    if (this.closed) return Promise.reject(new JobsFault('closed', 'the thread pool is closed', 'do not use it after shutdown'));
    return new Promise<Output>((resolve, reject) => {
      this.waiting.push({ moduleUrl: moduleUrl.href, exportName, input, resolve, reject });
      this.next();
    });
  }

  /** Ends all threads; calls under way or waiting are rejected. */
  async close(): Promise<void> {
    this.closed = true;
    for (const call of this.waiting.splice(0)) call.reject(new JobsFault('closed', 'the thread pool was closed', 'run it again'));
    await Promise.all([...this.threads].map(({ worker }) => worker.terminate()));
  }

  private next(): void {
    const idle = [...this.threads].find((thread) => thread.call === undefined) ?? (this.threads.size < this.size ? this.open() : undefined);
    if (idle === undefined) return;
    const call = this.waiting.shift();
    if (call === undefined) return;
    idle.call = call;
    idle.worker.ref();
    const { moduleUrl, exportName, input } = call;
    try {
      idle.worker.postMessage({ moduleUrl, exportName, input });
    } catch (error) {
      // Input that cannot be cloned: the caller's fault, the thread is as good as before.
      this.settle(idle, { ok: false, error });
    }
  }

  private open(): Thread {
    const worker = new Worker(THREAD, { eval: true, resourceLimits: { maxOldGenerationSizeMb: this.memoryMb } });
    const thread: Thread = { worker, call: undefined };
    this.threads.add(thread);
    worker.unref();
    worker.on('message', (answer: Answer) => this.settle(thread, answer));
    worker.on('error', (error) => this.lost(thread, error));
    worker.on('exit', (code) => this.lost(thread, new Error(`exit code ${code}`)));
    return thread;
  }

  private settle(thread: Thread, answer: Answer): void {
    const { call } = thread;
    thread.call = undefined;
    thread.worker.unref();
    if (call !== undefined) {
      if (answer.ok) call.resolve(answer.value as never);
      else call.reject(answer.error);
    }
    if (this.waiting.length > 0) this.next();
  }

  private lost(thread: Thread, cause: unknown): void {
    if (!this.threads.delete(thread)) return;
    thread.call?.reject(
      new JobsFault(
        'thread-failed',
        `a worker thread ended: ${cause instanceof Error ? cause.message : String(cause)}`,
        'give it more memory or less work',
        {
          cause,
        },
      ),
    );
    thread.call = undefined;
    if (!this.closed && this.waiting.length > 0) this.next();
  }
}
