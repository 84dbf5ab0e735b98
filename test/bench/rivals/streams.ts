import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant, Progress, Running, Turn } from '../contestants/contestant.ts';
import { endChild } from '../contestants/plain-contestants.ts';
import { now } from '../measure/clock.ts';
import type { Totals } from '../measure/expectation.ts';
import { createPlainTopic, withAdmin } from '../stack/topics.ts';
import { TOPIC } from '../workload/workload.ts';
import { classPathOf, SCHEMA_FILE, startJava } from './java-rival.ts';
import { StreamsOutput } from './streams-output.ts';

const PARTITIONS = 16;
const WAIT_MS = 15_000;

/** A program of Kafka Streams at work: its process, its id (also its consumer group) and its out-topic. */
export interface StreamsProcess {
  readonly pid: number;
  readonly id: string;
  readonly out: string;
  handled(): Progress;
  stop(): Promise<void>;
}

/** Starts it in a place of its own. */
export async function startStreams({ stack }: Pick<Turn, 'stack'>): Promise<StreamsProcess> {
  const { brokers } = stack.services;
  const classPath = await classPathOf('streams', stack.folder);
  const id = `bench-streams-${randomUUID()}`;
  const out = `${id}-totals`;
  await createPlainTopic(brokers, out, PARTITIONS);
  const child = startJava(classPath, 'CustomerTotals', [brokers, id, TOPIC, out, SCHEMA_FILE, join(stack.folder, id)]);
  let last: Progress = { count: 0, at: 0 };
  if (child.stdout === null) throw new Error('a JVM without standard output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [count, at] = line.split(' ').map(Number);
    if (count !== undefined && at !== undefined && Number.isFinite(at)) last = { count, at };
  });
  return {
    pid: child.pid ?? 0,
    id,
    out,
    handled() {
      if (child.exitCode !== null) throw new Error(`Kafka Streams ended with ${child.exitCode}`);
      return last;
    },
    stop: () => endChild(child, () => child.kill('SIGTERM')),
  };
}

/**
 * Kafka Streams with exactly_once_v2: the same sums by customer, kept in RocksDB, changes on a topic. Exactly once inside Kafka; no PostgreSQL,
 * no validation, nobody identified, and an event that its source sent twice counts twice.
 */
export function streams(): Contestant {
  let process: StreamsProcess | undefined;
  const started = (): StreamsProcess => {
    if (process === undefined) throw new Error('Kafka Streams was not started');
    return process;
  };
  return {
    name: 'streams',
    tables: 'none',
    warmUp: 0.5,
    async start(turn): Promise<Running> {
      process = await startStreams(turn);
      const { pid, id, stop, handled } = process;
      return {
        pids: [pid],
        progress: () => Promise.resolve(handled()),
        async stop() {
          await stop();
          return committed(turn, id);
        },
      };
    },
    totals: (turn) => readTotals(turn, started().out),
  };
}

/** Its positions, committed with what it wrote. */
async function committed(turn: Turn, id: string): Promise<ReadonlyMap<number, bigint>> {
  const [topic] = await withAdmin(turn.stack.services.brokers, (admin) => admin.fetchOffsets({ groupId: id, topics: [TOPIC] }));
  return new Map(
    (topic?.partitions ?? []).filter(({ offset }) => offset !== '-1').map(({ partition, offset }) => [partition, BigInt(offset)]),
  );
}

/** The last committed totals of each customer on its out-topic: read until nothing more comes for a while. */
async function readTotals(turn: Turn, out: string): Promise<Totals> {
  const output = new StreamsOutput(turn.stack.services.brokers, out);
  await output.start();
  try {
    const until = now() + WAIT_MS;
    let quietSince = now();
    for (let seen = -1; now() < until && now() - quietSince < 3_000; await delay(100)) {
      if (output.records !== seen) quietSince = now();
      seen = output.records;
    }
    return output.totals();
  } finally {
    await output.stop();
  }
}
