import type { BenchOptions } from '../bench-options.ts';
import { chosenContestants } from '../contestants/all-contestants.ts';
import { measuredRate } from '../latency/measured-rate.ts';
import { thisMachine } from '../measure/machine.ts';
import { openStack, POSTGRES_SETTINGS } from '../stack/stack.ts';
import { createHubTopics, wakeCoordinator } from '../stack/topics.ts';
import { sustain, type Sustained } from '../sustained/sustain.ts';
import type { Checked, SuiteResult } from './suite.ts';

const FLOORS: Readonly<Record<string, number>> = { hub: 15_000, chain: 6_000 };

/** Events a second over minutes, broker and database on the same machine. */
export async function sustained(options: BenchOptions): Promise<SuiteResult> {
  const contestants = chosenContestants(options.contestants ?? ['hub', 'chain'], [1]);
  const machine = { ...thisMachine(), postgres: POSTGRES_SETTINGS };
  const stack = await openStack();
  const found: Sustained[] = [];
  try {
    await createHubTopics(stack.services.brokers, 16);
    await wakeCoordinator(stack.services.brokers);
    for (const contestant of contestants) {
      const rate = options.sustained ?? (await measuredRate(stack, options.events, contestant));
      found.push(await sustain(stack, contestant, rate, options.minutes));
    }
  } finally {
    await stack.close();
  }
  const figures = Object.fromEntries(
    found.map(({ contestant, perSecond, tenths, minutes, databaseBytesPerEvent, turn }) => [
      contestant,
      { overall: perSecond, ...tenths, minutes, databaseBytesPerEvent, peakMb: turn.peakMb, verified: turn.verified },
    ]),
  );
  process.stdout.write('\nsustained: events/s over the whole time, and median, least and most of its tenths\n');
  console.table(figures);
  const checks = found.flatMap(({ contestant, perSecond, minutes, turn }): Checked[] => [
    { row: `${contestant}: rows and money verified`, value: turn.verified ? 1 : 0, least: 1 },
    { row: `${contestant}: minutes measured`, value: minutes, least: options.minutes * 0.75 },
    { row: `${contestant}: events/s sustained`, value: turn.verified ? perSecond : undefined, least: FLOORS[contestant] ?? 0 },
  ]);
  const report = { machine, rounds: 1, contestants: figures };
  return { report, samples: { ...report, turns: found.map(({ turn }) => turn) }, checks };
}
