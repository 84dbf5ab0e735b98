import type { Redis } from 'ioredis';
import { JobQueue } from './job-queue.ts';
import { JobWorker, type JobHandler, type WorkerSettings } from './job-worker.ts';
import { JobsFault } from './jobs-fault.ts';
import { connectChecked, openRedis } from './redis-client.ts';
import { queueName, TaskSchedule, type ScheduledTask } from './task-schedule.ts';

/** How to reach Redis and whom to tell. */
export interface JobsOptions {
  readonly redisUrl: string;
  /** Before every Redis key: deployments that share a Redis differ here. */
  readonly prefix?: string;
  /** Told of lost connections and failed tasks; both are retried by themselves. */
  readonly onError: (error: Error, where: string) => void;
  /** Told when the connection comes and goes. */
  readonly onState?: (state: 'ok' | { readonly reason: string }) => void;
}

const CONNECT_DEADLINE_MS = 10_000;
/** Schedules that Redis lost are written again this often. */
const HEAL_EVERY_MS = 60_000;

/**
 * Opens the job machinery (BullMQ on Redis). Redis holds hints, never facts: everything that must happen can be found in PostgreSQL again.
 * @throws JobsFault `unreachable`, or `eviction-policy` where Redis might drop jobs.
 */
export async function connectJobs(options: JobsOptions): Promise<Jobs> {
  const command = openRedis(options.redisUrl, 'command', (error) => options.onError(error, 'redis'));
  await connectChecked(command, CONNECT_DEADLINE_MS);
  options.onState?.('ok');
  command.on('ready', () => options.onState?.('ok'));
  command.on('close', () => options.onState?.({ reason: 'Redis is away: jobs wait, nothing is lost' }));
  return new Jobs(command, options);
}

/** Queues, workers and scheduled tasks of one process. Opened by {@link connectJobs}. */
export class Jobs {
  private readonly prefix: string;
  private readonly queues: { close(): Promise<void> }[] = [];
  private readonly workers: { close(): Promise<void> }[] = [];
  private readonly eventClients: Redis[] = [];
  private readonly schedules = new Map<string, { readonly schedule: TaskSchedule; readonly everySeconds?: number }>();
  private readonly healer: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly command: Redis,
    private readonly options: JobsOptions,
  ) {
    this.prefix = options.prefix ?? 'tributary';
    this.healer = setInterval(() => void this.heal(), HEAL_EVERY_MS);
    this.healer.unref();
  }

  /** A queue to add jobs to. */
  createQueue<Payload extends object>(name: string): JobQueue<Payload> {
    this.mustBeOpen();
    const queue = new JobQueue<Payload>(name, this.command, this.prefix, (error) => this.options.onError(error, `queue ${name}`));
    this.queues.push(queue);
    return queue;
  }

  /** A worker of a queue, on a connection of its own. */
  async createWorker<Payload extends object>(
    name: string,
    settings: WorkerSettings,
    handler: JobHandler<Payload>,
  ): Promise<JobWorker<Payload>> {
    this.mustBeOpen();
    const onError = (error: Error): void => this.options.onError(error, `worker ${name}`);
    const worker = new JobWorker<Payload>(
      name,
      openRedis(this.options.redisUrl, 'worker', onError),
      this.prefix,
      settings,
      handler,
      onError,
    );
    this.workers.push(worker);
    await worker.ready();
    return worker;
  }

  /**
   * Runs a task every so many seconds, the first time at once, one run at a time over all processes; a failed run is tried twice more.
   * The schedule lives in Redis and is written again within a minute when Redis lost it.
   */
  async schedule({ name, everySeconds, asOf, task }: ScheduledTask): Promise<void> {
    const schedule = this.scheduleOf(name);
    this.schedules.set(name, { schedule, everySeconds });
    await this.createWorker(
      queueName(name),
      { concurrency: 1, lockMs: 60_000, onFailed: (error) => this.failed(name, error) },
      async () => {
        await task(await asOf());
      },
    );
    await schedule.ensure(everySeconds);
  }

  /** Runs a scheduled task once more and waits until it has ended; some process must have scheduled it. Throws what the task threw. */
  async runNow(name: string): Promise<void> {
    this.mustBeOpen();
    await this.scheduleOf(name).runNow();
  }

  /** Writes missing schedules again. Called every minute; what fails is told to `onError` and tried again the next time. */
  async heal(): Promise<void> {
    for (const [name, { schedule, everySeconds }] of this.schedules) {
      if (everySeconds === undefined || this.closed) continue;
      try {
        await schedule.ensure(everySeconds);
      } catch (error) {
        this.options.onError(error as Error, `schedule ${name}`);
      }
    }
  }

  /** Takes no more jobs, waits for those in hand, disconnects. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.healer);
    await Promise.all(this.workers.map((worker) => worker.close()));
    await Promise.all([...this.schedules.values()].map(({ schedule }) => schedule.close()));
    await Promise.all(this.queues.map((queue) => queue.close()));
    for (const client of this.eventClients) client.disconnect();
    this.command.removeAllListeners('close');
    this.command.disconnect();
  }

  private scheduleOf(name: string): TaskSchedule {
    this.mustBeOpen();
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name))
      throw new JobsFault('unknown-task', `${JSON.stringify(name)} is no name of a task`, 'use letters, digits and dashes');
    const known = this.schedules.get(name);
    if (known !== undefined) return known.schedule;
    const onError = (error: Error): void => this.options.onError(error, `task ${name}`);
    const openEvents = (): Redis => {
      const client = openRedis(this.options.redisUrl, 'worker', onError);
      this.eventClients.push(client);
      return client;
    };
    const schedule = new TaskSchedule(name, this.command, this.prefix, openEvents, onError);
    this.schedules.set(name, { schedule });
    return schedule;
  }

  private failed(name: string, error: Error): void {
    this.options.onError(error, `task ${name}`);
  }

  private mustBeOpen(): void {
    if (this.closed) throw new JobsFault('closed', 'the job machinery is closed', 'do not use it after shutdown');
  }
}
