import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { KEPT_COMPLETED, KEPT_FAILED } from './job-queue.ts';

/** What a worker is told of a job besides its payload. */
export interface JobInfo {
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** Handles one job. It may run twice, even at the same time (a worker that stalled goes on): the rows it takes in PostgreSQL decide. */
export type JobHandler<Payload> = (payload: Payload, info: JobInfo) => Promise<void>;

/** How a worker works. */
export interface WorkerSettings {
  readonly concurrency: number;
  /** A job whose worker is silent for so long is given to another. */
  readonly lockMs?: number;
  /** Called when a handler threw; the job is retried unless the error is a PermanentFailure. */
  readonly onFailed?: (error: Error, info: JobInfo) => void;
}

/** How long a worker may be silent, and at most how long until that is noticed. */
const LOCK_MS = 30_000;

/** A worker that takes jobs of one queue. */
export class JobWorker<Payload extends object> {
  private readonly worker: Worker<Payload>;

  constructor(
    name: string,
    private readonly connection: Redis,
    prefix: string,
    settings: WorkerSettings,
    handler: JobHandler<Payload>,
    onError: (error: Error) => void,
  ) {
    this.worker = new Worker<Payload>(name, async (job) => handler(job.data, { id: job.id ?? '', attempt: job.attemptsMade + 1 }), {
      connection,
      prefix,
      concurrency: settings.concurrency,
      lockDuration: settings.lockMs ?? LOCK_MS,
      stalledInterval: Math.min(settings.lockMs ?? LOCK_MS, LOCK_MS),
      // A stalled job is given out again more than once: what it may do twice is guarded by rows, and the reconciler remakes the rest.
      maxStalledCount: 3,
      removeOnComplete: KEPT_COMPLETED,
      removeOnFail: KEPT_FAILED,
    });
    this.worker.on('error', onError);
    this.worker.on('failed', (job, error) => settings.onFailed?.(error, { id: job?.id ?? '', attempt: job?.attemptsMade ?? 0 }));
  }

  /** Resolves when the worker listens for jobs. */
  async ready(): Promise<void> {
    await this.worker.waitUntilReady();
  }

  /** Takes no more jobs and waits for those in hand. */
  async close(): Promise<void> {
    await this.worker.close();
    this.connection.disconnect();
  }
}
