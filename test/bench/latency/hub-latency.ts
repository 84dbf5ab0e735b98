import { setTimeout as delay } from 'node:timers/promises';
import { RangeReader } from '@tributary/kafka';
import { Database } from '@tributary/persistence';
import { contracts } from '@tributary/contracts';
import { eventually } from '../../support/eventually.ts';
import { profileProgress, startHubProcess, untilPublished } from '../contestants/hub.ts';
import { now } from '../measure/clock.ts';
import { CommitObserver, EventSchedule } from '../measure/commit-observer.ts';
import { familySeconds, processorSeconds } from '../measure/process-figures.ts';
import { quantile } from '../measure/statistics.ts';
import type { Stack } from '../stack/stack.ts';
import { emptyTopics, forgetTurn, plainKafka, stampByBroker, watermarks, withAdmin } from '../stack/topics.ts';
import { startPaced } from '../workload/start-paced.ts';
import { createWorkload, TOPIC } from '../workload/workload.ts';

/** One run at one rate; times in milliseconds. */
export interface LatencyRun {
  readonly rate: number;
  readonly events: number;
  readonly commitP50: number;
  readonly commitP99: number;
  readonly publishedP50: number;
  readonly publishedP99: number;
  /** Processor time by time, over the measured part. */
  readonly hubCores: number;
  readonly postgresCores: number;
  readonly kafkaCores: number;
  /** How far the producer was ever behind its schedule. */
  readonly producerLagMs: number;
  readonly verified: boolean;
}

const PARTITIONS = 16;
const WARM_SECONDS = 5;
const DRAIN_MS = 300_000;

/** An idle hub, then `rate` events a second: the first five seconds warm up, the next `seconds` are measured. */
export async function hubLatency(stack: Stack, rate: number, seconds: number, seed: number): Promise<LatencyRun> {
  const { brokers, redisUrl } = stack.services;
  await withAdmin(brokers, (admin) => emptyTopics(admin, [TOPIC]));
  await forgetTurn(stack.services, TOPIC, PARTITIONS);
  const marks = await withAdmin(brokers, (admin) => watermarks(admin, TOPIC));
  const begins = new Map([...marks].map(([partition, { high }]) => [partition, high]));
  await withAdmin(brokers, (admin) => stampByBroker(admin, contracts.activity.topic));
  const own = await stack.openDatabase('hub');
  const eyes = new Database({ url: own.url, max: 1, applicationName: 'bench observer' });
  const hub = await startHubProcess({ brokers, redisUrl, databaseUrl: own.url }, 'profile');
  const observer = new CommitObserver(eyes, begins);
  try {
    const count = Math.round(rate * (WARM_SECONDS + seconds));
    const options = { events: count, customers: 20_000, keys: 'uniform' as const, partitions: PARTITIONS, seed };
    await untilAssigned(own.database);
    await observer.start();
    const paced = await startPaced({ brokers, workload: options, first: 0, count, rate });
    const from = paced.startedAt + WARM_SECONDS * 1000;
    const to = from + seconds * 1000;
    await delay(Math.max(0, from - now()));
    const read = (): number[] => [
      processorSeconds(hub.pid),
      familySeconds(stack.pids.postgres),
      processorSeconds(stack.pids.kafka),
      now() / 1000,
    ];
    const before = read();
    await delay(Math.max(0, to - now()));
    const after = read();
    const { worstLagMs } = await paced.done;
    await untilApplied(own, count);
    await untilPublished({ database: own });
    await observer.stop();
    const commits = observer.latencies(new EventSchedule(createWorkload(options), 0, count, begins, paced.startedAt, rate), from, to);
    const published = await publishedLatencies(brokers, from, to);
    const used = after.map((value, index) => value - (before[index] ?? 0));
    const [hubSeconds = 0, postgresSeconds = 0, kafkaSeconds = 0, wall = 1] = used;
    const expected = Math.round(rate * seconds);
    return {
      rate,
      events: commits.length,
      commitP50: quantile(commits, 0.5),
      commitP99: quantile(commits, 0.99),
      publishedP50: quantile(published, 0.5),
      publishedP99: quantile(published, 0.99),
      hubCores: hubSeconds / wall,
      postgresCores: postgresSeconds / wall,
      kafkaCores: kafkaSeconds / wall,
      producerLagMs: worstLagMs,
      // Every event of the measured part was seen once as committed and once as published.
      verified: Math.abs(commits.length - expected) <= 1 && Math.abs(published.length - expected) <= 1,
    };
  } finally {
    await observer.stop();
    await hub.stop();
    await eyes.close();
    await own.drop();
  }
}

/** A hub says that it is up before its group has met: events begin when it has a position in every partition. */
async function untilAssigned(database: Database): Promise<void> {
  await eventually(
    () =>
      database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM hub.consumer_offset WHERE consumer_group = 'profile' AND topic = $1`,
        [TOPIC],
      ),
    ([row]) => row?.count === PARTITIONS,
    DRAIN_MS,
  );
}

async function untilApplied(
  database: { readonly database: Database; readonly url: string; drop(): Promise<void> },
  count: number,
): Promise<void> {
  const until = now() + DRAIN_MS;
  for (;;) {
    const applied = await profileProgress({ database });
    if (applied >= count) return;
    if (now() > until) throw new Error(`only ${applied} of ${count} events were applied ${DRAIN_MS / 1000} s after the last one`);
    await delay(100);
  }
}

/**
 * Milliseconds from creation until the broker had appended the activity, by the broker's own clock (the same machine's). With one replica
 * the acknowledgement follows at once. Read afterwards, so that nobody else consumes while it is measured.
 */
async function publishedLatencies(brokers: string, from: number, to: number): Promise<number[]> {
  const topic = contracts.activity.topic;
  const marks = await withAdmin(brokers, (admin) => watermarks(admin, topic));
  const ranges = [...marks].map(([partition, { low, high }]) => ({ topic, partition, from: low, to: high }));
  const first = new Map<string, number>();
  const reader = await RangeReader.open({ kafka: plainKafka(brokers), topics: [topic] });
  try {
    await reader.read(ranges, ({ records }) => {
      for (const { headers, timestamp } of records) {
        const due = Date.parse(String(headers.ce_time));
        const id = String(headers.ce_id);
        // What the relay sent twice counts once, when it came first.
        if (due >= from && due < to && !first.has(id)) first.set(id, timestamp - due);
      }
      return Promise.resolve();
    });
  } finally {
    await reader.close();
  }
  return [...first.values()];
}
