/**
 * A process that writes events at a fixed rate: event i is due at start + i / rate, carries that moment as its time of creation, and is
 * sent with whatever is due at the next tick, without waiting for the sends before. A send that comes late makes the event look late, never
 * the clock: what a waiting consumer causes is not left out of the figures (no coordinated omission).
 */
import kafkajs from 'kafkajs';
import { now } from '../measure/clock.ts';
import { plainKafka } from '../stack/topics.ts';
import { createWorkload, TOPIC, type WorkloadOptions } from './workload.ts';

/** What the parent gives it. */
export interface PacedSettings {
  readonly brokers: string;
  readonly workload: WorkloadOptions;
  /** First event of the workload to send, and how many. */
  readonly first: number;
  readonly count: number;
  /** Events a second. */
  readonly rate: number;
}

/** What it tells its parent: when event `first` was due (milliseconds since 1970), and at the end how far behind its schedule it ever was. */
export type PacedMessage =
  | { readonly type: 'started'; readonly startedAt: number }
  | { readonly type: 'done'; readonly worstLagMs: number; readonly acknowledgedAt: number };

/** Ticks of two milliseconds; of ten where each brings hundreds of events, to leave the machine to those who are measured. */
const tickMs = (rate: number): number => (rate > 5_000 ? 10 : 2);

async function produce({ brokers, workload: options, first, count, rate }: PacedSettings): Promise<void> {
  const workload = createWorkload(options);
  const producer = plainKafka(brokers, 'bench-paced').producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  // The first sends find leaders and compile code; they are due when the schedule begins, not before.
  const startedAt = Math.ceil(now()) + 200;
  tell({ type: 'started', startedAt });
  const due = (index: number): number => startedAt + (index * 1000) / rate;
  let failure: unknown;
  let worstLagMs = 0;
  const pending = new Set<Promise<unknown>>();
  let sent = 0;
  while (sent < count) {
    if (failure !== undefined) throw failure;
    await new Promise((resolve) => setTimeout(resolve, tickMs(rate)));
    const at = now();
    const messages = [];
    if (sent < count && due(sent) <= at) worstLagMs = Math.max(worstLagMs, at - due(sent));
    for (; sent < count && due(sent) <= at; sent += 1) messages.push(workload.recordOf(first + sent, Math.round(due(sent) * 1000)));
    if (messages.length === 0) continue;
    const send = producer.send({ topic: TOPIC, acks: -1, messages });
    pending.add(send);
    send.then(
      () => pending.delete(send),
      (error: unknown) => (failure = error),
    );
  }
  await Promise.all(pending);
  await producer.disconnect();
  tell({ type: 'done', worstLagMs, acknowledgedAt: now() });
}

function tell(message: PacedMessage): void {
  process.send?.(message);
}

process.once('disconnect', () => process.exit());
process.once('message', (settings: PacedSettings) => {
  produce(settings).then(
    () => process.disconnect(),
    (error: unknown) => {
      process.stderr.write(`paced producer: ${String(error)}\n`);
      process.exit(1);
    },
  );
});
