/**
 * `npm run bench -- SUITE [--json FILE] [options]`: one suite, its table and its JSON. Ends with 1 when a figure misses its floor or
 * something could not be verified, with the row named; with 2 for wrong use. docs/performance.md says what each suite measures.
 */
import { writeFileSync } from 'node:fs';
import { readOptions, WrongOption, type BenchDefaults, type BenchOptions } from './bench-options.ts';
import { writeReport } from './report/write-report.ts';
import { folderSuites, runFolder } from './run-folder.ts';
import { judge, type SuiteResult } from './suites/suite.ts';

interface Suite {
  readonly defaults?: BenchDefaults;
  readonly load: () => Promise<(options: BenchOptions) => Promise<SuiteResult>>;
}

/** Suites of the data plane. Loaded when asked for: each brings other processes and libraries. */
const suites: Readonly<Record<string, Suite>> = {
  throughput: {
    defaults: { seconds: 20, keys: ['uniform', 'zipf'] },
    load: async () => (await import('./suites/throughput.ts')).throughput,
  },
  latency: { defaults: { seconds: 20, events: 200_000 }, load: async () => (await import('./suites/latency.ts')).latency },
  relay: { defaults: { events: 200_000, seconds: 60 }, load: async () => (await import('./suites/relay.ts')).relay },
  sustained: { defaults: { rounds: 1, events: 200_000 }, load: async () => (await import('./suites/sustained.ts')).sustained },
  replay: { defaults: { rounds: 1, events: 1_000_000, minutes: 3 }, load: async () => (await import('./suites/replay.ts')).replay },
  backlog: { defaults: { rounds: 1 }, load: async () => (await import('./suites/backlog.ts')).backlog },
  codec: { load: async () => (await import('./suites/codec.ts')).codec },
  idle: { defaults: { seconds: 20 }, load: async () => (await import('./suites/idle.ts')).idle },
  stages: {
    defaults: { events: 100_000, rounds: 5, batch: [1_000, 100] },
    load: async () => (await import('./suites/stages.ts')).stages,
  },
};

async function main([suite, ...rest]: readonly string[]): Promise<number> {
  const all = [...Object.keys(suites), ...folderSuites, 'report'];
  if (suite === undefined) throw new WrongOption(`which suite? There is ${all.join(', ')}`);
  if (folderSuites.includes(suite)) return runFolder(suite, rest);
  if (suite === 'report') {
    writeReport(rest);
    return 0;
  }
  const found = suites[suite];
  if (found === undefined) throw new WrongOption(`there is no suite ${suite}; there is ${all.join(', ')}`);
  const options = readOptions(rest, found.defaults);
  const { report, samples, checks } = await (await found.load())(options);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.samples !== undefined) writeFileSync(options.samples, `${JSON.stringify(samples ?? report, null, 2)}\n`);
  const { lines, missed } = judge(checks);
  for (const line of lines) process.stdout.write(`${line}\n`);
  for (const row of missed) process.stderr.write(`bench: missed: ${row}\n`);
  return missed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof WrongOption)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}
