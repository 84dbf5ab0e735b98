import type { BenchOptions } from '../bench-options.ts';
import { hubLatency, type LatencyRun } from '../latency/hub-latency.ts';
import { measuredRate } from '../latency/measured-rate.ts';
import { rivalLatency, type RivalRun } from '../latency/rival-latency.ts';
import { thisMachine } from '../measure/machine.ts';
import { spreadOf, type Spread } from '../measure/statistics.ts';
import { openStack, POSTGRES_SETTINGS } from '../stack/stack.ts';
import { createHubTopics, wakeCoordinator } from '../stack/topics.ts';
import type { Checked, SuiteResult } from './suite.ts';

const FIGURES = [
  'commitP50',
  'commitP99',
  'publishedP50',
  'publishedP99',
  'hubCores',
  'postgresCores',
  'kafkaCores',
  'producerLagMs',
] as const;
const RIVALS = ['debezium', 'streams'] as const;
const RIVAL_RATE = 1_000;
type RateFigures = Record<(typeof FIGURES)[number], Spread> & { readonly rate: number; readonly verified: boolean };

/** From the creation of an event to its commit and to its publication, at fixed rates, in milliseconds. */
export async function latency(options: BenchOptions): Promise<SuiteResult> {
  const machine = { ...thisMachine(), postgres: POSTGRES_SETTINGS };
  const rivals = RIVALS.filter((name) => options.contestants === undefined || options.contestants.includes(name));
  const stack = await openStack();
  const runs: LatencyRun[] = [];
  const rivalRuns: RivalRun[] = [];
  try {
    await createHubTopics(stack.services.brokers, 16);
    await wakeCoordinator(stack.services.brokers);
    const sustained = options.sustained ?? (await measuredRate(stack, options.events));
    const rates = [1_000, 4_000, Math.round(sustained * 0.7)];
    for (let round = 0; round < options.rounds; round += 1) {
      for (const rate of rates) {
        const run = await hubLatency(stack, rate, options.seconds, round + 1);
        runs.push(run);
        process.stderr.write(
          `latency: round ${round + 1}, ${rate}/s: commit p50 ${run.commitP50.toFixed(1)}, p99 ${run.commitP99.toFixed(1)}, published p99 ${run.publishedP99.toFixed(1)} ms, hub ${run.hubCores.toFixed(2)} cores${run.verified ? '' : ', NOT VERIFIED'}\n`,
        );
      }
      for (const rival of rivals) {
        const run = await rivalLatency(stack, rival, RIVAL_RATE, options.seconds, round + 1);
        rivalRuns.push(run);
        process.stderr.write(
          `latency: round ${round + 1}, ${rival} at ${RIVAL_RATE}/s: p50 ${run.p50.toFixed(1)}, p99 ${run.p99.toFixed(1)} ms\n`,
        );
      }
    }
    const [steady, busy, loaded] = rates.map((rate) => figuresOf(runs.filter((run) => run.rate === rate)));
    const figures = { 'steady 1000/s': steady, 'busy 4000/s': busy, '70 % of sustained': loaded } as Record<string, RateFigures>;
    const others = Object.fromEntries(
      rivals.map((rival) => {
        const own = rivalRuns.filter((run) => run.rival === rival);
        return [rival, { p50: spreadOf(own.map(({ p50 }) => p50)), p99: spreadOf(own.map(({ p99 }) => p99)) }];
      }),
    );
    const ratio = (rival: string): number | null =>
      others[rival] === undefined || steady === undefined ? null : steady.commitP99.median / others[rival].p99.median;
    const ratios = { hubToDebeziumP99: ratio('debezium'), hubToStreamsP99: ratio('streams') };
    print(figures, others);
    const report = { machine, rounds: options.rounds, sustained, rates: figures, rivals: others, ratios };
    return { report, samples: { ...report, runs, rivalRuns }, checks: [...checksOf(figures), ...rivalChecks(ratios)] };
  } finally {
    await stack.close();
  }
}

function figuresOf(runs: readonly LatencyRun[]): RateFigures {
  const spreads = Object.fromEntries(FIGURES.map((name) => [name, spreadOf(runs.map((run) => run[name]))]));
  return {
    rate: runs[0]?.rate ?? 0,
    ...(spreads as Record<(typeof FIGURES)[number], Spread>),
    verified: runs.every(({ verified }) => verified),
  };
}

const rivalChecks = (ratios: { readonly hubToDebeziumP99: number | null; readonly hubToStreamsP99: number | null }): Checked[] => [
  { row: 'hub p99 ÷ Debezium sink p99 at 1000/s', value: ratios.hubToDebeziumP99 ?? undefined, most: 1 / 3 },
  { row: 'hub p99 ÷ Kafka Streams p99 at 1000/s', value: ratios.hubToStreamsP99 ?? undefined, most: 1 / 3 },
];

function checksOf(figures: Readonly<Record<string, RateFigures>>): Checked[] {
  const at = (name: string): RateFigures => figures[name] as RateFigures;
  const most = (row: string, name: string, figure: (typeof FIGURES)[number], bound: number): Checked => ({
    row: `${name}, ${row}`,
    value: at(name)[figure].median,
    most: bound,
  });
  return [
    ...Object.entries(figures).map(([name, { verified }]): Checked => ({
      row: `${name}: every event seen`,
      value: verified ? 1 : 0,
      least: 1,
    })),
    most('commit p50, ms', 'steady 1000/s', 'commitP50', 8),
    most('commit p99, ms', 'steady 1000/s', 'commitP99', 40),
    most('published and acknowledged p99, ms', 'steady 1000/s', 'publishedP99', 100),
    most('cores of the hub process', 'steady 1000/s', 'hubCores', 0.6),
    most('commit p99, ms', 'busy 4000/s', 'commitP99', 60),
    most('commit p99, ms', '70 % of sustained', 'commitP99', 500),
  ];
}

function print(
  figures: Readonly<Record<string, RateFigures>>,
  others: Readonly<Record<string, { readonly p50: Spread; readonly p99: Spread }>>,
): void {
  process.stdout.write('\nlatency from creation in milliseconds, and cores used; over the rounds\n');
  const digits = (value: number): number => Number(value.toFixed(2));
  const rows = Object.entries(figures).flatMap(([name, row]) =>
    FIGURES.map((figure): [string, object] => {
      const { median, min, max } = row[figure];
      return [`${name}: ${figure}`, { median: digits(median), least: digits(min), most: digits(max) }];
    }),
  );
  for (const [name, figure] of Object.entries(others))
    for (const part of ['p50', 'p99'] as const) {
      const { median, min, max } = figure[part];
      rows.push([`${name} 1000/s: ${part}`, { median: digits(median), least: digits(min), most: digits(max) }]);
    }
  console.table(Object.fromEntries(rows));
}
