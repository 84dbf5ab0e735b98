/**
 * `npm run test:faults [-- F11 F13] [--fast] [--mutants] [--mutant NAME] [--json FILE] [--again FILE] [--report]`: makes faults on the real hub and compares what is left with an
 * oracle. `--mutants` breaks the code on purpose and shows that the cells notice (alone, without the cells, when cells are not named and `--only-mutants`
 * is given); `--mutant NAME` runs the mutants with NAME in their name, and no cells of their own. `--again FILE` takes what passed from the JSON of an earlier run and
 * runs the rest. `--report` writes docs/faults.md. Ends with `N passed, N failed`, and with exit code 1 when a cell fails or a mutant lives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isPass, type CellResult } from './cell.ts';
import { allCells, leftOut } from './cells/all-cells.ts';
import { allMutants } from './mutants/all-mutants.ts';
import type { MutantResult } from './mutants/mutant.ts';
import { checkMutant, runMutant } from './mutants/run-mutants.ts';
import { faultsPage } from './report/faults-page.ts';
import { resultLine } from './report/result-line.ts';
import { openStack } from './rig/stack.ts';
import { runCell } from './run-cell.ts';

const PAGE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));

const { values: options, positionals } = parseArgs({
  options: {
    fast: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    'only-mutants': { type: 'boolean', default: false },
    mutant: { type: 'string', multiple: true, default: [] },
    report: { type: 'boolean', default: false },
    json: { type: 'string' },
    again: { type: 'string' },
  },
  allowPositionals: true,
});

function wrongUse(message: string): never {
  process.stderr.write(`faults: ${message}\n`);
  process.exit(2);
}

const names = (id: string, given: string): boolean => id.toUpperCase().startsWith(given.toUpperCase());
const wanted = (id: string): boolean => positionals.length === 0 || positionals.some((given) => names(id, given));
const unknown = positionals.filter((given) => ![...allCells, ...leftOut].some((cell) => names(cell.id, given)));
if (unknown.length > 0) wrongUse(`there is no cell ${unknown.join(', ')}`);
const strangers = options.mutant.filter((given) => !allMutants.some(({ name }) => name.includes(given)));
if (strangers.length > 0) wrongUse(`there is no mutant ${strangers.join(', ')}`);
const onlyMutants = options['only-mutants'] || options.mutant.length > 0;
if (options.report && (positionals.length > 0 || options.fast || onlyMutants)) wrongUse('--report tells of all cells: run them all');

const chosen = ({ name }: { readonly name: string }): boolean =>
  options.mutant.length === 0 || options.mutant.some((given) => name.includes(given));
interface Run {
  readonly cells: readonly CellResult[];
  readonly mutants: readonly MutantResult[];
}
const before: Run = options.again === undefined ? { cells: [], mutants: [] } : (JSON.parse(readFileSync(options.again, 'utf8')) as Run);
const passed = before.cells.filter((result) => result.ran && isPass(result));
const caught = before.mutants.filter((mutant) => mutant.caught);
const isDone = (cell: { readonly id: string }): boolean => passed.some((result) => result.id === cell.id);
const cells = onlyMutants ? [] : allCells.filter((cell) => wanted(cell.id) && !isDone(cell) && (!options.fast || cell.fast === true));
const mutants =
  options.mutants || onlyMutants
    ? allMutants.filter((mutant) => mutant.cells.some(wanted) && chosen(mutant) && !caught.some(({ name }) => name === mutant.name))
    : [];
// All of them, also where none is run: a mutant whose snippet is gone would break nothing, unnoticed.
for (const mutant of allMutants) checkMutant(mutant);

const stack = await openStack((line) => void process.stderr.write(`services: ${line}\n`));
const results: CellResult[] = [...passed];
const lives: MutantResult[] = [...caught];
const since = (began: number): number => (performance.now() - began) / 1000;
try {
  for (const cell of cells) {
    const began = performance.now();
    const result = await runCell(stack, cell);
    results.push(result);
    process.stdout.write(resultLine(cell, result, since(began)));
  }
  for (const mutant of mutants) {
    const began = performance.now();
    const result = await runMutant(stack, mutant, allCells);
    lives.push(result);
    process.stdout.write(`${result.caught ? 'caught' : 'LIVES '} ${mutant.name} (${since(began).toFixed(1)} s)  ${result.by}\n`);
  }
} finally {
  await stack.stop();
}
for (const { id, why } of leftOut.filter((cell) => wanted(cell.id)))
  results.push({ id, ran: false, why, lost: 0, doubled: 0, orderKept: true, recoverySeconds: null, violations: [], crashed: false });
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ cells: results, mutants: lives }, undefined, 2)}\n`);
if (options.report) writeFileSync(PAGE, faultsPage(allCells, leftOut, results, lives, options.again === undefined ? [] : cells));
const ran = results.filter((result) => result.ran);
const failed = ran.filter((result) => !isPass(result)).length + lives.filter((mutant) => !mutant.caught).length;
if (failed > 0) process.stdout.write(`histories and logs: ${stack.folder}\n`);
process.stdout.write(`${ran.length + lives.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
