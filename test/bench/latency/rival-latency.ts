import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import type { Turn } from '../contestants/contestant.ts';
import { Expectation } from '../measure/expectation.ts';
import { quantile } from '../measure/statistics.ts';
import { CUSTOMERS, PARTITIONS, withTurn } from '../measure/turn.ts';
import { debezium } from '../rivals/debezium.ts';
import { startStreams } from '../rivals/streams.ts';
import { StreamsOutput } from '../rivals/streams-output.ts';
import type { Stack } from '../stack/stack.ts';
import { emptyTopics, watermarks, withAdmin } from '../stack/topics.ts';
import { loadTopic } from '../workload/load-topic.ts';
import { startPaced } from '../workload/start-paced.ts';
import { createWorkload, TOPIC } from '../workload/workload.ts';

/** One run of a rival, milliseconds. */
export interface RivalRun {
  readonly rival: 'debezium' | 'streams';
  readonly events: number;
  readonly p50: number;
  readonly p99: number;
}

/** A JVM takes longer to be warm than the hub. */
const WARM_SECONDS = 15;
/** Events that lie there before: when they are through, the rival is up. */
const PRIME = 2_000;
const LIMIT_MS = 180_000;
const SETTLE_MS = 3_000;

/**
 * The same paced events for a rival. Debezium's sink: until the commit time that PostgreSQL notes for the row, which is before its flush to
 * disk (in the rival's favour). Kafka Streams: until a consumer that reads committed records has the totals.
 */
export async function rivalLatency(stack: Stack, rival: RivalRun['rival'], rate: number, seconds: number, seed: number): Promise<RivalRun> {
  const { brokers } = stack.services;
  const count = Math.round(rate * (WARM_SECONDS + seconds));
  const options = { events: count + PRIME, customers: CUSTOMERS, keys: 'uniform' as const, partitions: PARTITIONS, seed };
  const workload = createWorkload(options);
  await withAdmin(brokers, (admin) => emptyTopics(admin, [TOPIC]));
  const marks = await withAdmin(brokers, (admin) => watermarks(admin, TOPIC));
  const begins = new Map([...marks].map(([partition, { high }]) => [partition, high]));
  const topic = { workload, begins, expectation: new Expectation(workload) };
  await loadTopic(brokers, workload, count);
  const pace: Pace = async (applied) => {
    const reaches = (wanted: number): Promise<number> => eventually(applied, (seen) => seen >= wanted, LIMIT_MS);
    await reaches(PRIME);
    const paced = await startPaced({ brokers, workload: options, first: 0, count, rate });
    const from = paced.startedAt + WARM_SECONDS * 1000;
    const to = from + seconds * 1000;
    await paced.done;
    await reaches(count + PRIME);
    await delay(SETTLE_MS);
    return { from, to };
  };
  const latencies = await withTurn(stack, topic, debezium, async (turn) =>
    rival === 'debezium' ? debeziumLatencies(turn, pace) : streamsLatencies(turn, pace),
  );
  return { rival, events: latencies.length, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

/** Paces the events of a run once the rival is up, and answers the measured part when all were applied. `applied` says how many were. */
type Pace = (applied: () => Promise<number>) => Promise<{ readonly from: number; readonly to: number }>;

async function debeziumLatencies(turn: Turn, pace: Pace): Promise<number[]> {
  await turn.database.database.query(debezium.ddl ?? '');
  const running = await debezium.start(turn);
  try {
    const { from, to } = await pace(async () => (await running.progress()).count);
    const rows = await turn.database.database.query<{ latency: number }>(
      `SELECT (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 - placed_at / 1000.0)::float8 AS latency FROM orders
WHERE placed_at >= $1 AND placed_at < $2`,
      [from * 1000, to * 1000],
    );
    return rows.map(({ latency }) => latency);
  } finally {
    await running.stop();
  }
}

async function streamsLatencies(turn: Turn, pace: Pace): Promise<number[]> {
  const running = await startStreams(turn);
  const output = new StreamsOutput(turn.stack.services.brokers, running.out);
  await output.start();
  try {
    const { from, to } = await pace(() => Promise.resolve(running.handled().count));
    return output.latencies(from, to);
  } finally {
    await running.stop();
    await output.stop();
  }
}
