import type { Consumer } from 'kafkajs';
import type { KafkaLog } from './kafka-client.ts';

/** Offsets that are committed to Kafka for lag dashboards alone; the truth is in PostgreSQL. */
export class LagCommits {
  private readonly waiting = new Map<string, { topic: string; partition: number; offset: string }>();

  constructor(
    private readonly group: string,
    private readonly log: KafkaLog,
  ) {}

  note(topic: string, partition: number, next: bigint): void {
    this.waiting.set(`${topic}/${partition}`, { topic, partition, offset: next.toString() });
  }

  async commit(consumer: Consumer | undefined): Promise<void> {
    const offsets = [...this.waiting.values()];
    if (offsets.length === 0) return;
    this.waiting.clear();
    try {
      await consumer?.commitOffsets(offsets);
    } catch (error) {
      this.log.warn({ err: error, group: this.group }, 'offsets for lag tools were not committed');
    }
  }
}
