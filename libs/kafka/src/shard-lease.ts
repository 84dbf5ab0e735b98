import { leaseShards, OUTBOX_SHARDS, returnShards, type Database } from '@tributary/persistence';
import type { KafkaLog } from './kafka-client.ts';

/** What a lease needs. */
export interface ShardLeaseOptions {
  readonly database: Database;
  readonly log: KafkaLog;
  /** UUID of this relay. */
  readonly owner: string;
  /** How long the shards stay this relay's after its last renewal, milliseconds. */
  readonly leaseMs: number;
  readonly onGained: () => void;
}

const ALL = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/**
 * The right to publish shards of the outbox, renewed four times within its length. It is a row with an end and no lock of a session: a
 * process that stands still (SIGSTOP, a long collection) keeps its sessions open but loses its lease, and knows so by its own monotonic
 * clock when it wakes, before it sends anything.
 */
export class ShardLease {
  private held: readonly number[] = [];
  private until = 0;
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: ShardLeaseOptions) {}

  async start(): Promise<void> {
    await this.renew();
    this.timer = setInterval(() => {
      this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
    }, this.options.leaseMs / 4);
  }

  /** Which of the shards may be published now. */
  owned(shards: readonly number[]): number[] {
    return performance.now() < this.until ? shards.filter((shard) => this.held.includes(shard)) : [];
  }

  /** Gives the shards back: another relay goes on at once. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.renewing;
    this.until = 0;
    await returnShards(this.options.database, this.options.owner, ALL).catch((error: unknown) =>
      this.options.log.warn({ err: error }, 'shards of the outbox were not given back: they are free when their lease ends'),
    );
  }

  private async renew(): Promise<void> {
    const { database, owner, leaseMs, log, onGained } = this.options;
    // Counted from before the question: the database's lease cannot end earlier than this.
    const asked = performance.now();
    try {
      const held = await leaseShards(database, owner, ALL, leaseMs);
      if (this.closed) return;
      const gained = held.some((shard) => !this.held.includes(shard)) || asked >= this.until;
      this.held = held;
      this.until = asked + leaseMs * 0.75;
      if (gained && held.length > 0) onGained();
    } catch (error) {
      log.warn({ err: error }, 'the lease of the outbox was not renewed');
    }
  }
}
