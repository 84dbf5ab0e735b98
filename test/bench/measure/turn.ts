import { LANES, MAX_EVENTS } from '../../../cli/src/host/stage-app.ts';
import { contracts } from '@tributary/contracts';
import type { Contestant, Turn } from '../contestants/contestant.ts';
import type { Stack } from '../stack/stack.ts';
import { emptyTopics, forgetTurn, watermarks, withAdmin } from '../stack/topics.ts';
import { loadTopic } from '../workload/load-topic.ts';
import { createWorkload, TOPIC, type KeySpread, type Workload } from '../workload/workload.ts';
import { Expectation } from './expectation.ts';

/** Customers of every run. */
export const CUSTOMERS = 20_000;
/** Partitions of every topic. */
export const PARTITIONS = 16;

/** The topic filled with a workload, and what must come of it. */
export interface FilledTopic {
  readonly workload: Workload;
  readonly begins: ReadonlyMap<number, bigint>;
  readonly expectation: Expectation;
}

/** Empties the topic and fills it with `events` events. */
export async function fillTopic(stack: Stack, events: number, keys: KeySpread, seed = 1): Promise<FilledTopic> {
  const { brokers } = stack.services;
  const workload = createWorkload({ events, customers: CUSTOMERS, keys, partitions: PARTITIONS, seed });
  await withAdmin(brokers, (admin) => emptyTopics(admin, [TOPIC]));
  process.stderr.write(`bench: loading ${events} events, ${keys} keys\n`);
  await loadTopic(brokers, workload);
  const marks = await withAdmin(brokers, (admin) => watermarks(admin, TOPIC));
  const begins = new Map([...marks].map(([partition, { low }]) => [partition, low]));
  return { workload, begins, expectation: new Expectation(workload) };
}

/** Runs `work` as one contestant's turn: nothing is left of the turns before, the database is its own and goes afterwards. */
export async function withTurn<T>(stack: Stack, topic: FilledTopic, contestant: Contestant, work: (turn: Turn) => Promise<T>): Promise<T> {
  await forgetTurn(stack.services, TOPIC, PARTITIONS);
  const marks = await withAdmin(stack.services.brokers, (admin) => watermarks(admin, contracts.activity.topic));
  const activitiesBefore = [...marks.values()].reduce((sum, { high }) => sum + high, 0n);
  const database = await stack.openDatabase(contestant.tables);
  try {
    return await work({
      stack,
      database,
      lanes: LANES,
      cap: MAX_EVENTS,
      begins: topic.begins,
      activitiesBefore,
      expectation: topic.expectation,
    });
  } finally {
    await database.drop();
  }
}
