/**
 * `npm run test:faults [-- F11 F13] [--fast] [--mutants] [--json FILE] [--report]`: makes faults on the real hub and compares what is left with an
 * oracle. Ends with `N passed, N failed`, and with exit code 1 when a cell fails or a mutant is not caught.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isPass, type CellResult } from './cell.ts';
import { allCells, leftOut } from './cells/all-cells.ts';
import { runCell } from './run-cell.ts';
import { openStack } from './rig/stack.ts';

const { values: options, positionals } = parseArgs({
  options: { fast: { type: 'boolean' }, json: { type: 'string' } },
  allowPositionals: true,
});
const wanted = (id: string): boolean =>
  positionals.length === 0 || positionals.some((name) => id.toUpperCase().startsWith(name.toUpperCase()));
const cells = allCells.filter((cell) => wanted(cell.id) && (options.fast !== true || cell.fast === true));
const unknown = positionals.filter(
  (name) => ![...allCells, ...leftOut].some((cell) => cell.id.toUpperCase().startsWith(name.toUpperCase())),
);
if (unknown.length > 0) {
  process.stderr.write(`faults: there is no cell ${unknown.join(', ')}\n`);
  process.exit(2);
}

const stack = await openStack((line) => void process.stderr.write(`services: ${line}\n`));
const results: CellResult[] = [];
try {
  for (const cell of cells) {
    const began = performance.now();
    const result = await runCell(stack, cell);
    results.push(result);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(
      `${isPass(result) ? 'ok    ' : 'FAILED'} ${cell.id.padEnd(5)} lost ${result.lost}, doubled ${result.doubled}, order ${result.orderKept ? 'kept' : 'BROKEN'}, recovered in ${result.recoverySeconds ?? '-'} s (${seconds} s)  ${cell.fault}\n`,
    );
    if (!isPass(result)) process.stdout.write(`       ${result.why}\n`);
  }
} finally {
  await stack.stop();
}
for (const { id, why } of leftOut.filter((cell) => wanted(cell.id)))
  results.push({ id, ran: false, why, lost: 0, doubled: 0, orderKept: true, recoverySeconds: null });
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ cells: results, mutants: [] }, undefined, 2)}\n`);
const ran = results.filter((result) => result.ran);
const failed = ran.filter((result) => !isPass(result)).length;
if (failed > 0) process.stdout.write(`histories and logs: ${stack.folder}\n`);
process.stdout.write(`${ran.length - failed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
