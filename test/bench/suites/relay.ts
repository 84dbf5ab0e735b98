import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from '../bench-options.ts';
import type { Progress, Turn } from '../contestants/contestant.ts';
import { hub, startHubProcess, unsentRows, writer } from '../contestants/hub.ts';
import { now } from '../measure/clock.ts';
import { thisMachine } from '../measure/machine.ts';
import { median, spreadOf } from '../measure/statistics.ts';
import { takeTurn, type TurnResult } from '../measure/take-turn.ts';
import { fillTopic, withTurn } from '../measure/turn.ts';
import { windowOf } from '../measure/window.ts';
import { openStack, POSTGRES_SETTINGS } from '../stack/stack.ts';
import { createHubTopics, wakeCoordinator } from '../stack/topics.ts';
import type { SuiteResult } from './suite.ts';

interface RelayRound {
  readonly writer: TurnResult;
  readonly both: TurnResult;
  /** Outbox rows that the writer alone wrote for an event. */
  readonly rowsPerEvent: number;
  /** Outbox rows a second: written by the writer alone, and published by the relay alone. */
  readonly written: number;
  readonly published: number;
}

const WARM_UP = 0.25;
const POLL_MS = 50;

/** The writer alone, then the relay alone on what it left, then both at once on the same topic. */
export async function relay(options: BenchOptions): Promise<SuiteResult> {
  const machine = { ...thisMachine(), postgres: POSTGRES_SETTINGS, events: options.events };
  const stack = await openStack();
  const rounds: RelayRound[] = [];
  try {
    await createHubTopics(stack.services.brokers, 16);
    await wakeCoordinator(stack.services.brokers);
    const topic = await fillTopic(stack, options.events, 'uniform');
    for (let round = 0; round < options.rounds; round += 1) {
      const alone = await withTurn(stack, topic, writer, async (turn) => {
        const written = await takeTurn(writer, turn, options.events, options.seconds);
        const rows = await unsentRows(turn);
        return { written, rows, published: await publishAll(turn, rows) };
      });
      const both = await withTurn(stack, topic, hub(1), (turn) => takeTurn(hub(1), turn, options.events, options.seconds));
      const rowsPerEvent = alone.rows / alone.written.verdict.events;
      const result = {
        writer: alone.written,
        both,
        rowsPerEvent,
        written: alone.written.perSecond * rowsPerEvent,
        published: alone.published,
      };
      rounds.push(result);
      process.stderr.write(
        `relay: round ${round + 1}: writer ${result.written.toFixed(0)} rows/s (${alone.written.perSecond.toFixed(0)} events/s), relay ${result.published.toFixed(0)} rows/s, both ${both.perSecond.toFixed(0)} events/s\n`,
      );
    }
  } finally {
    await stack.close();
  }
  const spread = (read: (round: RelayRound) => number) => spreadOf(rounds.map(read));
  const verified = rounds.every((round) => round.writer.verified && round.both.verified);
  const contestants = {
    writer: { ...spread((round) => round.writer.perSecond), verified },
    both: { ...spread((round) => round.both.perSecond), verified },
    writerRows: { ...spread((round) => round.written), verified },
    relayRows: { ...spread((round) => round.published), verified },
  };
  const ratios = {
    relayToWriter: median(rounds.map((round) => round.published / round.written)),
    bothToWriter: median(rounds.map((round) => round.both.perSecond / round.writer.perSecond)),
  };
  const rowsPerEvent = median(rounds.map((round) => round.rowsPerEvent));
  process.stdout.write(
    `\nrelay: events/s of writer and both, outbox rows/s of writer and relay (${rowsPerEvent.toFixed(2)} rows an event)\n`,
  );
  console.table(contestants);
  const report = { machine, rounds: options.rounds, contestants, rowsPerEvent, ratios };
  return {
    report,
    samples: { ...report, turns: rounds },
    checks: [
      { row: 'writer and hub: rows and money verified in every round', value: verified ? 1 : 0, least: 1 },
      { row: 'relay ÷ writer rate', value: verified ? ratios.relayToWriter : undefined, least: 1.3 },
      { row: 'both together ÷ writer alone', value: verified ? ratios.bothToWriter : undefined, least: 0.6 },
    ],
  };
}

/** Starts a hub that only publishes (its one app, the gateway, has no visitors) and times it until the outbox is empty: rows a second. */
async function publishAll(turn: Turn, rows: number): Promise<number> {
  const { brokers, redisUrl } = turn.stack.services;
  const running = await startHubProcess({ brokers, redisUrl, databaseUrl: turn.database.url }, 'gateway');
  try {
    const reports: Progress[] = [];
    for (;;) {
      const count = rows - (await unsentRows(turn));
      if (count > (reports.at(-1)?.count ?? 0)) reports.push({ count, at: now() });
      if (count >= rows) return windowOf(reports, WARM_UP).perSecond;
      await delay(POLL_MS);
    }
  } finally {
    await running.stop();
  }
}
