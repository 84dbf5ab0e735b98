import type { BenchOptions } from '../bench-options.ts';
import { chosenContestants } from '../contestants/all-contestants.ts';
import type { Contestant } from '../contestants/contestant.ts';
import { figuresOf, ratioOf, type ContestantFigures } from '../measure/contestant-figures.ts';
import { interleave } from '../measure/interleave.ts';
import { thisMachine } from '../measure/machine.ts';
import { median } from '../measure/statistics.ts';
import { takeTurn, type TurnResult } from '../measure/take-turn.ts';
import { CUSTOMERS, fillTopic, PARTITIONS, withTurn } from '../measure/turn.ts';
import { openStack, POSTGRES_SETTINGS, type Stack } from '../stack/stack.ts';
import { createHubTopics, wakeCoordinator } from '../stack/topics.ts';
import type { KeySpread } from '../workload/workload.ts';
import type { Checked, SuiteResult } from './suite.ts';

/** Events a second from a full topic, every contestant in turn, round after round, on one topic, one broker and one database server. */
export async function throughput(options: BenchOptions): Promise<SuiteResult> {
  const contestants = chosenContestants(options.contestants, options.processes);
  const machine = { ...thisMachine(), postgres: POSTGRES_SETTINGS, events: options.events, customers: CUSTOMERS, partitions: PARTITIONS };
  const turns: TurnResult[] = [];
  const stack = await openStack();
  try {
    await createHubTopics(stack.services.brokers, PARTITIONS);
    await wakeCoordinator(stack.services.brokers);
    for (const keys of options.keys) turns.push(...(await roundsOf(stack, contestants, keys, options)));
  } finally {
    await stack.close();
  }
  const figures = figuresOf(turns);
  printTable(figures, turns);
  const ratios = ratiosOf(figures, '');
  const report = { machine, rounds: options.rounds, contestants: figures, ratios };
  return {
    report,
    samples: { ...report, turns },
    checks: options.keys.flatMap((keys, index) => checksOf(figures, index === 0 ? '' : ` ${keys}`)),
  };
}

async function roundsOf(stack: Stack, contestants: readonly Contestant[], keys: KeySpread, options: BenchOptions): Promise<TurnResult[]> {
  const topic = await fillTopic(stack, options.events, keys);
  const turns: TurnResult[] = [];
  for (let round = 0; round < options.rounds; round += 1)
    for (const contestant of interleave(contestants, round)) {
      const result = await withTurn(stack, topic, contestant, (turn) => takeTurn(contestant, turn, options.events, options.seconds));
      turns.push({ ...result, contestant: nameOf(contestant, keys, options) });
      process.stderr.write(`throughput: round ${round + 1}, ${keys}, ${lineOf(result)}\n`);
    }
  return turns;
}

/** The first spread of keys is the one the plain names stand for. */
const nameOf = (contestant: Contestant, keys: KeySpread, { keys: all }: BenchOptions): string =>
  keys === all[0] ? contestant.name : `${contestant.name} ${keys}`;

function lineOf(result: TurnResult): string {
  const { lost, doubled, wrongMoney } = result.verdict;
  const wrong = [`lost ${lost}`, `doubled ${doubled}`, `wrong money at ${wrongMoney}`, ...result.complaints].join(', ');
  return `${result.contestant}: ${result.perSecond.toFixed(0)} events/s over ${result.seconds.toFixed(1)} s, ${result.verified ? 'verified' : `NOT VERIFIED: ${wrong}`}`;
}

/** The ratios of the issue; `null` where one of the two did not take part or is unverified. */
function ratiosOf(figures: Readonly<Record<string, ContestantFigures>>, suffix: string): Record<string, number | null> {
  const ratio = (upper: string, lower: string): number | null => ratioOf(figures, `${upper}${suffix}`, `${lower}${suffix}`);
  return {
    hubToNaive: ratio('hub', 'naive'),
    hubToNaive8: ratio('hub', 'naive8'),
    hubToHand: ratio('hub', 'hand'),
    hubToBare: ratio('hub', 'bare'),
    hubToDebezium: ratio('hub', 'debezium'),
    chainToHub: ratio('chain', 'hub'),
  };
}

function checksOf(figures: Readonly<Record<string, ContestantFigures>>, suffix: string): Checked[] {
  const ratios = ratiosOf(figures, suffix);
  const floor = (name: string, row: string, least: number): Checked => ({
    row: `${row}${suffix}`,
    value: ratios[name] ?? undefined,
    least,
  });
  const verified = Object.entries(figures)
    .filter(([name]) => (suffix === '' ? !name.includes(' ') : name.endsWith(suffix)))
    .map(([name, figure]): Checked => ({
      row: `${name}: rows and money verified in every round`,
      value: figure.verified ? 1 : 0,
      least: 1,
    }));
  return [
    ...verified,
    floor('hubToNaive', 'hub ÷ naive', 40),
    floor('hubToNaive8', 'hub ÷ naive, 8 at once', 24),
    floor('hubToHand', 'hub ÷ hand', 8),
    floor('hubToBare', 'hub ÷ bare, same batch size', 0.3),
    floor('hubToDebezium', 'hub ÷ Debezium sink', 0.4),
  ];
}

function printTable(figures: Readonly<Record<string, ContestantFigures>>, turns: readonly TurnResult[]): void {
  const middle = (name: string, read: (turn: TurnResult) => number): number =>
    Number(median(turns.filter(({ contestant }) => contestant === name).map(read)).toFixed(1));
  process.stdout.write('\nthroughput: events/s (median, least, most), processor time an event in microseconds, memory in MiB\n');
  console.table(
    Object.fromEntries(
      Object.entries(figures).map(([name, { median: typical, min, max, verified }]) => [
        name,
        {
          'events/s': Math.round(typical),
          least: Math.round(min),
          most: Math.round(max),
          'own µs': middle(name, (turn) => turn.clientMicros),
          'PostgreSQL µs': middle(name, (turn) => turn.postgresMicros),
          'Kafka µs': middle(name, (turn) => turn.kafkaMicros),
          'peak MiB': Math.round(middle(name, (turn) => turn.peakMb)),
          'settles in s': middle(name, (turn) => turn.settleSeconds ?? Number.NaN),
          verified,
        },
      ]),
    ),
  );
}
