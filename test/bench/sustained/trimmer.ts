import { allContracts } from '@tributary/contracts';
import type { Turn } from '../contestants/contestant.ts';
import { withAdmin } from '../stack/topics.ts';

const EVERY_MS = 20_000;
const kept = allContracts.filter((contract) => contract.compacted !== true);

/**
 * Lets the broker delete what every group of the hub has read, while a long run goes on; of derived topics also what nobody will read. A
 * partition for which no position is known yet keeps everything.
 */
export class Trimmer {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly turn: Turn,
    /** Whether an app of this run reads the derived topics. */
    private readonly derivedAreRead: boolean,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.trim());
    }, EVERY_MS);
  }

  /** Rejects when a trim failed. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async trim(): Promise<void> {
    const { stack, database } = this.turn;
    const rows = await database.database.query<{ topic: string; partition: number; next: bigint }>(
      'SELECT topic, partition, min(next_offset) AS next FROM hub.consumer_offset GROUP BY topic, partition',
    );
    const read = new Map(rows.map(({ topic, partition, next }) => [`${topic}/${partition}`, next]));
    await withAdmin(stack.services.brokers, async (admin) => {
      for (const { topic, role } of kept) {
        const unread = role === 'derived' && !this.derivedAreRead;
        const partitions = (await admin.fetchTopicOffsets(topic)).flatMap(({ partition, low, high }) => {
          const offset = read.get(`${topic}/${partition}`) ?? BigInt(unread ? high : low);
          return offset > BigInt(low) ? [{ partition, offset: offset.toString() }] : [];
        });
        if (partitions.length > 0) await admin.deleteTopicRecords({ topic, partitions });
      }
    });
  }
}
