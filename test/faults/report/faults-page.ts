import { cpus } from 'node:os';
import type { Cell, CellResult, LeftOut } from '../cell.ts';
import type { MutantResult } from '../mutants/mutant.ts';

const text = (value: string): string => value.replaceAll('|', '\\|').replaceAll('\n', ' ');

/**
 * The page docs/faults.md: every cell with its figures, those left out with the reason, and the mutants.
 * @param again cells that failed in a run of all of them, and ran again after a repair.
 */
export function faultsPage(
  cells: readonly Cell[],
  leftOut: readonly LeftOut[],
  results: readonly CellResult[],
  mutants: readonly MutantResult[],
  again: readonly Cell[],
): string {
  const byId = new Map(results.map((result) => [result.id, result]));
  const row = (cell: Cell): string => {
    const result = byId.get(cell.id);
    const figures =
      result === undefined
        ? ['not run', '', '', '']
        : [
            String(result.lost),
            String(result.doubled),
            result.orderKept ? 'kept' : '**broken**',
            `${result.recoverySeconds ?? '–'} s${result.why === '' ? '' : `; **failed:** ${text(result.why)}`}`,
          ];
    return `| ${[cell.id, cell.component, text(cell.fault), text(cell.how), ...figures].join(' | ')} |`;
  };
  return [
    '# What was broken on purpose, and what was left',
    '',
    'Written by `npm run test:faults -- --mutants --report`; do not edit. Each cell runs on real services and real processes; an oracle of its own works',
    'out what must be there in the end ([test/faults](../test/faults/README.md)). *Lost* counts documents, figures, records and events that are missing or',
    'short, *doubled* what is over, *order* looks at the version that won and at the sequence of every key on the out-topics, *recovery* runs from the end',
    'of the fault (for a kill: the start of the next process, Kafka session of 15 s included) until everything is applied and published.',
    '',
    `${cells.length} cells, ${cpus().length} cores shared by broker, database and hub.`,
    ...(again.length === 0
      ? []
      : ['', `Run again after a repair: ${again.map(({ id }) => id).join(', ')}. The others are of the run before it.`]),
    '',
    '| cell | component | fault | how | lost | doubled | order | recovery |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...cells.map(row),
    '',
    ...(leftOut.length === 0
      ? []
      : [
          '## Left out',
          '',
          '| cell | component | fault | why |',
          '| --- | --- | --- | --- |',
          ...leftOut.map((cell) => `| ${cell.id} | ${cell.component} | ${text(cell.fault)} | ${text(cell.why)} |`),
          '',
        ]),
    '## Mutants',
    '',
    'The code, broken on purpose, and the cell that noticed.',
    '',
    '| mutant | caught | by |',
    '| --- | --- | --- |',
    ...mutants.map((mutant) => `| ${text(mutant.name)} | ${mutant.caught ? 'yes' : '**no**'} | ${text(mutant.by)} |`),
    '',
  ].join('\n');
}
