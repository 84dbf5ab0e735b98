import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from '../bench-options.ts';
import type { Turn } from '../contestants/contestant.ts';
import { hub, profileProgress } from '../contestants/hub.ts';
import { now } from '../measure/clock.ts';
import { compareTotals, Expectation, isClean } from '../measure/expectation.ts';
import { thisMachine } from '../measure/machine.ts';
import { spreadOf } from '../measure/statistics.ts';
import { CUSTOMERS, PARTITIONS, withTurn } from '../measure/turn.ts';
import { openStack, POSTGRES_SETTINGS, type Stack } from '../stack/stack.ts';
import { createHubTopics, emptyTopics, wakeCoordinator, watermarks, withAdmin } from '../stack/topics.ts';
import { loadTopic } from '../workload/load-topic.ts';
import { startPaced } from '../workload/start-paced.ts';
import { createWorkload, TOPIC } from '../workload/workload.ts';
import type { SuiteResult } from './suite.ts';

/** Longest that intake goes on. */
const LIMIT_SECONDS = 900;
const POLL_MS = 100;

interface Drained {
  readonly seconds: number;
  readonly applied: number;
  readonly verified: boolean;
}

/** `--minutes` of events at 1,000 a second lie there when the hub is started, and more come at the same rate: seconds until it keeps up. */
export async function backlog(options: BenchOptions): Promise<SuiteResult> {
  const machine = { ...thisMachine(), postgres: POSTGRES_SETTINGS };
  const events = Math.round(options.minutes * 60 * options.rate);
  const stack = await openStack();
  const rounds: Drained[] = [];
  try {
    await createHubTopics(stack.services.brokers, PARTITIONS);
    await wakeCoordinator(stack.services.brokers);
    for (let round = 0; round < options.rounds; round += 1) {
      const drained = await drain(stack, events, options.rate, 4_000 + round);
      rounds.push(drained);
      process.stderr.write(
        `backlog: round ${round + 1}: ${events} events gone after ${drained.seconds.toFixed(1)} s${drained.verified ? '' : ', NOT VERIFIED'}\n`,
      );
    }
  } finally {
    await stack.close();
  }
  const verified = rounds.every((round) => round.verified);
  const seconds = spreadOf(rounds.map((round) => round.seconds));
  process.stdout.write(
    `\nbacklog of ${options.minutes} minutes at ${options.rate}/s (${events} events), intake going on: seconds from the hub's start until it keeps up\n`,
  );
  console.table({ hub: { ...seconds, verified } });
  const report = { machine, rounds: options.rounds, minutes: options.minutes, contestants: { hub: { ...seconds, verified } } };
  return {
    report,
    samples: { ...report, turns: rounds },
    checks: [
      { row: 'backlog: rows and money verified', value: verified ? 1 : 0, least: 1 },
      { row: `backlog of ${options.minutes} minutes at ${options.rate}/s gone, seconds`, value: seconds.median, most: 9 * options.minutes },
    ],
  };
}

async function drain(stack: Stack, events: number, rate: number, seed: number): Promise<Drained> {
  const { brokers } = stack.services;
  const options = { events: events + LIMIT_SECONDS * rate, customers: CUSTOMERS, keys: 'uniform' as const, partitions: PARTITIONS, seed };
  const workload = createWorkload(options);
  await withAdmin(brokers, (admin) => emptyTopics(admin, [TOPIC]));
  await loadTopic(brokers, workload, 0, events);
  const marks = await withAdmin(brokers, (admin) => watermarks(admin, TOPIC));
  const begins = new Map([...marks].map(([partition, { low }]) => [partition, low]));
  const topic = { workload, begins, expectation: new Expectation(workload) };
  return withTurn(stack, topic, hub(1), async (turn) => {
    const paced = await startPaced({ brokers, workload: options, first: events, count: LIMIT_SECONDS * rate, rate });
    const begun = now();
    const running = await hub(1).start(turn);
    let seconds: number;
    let next: ReadonlyMap<number, bigint>;
    try {
      seconds = await untilKeptUp(turn, events, rate, paced.startedAt, begun);
    } finally {
      await paced.stop();
      next = await running.stop();
    }
    const counts = new Map([...next].map(([partition, offset]) => [partition, Number(offset - (begins.get(partition) ?? 0n))]));
    const verdict = compareTotals(topic.expectation.totalsAfter(counts), await hub(1).totals(turn));
    return { seconds, applied: verdict.events, verified: isClean(verdict) && verdict.events >= events };
  });
}

/** Seconds from `begun` until what was due and is not applied is no more than a second of intake. */
async function untilKeptUp(turn: Turn, loaded: number, rate: number, startedAt: number, begun: number): Promise<number> {
  for (;;) {
    const applied = await profileProgress(turn);
    const due = loaded + ((now() - startedAt) * rate) / 1000;
    const seconds = (now() - begun) / 1000;
    if (due - applied <= rate) return seconds;
    if (seconds > LIMIT_SECONDS)
      throw new Error(`the backlog is not gone after ${LIMIT_SECONDS} s: ${(due - applied).toFixed(0)} events are left`);
    await delay(POLL_MS);
  }
}
