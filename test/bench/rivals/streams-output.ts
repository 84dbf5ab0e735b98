import { randomUUID } from 'node:crypto';
import { now } from '../measure/clock.ts';
import type { Totals } from '../measure/expectation.ts';
import { plainKafka } from '../stack/topics.ts';
import { SOURCE } from '../workload/workload.ts';

/** Reads what Kafka Streams has committed to its out-topic: the latest totals by customer, and how old each was when it came. */
export class StreamsOutput {
  records = 0;
  private readonly latest = new Map<string, { orders: number; gross: bigint }>();
  private readonly arrivals: { readonly due: number; readonly latency: number }[] = [];
  private readonly consumer;

  constructor(
    brokers: string,
    private readonly topic: string,
  ) {
    this.consumer = plainKafka(brokers, 'bench-streams-output').consumer({ groupId: `bench-output-${randomUUID()}`, maxWaitTimeInMs: 100 });
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const at = now();
        for (const { key, value } of batch.messages) {
          if (key === null || value === null) continue;
          this.records += 1;
          const due = Number(value.readBigInt64BE(16)) / 1000;
          this.arrivals.push({ due, latency: at - due });
          const id = key.toString('utf8').slice(`${SOURCE}/c/`.length);
          this.latest.set(id, { orders: Number(value.readBigInt64BE(0)), gross: value.readBigInt64BE(8) });
        }
        return Promise.resolve();
      },
    });
  }

  totals(): Totals {
    return this.latest;
  }

  /** Milliseconds from the creation of an order to the arrival of its customer's totals, for orders due between two moments. */
  latencies(from: number, to: number): number[] {
    return this.arrivals.filter(({ due }) => due >= from && due < to).map(({ latency }) => latency);
  }

  stop(): Promise<void> {
    return this.consumer.disconnect();
  }
}
