import { Queue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { JobsFault } from './jobs-fault.ts';

/** A job to add. The payload holds ids and numbers only: the facts stand in PostgreSQL, and no personal data goes to Redis. */
export interface NewJob<Payload> {
  /** Two jobs with one id are one job while the first is in Redis. Not a bare integer, no colon: `seg-<uuid>`. */
  readonly id: string;
  readonly payload: Payload;
  readonly delayMs?: number;
}

/** How jobs leave Redis, whatever became of them: BullMQ keeps them for ever by default. */
export const KEPT_COMPLETED = { age: 3_600, count: 100 } as const;
export const KEPT_FAILED = { age: 7 * 86_400, count: 1_000 } as const;

/** Retries of a job: 3 attempts, 5 s then 10 s apart, give or take a half. */
export const RETRIES = { attempts: 3, backoff: { type: 'exponential', delay: 5_000, jitter: 0.5 } } as const satisfies JobsOptions;

/** A queue that jobs are added to. */
export class JobQueue<Payload extends object> {
  private readonly queue: Queue;

  constructor(
    readonly name: string,
    connection: Redis,
    prefix: string,
    onError: (error: Error) => void,
  ) {
    this.queue = new Queue(name, {
      connection,
      prefix,
      defaultJobOptions: { ...RETRIES, removeOnComplete: KEPT_COMPLETED, removeOnFail: KEPT_FAILED },
    });
    this.queue.on('error', onError);
  }

  /** Adds jobs in one round trip. @throws JobsFault `bad-id` for an id that Redis keys cannot hold. */
  async add(jobs: readonly NewJob<Payload>[], options: Pick<JobsOptions, 'removeOnComplete' | 'attempts'> = {}): Promise<void> {
    for (const { id } of jobs) {
      if (/^\d+$/.test(id) || id.includes(':') || id === '')
        throw new JobsFault('bad-id', `job id ${JSON.stringify(id)} cannot be used`, 'use ids such as seg-<uuid>');
    }
    if (jobs.length === 0) return;
    await this.queue.addBulk(
      jobs.map(({ id, payload, delayMs }) => ({
        name: this.name,
        data: payload,
        opts: { ...options, jobId: id, ...(delayMs === undefined ? {} : { delay: Math.max(0, Math.ceil(delayMs)) }) },
      })),
    );
  }

  /** Jobs by state, for metrics. */
  counts(): Promise<Record<string, number>> {
    return this.queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}
