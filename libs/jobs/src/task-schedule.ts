import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { KEPT_COMPLETED, KEPT_FAILED, RETRIES } from './job-queue.ts';

/** Scheduled work: load, compute, save. The reference time is an argument (microseconds UTC), so that a replay of the past gives the past's answer. */
export type Task = (asOf: number) => Promise<void>;

/** A task and its schedule. One run at a time over all processes. */
export interface ScheduledTask {
  /** Letters, digits and dashes. */
  readonly name: string;
  readonly everySeconds: number;
  /** Reference time of a run, asked when it begins; microseconds UTC. */
  readonly asOf: () => number | Promise<number>;
  readonly task: Task;
}

/** Jobs of a task that somebody asks for wait this long for their turn and their end. */
const RUN_NOW_LIMIT_MS = 15 * 60_000;

/** Queue of a task: its job scheduler, and runs asked for by hand. */
export class TaskSchedule {
  private readonly queue: Queue;
  private events: QueueEvents | undefined;

  constructor(
    private readonly name: string,
    connection: Redis,
    private readonly prefix: string,
    private readonly openWorkerClient: () => Redis,
    private readonly onError: (error: Error) => void,
  ) {
    this.queue = new Queue(queueName(name), {
      connection,
      prefix,
      defaultJobOptions: { ...RETRIES, removeOnComplete: KEPT_COMPLETED, removeOnFail: KEPT_FAILED },
    });
    this.queue.on('error', onError);
  }

  /** Writes the schedule to Redis where it is missing or has another interval; an emptied Redis is filled again this way. */
  async ensure(everySeconds: number): Promise<void> {
    await this.queue.setGlobalConcurrency(1);
    const every = everySeconds * 1000;
    const found = await this.queue.getJobScheduler(this.name);
    if (found?.every === every) return;
    await this.queue.upsertJobScheduler(this.name, { every }, { name: this.name, data: {} });
  }

  /** Runs the task once, after a run that is under way, and waits for its end. Throws the task's error when the last attempt fails. */
  async runNow(): Promise<void> {
    if (this.events === undefined) {
      const connection = this.openWorkerClient();
      this.events = new QueueEvents(queueName(this.name), { connection, prefix: this.prefix });
      this.events.on('error', this.onError);
    }
    await this.events.waitUntilReady();
    const job = await this.queue.add(this.name, {}, { jobId: `now-${randomUUID()}`, attempts: 1 });
    await job.waitUntilFinished(this.events, RUN_NOW_LIMIT_MS);
  }

  async close(): Promise<void> {
    await this.events?.close();
    await this.queue.close();
  }
}

/** Name of the queue of a task. */
export const queueName = (task: string): string => `task-${task}`;
