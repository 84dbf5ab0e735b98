import type { BenchOptions } from '../bench-options.ts';
import { hub } from '../contestants/hub.ts';
import { measuredRate } from '../latency/measured-rate.ts';
import { thisMachine } from '../measure/machine.ts';
import { median, spreadOf } from '../measure/statistics.ts';
import { takeTurn, type TurnResult } from '../measure/take-turn.ts';
import { fillTopic, withTurn } from '../measure/turn.ts';
import { openStack, POSTGRES_SETTINGS } from '../stack/stack.ts';
import { createHubTopics, wakeCoordinator } from '../stack/topics.ts';
import { sustain } from '../sustained/sustain.ts';
import type { SuiteResult } from './suite.ts';

const LIMIT_SECONDS = 3_600;
/** Events by which the rate is guessed, so that the topic of the sustained run is long enough. */
const GUESS_EVENTS = 200_000;

/** A new hub reads the whole history: memory while it does, and its rate against what a hub sustains. */
export async function replay(options: BenchOptions): Promise<SuiteResult> {
  const machine = { ...thisMachine(), postgres: POSTGRES_SETTINGS, events: options.events };
  const stack = await openStack();
  const turns: TurnResult[] = [];
  let sustained = options.sustained;
  try {
    await createHubTopics(stack.services.brokers, 16);
    await wakeCoordinator(stack.services.brokers);
    if (sustained === undefined) {
      const rate = await measuredRate(stack, Math.min(GUESS_EVENTS, options.events));
      sustained = (await sustain(stack, hub(1), rate, options.minutes)).perSecond;
    }
    const topic = await fillTopic(stack, options.events, 'uniform', 3_000);
    for (let round = 0; round < options.rounds; round += 1) {
      const result = await withTurn(stack, topic, hub(1), (turn) => takeTurn(hub(1), turn, options.events, LIMIT_SECONDS));
      turns.push(result);
      process.stderr.write(
        `replay: round ${round + 1}: ${result.perSecond.toFixed(0)} events/s, peak ${result.peakMb.toFixed(0)} MiB${result.verified ? '' : ', NOT VERIFIED'}\n`,
      );
    }
  } finally {
    await stack.close();
  }
  const verified = turns.every((turn) => turn.verified);
  const contestants = {
    hub: { ...spreadOf(turns.map(({ perSecond }) => perSecond)), verified },
    peakMb: spreadOf(turns.map(({ peakMb }) => peakMb)),
    growthPercent: spreadOf(turns.map((turn) => growthPercent(turn, options.events))),
  };
  const ratios = { replayToSustained: contestants.hub.median / sustained };
  process.stdout.write(`\nreplay of ${options.events} events: events/s, memory in MiB, growth of it from a fifth to the end in per cent\n`);
  console.table(contestants);
  const report = { machine, rounds: options.rounds, sustained, contestants, ratios };
  return {
    report,
    samples: { ...report, turns },
    checks: [
      { row: 'replay: rows and money verified', value: verified ? 1 : 0, least: 1 },
      { row: 'replay: peak memory, MiB', value: contestants.peakMb.median, most: 250 },
      { row: 'replay: growth from 20 % to 100 %, per cent', value: contestants.growthPercent.median, most: 10 },
      { row: 'replay ÷ sustained', value: verified ? ratios.replayToSustained : undefined, least: 0.8 },
    ],
  };
}

/** Resident memory near the end against that near a fifth of the way: medians over 5 per cent of the events to each side. */
export function growthPercent({ samples }: Pick<TurnResult, 'samples'>, events: number): number {
  const near = (share: number): number => {
    const close = samples.filter(({ count }) => Math.abs(count - share * events) <= 0.05 * events).map(({ memoryMb }) => memoryMb);
    return close.length === 0 ? Number.NaN : median(close);
  };
  return (near(1) / near(0.2) - 1) * 100;
}
