import { randomUUID } from 'node:crypto';
import type { JobQueue } from '@tributary/jobs';
import type { Queryable } from '@tributary/persistence';
import { dueShards } from './delivery.store.ts';

/** A job: look after one shard. The deliveries themselves stand in PostgreSQL. */
export interface ShardJob {
  readonly shard: number;
}

/** Shortest time between two looks. */
const REST_MS = 25;

/**
 * Makes jobs for shards that have something due: when new deliveries were queued, and every so often whatever happened, so that a Redis that
 * lost its jobs loses nothing. One job serves many deliveries.
 */
export class DeliveryDispatcher {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly db: Queryable,
    private readonly queue: JobQueue<ShardJob>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Looks now, and from now on every so many milliseconds. */
  start(everyMs: number): void {
    this.timer = setInterval(() => this.wake(), everyMs);
    this.timer.unref();
    this.wake();
  }

  /** Something may be due. Calls while a look is under way become one more look. */
  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.running ??= this.look().finally(() => {
      this.running = undefined;
      if (this.again) this.wake();
    });
  }

  /** A shard has something to do in so many milliseconds. */
  async later(shard: number, delayMs: number): Promise<void> {
    if (this.stopped) return;
    await this.queue.add([{ id: `later-${shard}-${Math.ceil((Date.now() + delayMs) / 1000)}`, payload: { shard }, delayMs }], {
      attempts: 1,
      removeOnComplete: true,
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async look(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        const shards = await dueShards(this.db);
        // Ids of their own: a job that is just ending would swallow a second one of its name, and what came meanwhile would wait.
        const jobs = shards.map((shard) => ({ id: `deliver-${shard}-${randomUUID()}`, payload: { shard } }));
        await this.queue.add(jobs, { attempts: 1, removeOnComplete: true });
      } catch (error) {
        this.onError(error);
      }
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  }
}
