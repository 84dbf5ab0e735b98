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
  /** Told which shards are held, whenever that may have changed. */
  readonly onHeld: (shards: readonly number[]) => void;
  readonly onGained: () => void;
}

const ALL = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/**
 * The right to publish shards of the outbox, renewed four times within its length. It is a row with an end and no lock of a session: a
 * process that stands still (SIGSTOP, a long collection) keeps its sessions open but loses its lease, and knows so by its own monotonic
 * clock when it wakes, before it sends anything. A process that reaches the database but not the broker gives its shards up itself.
 */
export class ShardLease {
  private readonly wanted = new Set<number>();
  private held: readonly number[] = [];
  private until = 0;
  private readonly timer: NodeJS.Timeout;
  private renewing: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: ShardLeaseOptions) {
    this.timer = setInterval(() => void this.renewOnce(), options.leaseMs / 4);
  }

  /** Asks for shards, now and again until they are given up; one that another relay holds comes when its lease ends. */
  async take(shards: readonly number[]): Promise<void> {
    // A renewal under way was asked without them.
    await this.renewing;
    for (const shard of shards) this.wanted.add(shard);
    await this.renewOnce();
  }

  /** Gives shards back, and asks for them no longer: another relay goes on at once. */
  async giveUp(shards: readonly number[]): Promise<void> {
    for (const shard of shards) this.wanted.delete(shard);
    this.hold(this.held.filter((shard) => this.wanted.has(shard)));
    // A renewal under way may still take them: they are given back after it.
    await this.renewing;
    await returnShards(this.options.database, this.options.owner, shards).catch((error: unknown) =>
      this.options.log.warn({ err: error }, 'shards of the outbox were not given back: they are free when their lease ends'),
    );
  }

  /** Which of the shards may be published now. */
  owned(shards: readonly number[]): number[] {
    return performance.now() < this.until ? shards.filter((shard) => this.held.includes(shard)) : [];
  }

  /** Gives all shards back, for good. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.giveUp([...ALL]);
  }

  private hold(shards: readonly number[]): void {
    this.held = shards;
    this.options.onHeld(shards);
  }

  private renewOnce(): Promise<void> {
    return (this.renewing ??= this.renew().finally(() => (this.renewing = undefined)));
  }

  private async renew(): Promise<void> {
    const { database, owner, leaseMs, log, onGained } = this.options;
    if (this.wanted.size === 0) return;
    // Counted from before the question: the database's lease cannot end earlier than this.
    const asked = performance.now();
    try {
      const held = await leaseShards(database, owner, [...this.wanted], leaseMs);
      if (this.closed) return;
      const still = held.filter((shard) => this.wanted.has(shard));
      const gained = still.some((shard) => !this.held.includes(shard)) || asked >= this.until;
      this.hold(still);
      this.until = asked + leaseMs * 0.75;
      if (gained && still.length > 0) onGained();
    } catch (error) {
      log.warn({ err: error }, 'the lease of the outbox was not renewed');
    }
  }
}
