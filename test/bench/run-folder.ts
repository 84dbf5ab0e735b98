/**
 * The suites that are folders of benches (`test/bench/SUITE/*.bench.ts`): runs them one after the other, each in a process of its own,
 * and prints their tables. `[--only NAME] [--json FILE] [-- ARGUMENTS OF THE BENCHES]`; `--json` also writes their figures, with what they
 * ran on, to a file. Ends with 1 when a bench fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WrongOption } from './bench-options.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const ENDING = '.bench.ts';

const benchesOf = (suite: string): string[] =>
  readdirSync(join(here, suite))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();
/** Their names. */
export const folderSuites = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && benchesOf(entry.name).length > 0)
  .map((entry) => entry.name)
  .sort();

interface Asked {
  readonly benches: readonly string[];
  readonly json: string | undefined;
  readonly passedOn: readonly string[];
}

function asked(suite: string, given: readonly string[]): Asked {
  const border = given.includes('--') ? given.indexOf('--') : given.length;
  const { only, json } = readArguments(given.slice(0, border));
  const all = benchesOf(suite);
  if (only !== undefined && !all.includes(only)) throw new WrongOption(`there is no bench ${only} in ${suite}; there is ${all.join(', ')}`);
  return { benches: only === undefined ? all : [only], json, passedOn: given.slice(border + 1) };
}

function readArguments(own: readonly string[]): { only?: string; json?: string } {
  try {
    return parseArgs({ args: [...own], options: { json: { type: 'string' }, only: { type: 'string' } } }).values;
  } catch (error) {
    throw new WrongOption((error as Error).message);
  }
}

interface Ran {
  readonly bench: string;
  readonly seconds: number;
  readonly exitCode: number | null;
  readonly figures?: object;
}

/** Without `json` the bench prints its own table; with it the figures come back and are printed here. */
function run(suite: string, bench: string, json: boolean, passedOn: readonly string[]): Ran {
  const started = performance.now();
  const child = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(here, suite, bench + ENDING), ...(json ? ['--json'] : []), ...passedOn],
    {
      cwd: root,
      stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (child.error) throw child.error;
  const seconds = (performance.now() - started) / 1000;
  const ran = { bench, seconds, exitCode: child.status };
  if (!json) return ran;
  try {
    return { ...ran, figures: JSON.parse(child.stdout) as object };
  } catch {
    process.stderr.write(`bench: ${bench} printed no JSON: ${child.stdout.slice(0, 200)}\n`);
    return { ...ran, exitCode: child.status === 0 ? 1 : child.status };
  }
}

/** A value for a table: five digits, lists and objects in one cell. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => String(shown(one))).join(' – ');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(shown).join(' ');
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}

const shownRow = (row: object): object => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)]));

/** The list of figures of a report where it has one, else the report as one row. */
function printFigures(figures: object): void {
  const list = Object.values(figures).find((value): value is object[] => Array.isArray(value) && typeof value[0] === 'object');
  console.table(list === undefined ? shownRow(figures) : list.map(shownRow));
}

/** Runs a suite; the exit code. Throws `WrongOption`. */
export function runFolder(suite: string, given: readonly string[]): number {
  const { benches, json, passedOn } = asked(suite, given);
  if (json !== undefined && existsSync(json)) process.stderr.write(`bench: ${json} will be replaced\n`);
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
  };
  const started = new Date().toISOString();
  const results: (Ran & { readonly loadBefore: number })[] = [];
  for (const bench of benches) {
    const loadBefore = loadavg()[0] ?? 0;
    process.stdout.write(`\n${suite}/${bench} (load ${loadBefore.toFixed(2)} on ${machine.cores} cores before)\n`);
    const ran = run(suite, bench, json !== undefined, passedOn);
    if (ran.figures !== undefined) printFigures(ran.figures);
    const end = ran.exitCode === 0 ? '' : `, FAILED: a figure below its least, or an error (exit code ${ran.exitCode ?? 'none'})`;
    process.stdout.write(`${suite}/${bench}: ${ran.seconds.toFixed(1)} s${end}\n`);
    results.push({ ...ran, loadBefore });
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ suite, started, ...machine, results }, null, 2)}\n`);
  return results.every(({ exitCode }) => exitCode === 0) ? 0 : 1;
}
