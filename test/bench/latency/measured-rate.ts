import { LANES, MAX_EVENTS } from '../../../cli/src/host/stage-app.ts';
import { hub } from '../contestants/hub.ts';
import { Expectation } from '../measure/expectation.ts';
import { takeTurn } from '../measure/take-turn.ts';
import type { Stack } from '../stack/stack.ts';
import { emptyTopics, forgetTurn, watermarks, withAdmin } from '../stack/topics.ts';
import { loadTopic } from '../workload/load-topic.ts';
import { createWorkload, TOPIC } from '../workload/workload.ts';

const PARTITIONS = 16;
const LIMIT_SECONDS = 600;

/** Events a second at which one hub process works off a topic of `events` events: what it sustains when nobody says otherwise. */
export async function measuredRate(stack: Stack, events: number): Promise<number> {
  const { brokers } = stack.services;
  const workload = createWorkload({ events, customers: 20_000, keys: 'uniform', partitions: PARTITIONS, seed: 1_000 });
  await withAdmin(brokers, (admin) => emptyTopics(admin, [TOPIC]));
  await forgetTurn(brokers, TOPIC, PARTITIONS);
  await loadTopic(brokers, workload);
  const marks = await withAdmin(brokers, (admin) => watermarks(admin, TOPIC));
  const begins = new Map([...marks].map(([partition, { low }]) => [partition, low]));
  const database = await stack.openDatabase('hub');
  try {
    const turn = { stack, database, lanes: LANES, cap: MAX_EVENTS, begins, expectation: new Expectation(workload) };
    const result = await takeTurn(hub(1), turn, events, LIMIT_SECONDS);
    if (!result.verified)
      throw new Error(`the rate could not be verified: ${JSON.stringify({ ...result.verdict, complaints: result.complaints })}`);
    process.stderr.write(`measured: ${result.perSecond.toFixed(0)} events/s over ${result.seconds.toFixed(1)} s\n`);
    return result.perSecond;
  } finally {
    await database.drop();
  }
}
