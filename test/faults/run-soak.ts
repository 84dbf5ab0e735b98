/**
 * `npm run test:soak -- --minutes N [--seed S] [--rate R] [--only kafka --only kill]`: faults picked at random, of all or of some, under steady load,
 * judged by the oracle; memory and connections must stay flat. The same seed picks the same faults. Exit code 1 when anything is lost, doubled, out of order or grows.
 */
import { parseArgs } from 'node:util';
import { isPass } from './cell.ts';
import { resultLine } from './report/result-line.ts';
import { openStack } from './rig/stack.ts';
import { runCell } from './run-cell.ts';
import { soakCell } from './soak/soak-cell.ts';
import { soakFaults } from './soak/soak-faults.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: String(Date.now()) },
    rate: { type: 'string', default: '300' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
if (!(minutes > 0) || !(rate > 0)) {
  process.stderr.write('soak: --minutes N is needed, and N and --rate must be positive numbers\n');
  process.exit(2);
}
const strangers = values.only.filter((name) => soakFaults[name] === undefined);
if (strangers.length > 0) {
  process.stderr.write(`soak: there is no fault ${strangers.join(', ')}, only ${Object.keys(soakFaults).join(', ')}\n`);
  process.exit(2);
}
process.stdout.write(`seed ${values.seed}\n`);
const stack = await openStack((line) => void process.stderr.write(`services: ${line}\n`));
const cell = soakCell({
  minutes,
  rate,
  seed: values.seed,
  faults: values.only.length === 0 ? Object.keys(soakFaults) : values.only,
  onFault: (name, seconds) => void process.stdout.write(`${seconds.toFixed(0).padStart(6)} s  ${name}\n`),
  onFigures: (line) => void process.stdout.write(`          ${line}\n`),
});
const began = performance.now();
const result = await runCell(stack, cell).finally(() => stack.stop());
process.stdout.write(resultLine(cell, result, (performance.now() - began) / 1000));
if (!isPass(result)) process.stdout.write(`history and logs: ${stack.folder}\n`);
process.exit(isPass(result) ? 0 : 1);
