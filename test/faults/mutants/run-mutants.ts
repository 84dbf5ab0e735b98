import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPass, type Cell, type CellResult } from '../cell.ts';
import type { Stack } from '../rig/stack.ts';
import { runCell } from '../run-cell.ts';
import type { Mutant, MutantResult } from './mutant.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** A mutant that loses something never settles: it is judged by what is there after this time. */
const LIMIT_MS = 40_000;

/** Throws for a mutant that does not fit the code any longer: it would prove nothing. */
export function checkMutant({ name, edits }: Mutant): void {
  for (const { file, from } of edits) {
    const found = readFileSync(join(root, file), 'utf8').split(from).length - 1;
    if (found !== 1) throw new Error(`mutant "${name}": its snippet stands ${found} times in ${file}, once is needed`);
  }
}

/** Whether the oracle saw it: a crash, a wait that ran out or a stumble of the rig is no proof. */
const isCaught = ({ ran, crashed, lost, doubled, orderKept, violations }: CellResult): boolean =>
  ran && !crashed && (lost > 0 || doubled > 0 || !orderKept || violations.length > 0);

const whatItDid = ({ lost, doubled, orderKept, violations }: CellResult): string =>
  [`lost ${lost}, doubled ${doubled}, order ${orderKept ? 'kept' : 'broken'}`, ...violations.slice(0, 2)].join('; ').slice(0, 300);

/** Runs the cells of a mutant until the oracle of one notices. */
export async function runMutant(stack: Stack, mutant: Mutant, cells: readonly Cell[]): Promise<MutantResult> {
  const { name } = mutant;
  const unjudged: string[] = [];
  for (const id of mutant.cells) {
    const cell = cells.find((candidate) => candidate.id === id);
    if (cell === undefined) throw new Error(`mutant "${name}" names the cell ${id}, which is not there`);
    const result = await runCell(stack, cell, { mutant, limitMs: LIMIT_MS });
    if (isCaught(result)) return { name, caught: true, by: `${id}: ${whatItDid(result)}` };
    if (!isPass(result)) unjudged.push(`${id} failed, but not by the oracle: ${result.why.slice(0, 300)}`);
  }
  return { name, caught: false, by: unjudged.join('; ') };
}
