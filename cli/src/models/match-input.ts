import { existsSync } from 'node:fs';
import type { RecordTable } from '@tributary/matching';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import { findColumns, labelColumn, textIn } from './read-columns.ts';
import { readTable } from './read-table.ts';
import type { Terminal } from './terminal.ts';
import { cellsOf, everyColumn } from './table.ts';
import type { Table } from './table.ts';

/** Records of one file (to find doubles) or two (to link). */
export interface MatchInput {
  readonly files: readonly string[];
  /** Columns to be compared, the id and the truth left out; `source` when there are two files. */
  readonly table: RecordTable;
  /** A name for each record: the id column, or the row number. */
  readonly labels: readonly string[];
  readonly fileOf: readonly string[];
  /** Equal labels are one person. */
  readonly truth?: readonly string[];
}

/** Column names that name a record rather than a person. */
const ID_NAMES = ['rec_id', 'record_id', 'row_id', 'id', 'unique_id', 'uuid'];

/** One file, or two separated by a comma (a single file may have a comma in its name). */
export function matchFiles(given: string): readonly string[] {
  if (existsSync(given)) return [given];
  const files = given.split(',').map((file) => file.trim());
  if (files.length > 2 || files.some((file) => file === ''))
    throw new VerbFault(`--in takes one file, or two separated by a comma, got ${given}`, exitCode.usage);
  return files;
}

/**
 * Reads the records. Two files are one table of the columns that both have. Throws {@link VerbFault}: no common column, no such id or truth column,
 * a record without a truth.
 */
export async function readRecordsToMatch(
  files: readonly string[],
  names: { readonly id: string | undefined; readonly truth: string | undefined },
  terminal: Terminal,
): Promise<MatchInput> {
  const tables: Table[] = [];
  for (const file of files) tables.push(await readTable(file, everyColumn, terminal));
  const [first] = tables as [Table, ...Table[]];
  const own = tables.map((table) => {
    const find = (name: string): string => findColumns(table.file, table.names, { column: { names: [name] } }).column as string;
    const truth = names.truth === undefined ? undefined : find(names.truth);
    // A column that says who is who must not name the records as well.
    const others = table.names.filter((name) => name !== truth);
    const id = names.id === undefined ? findColumns(table.file, others, { id: { names: ID_NAMES, optional: true } }).id : find(names.id);
    return { table, id, truth, compared: table.names.filter((name) => name !== id && name !== truth) };
  });
  const common = (own[0]?.compared ?? []).filter((name) => own.every(({ compared }) => compared.includes(name)));
  if (common.length === 0)
    throw new VerbFault(
      files.length === 1 ? `${first.file} has no column to compare` : `${files.join(' and ')} have no column in common`,
      exitCode.usage,
    );
  const columns = Object.fromEntries(
    common.map((name) => [name, tables.flatMap((table) => cellsOf(table, name).map((cell) => textIn(cell)))]),
  );
  const labels = own.flatMap(({ table, id }) =>
    id === undefined ? Array.from({ length: table.rows }, (_, row) => String(row + 1)) : labelColumn(table, id),
  );
  const truth = own.flatMap(({ table, truth: name }) => (name === undefined ? [] : labelColumn(table, name)));
  return {
    files,
    table: { columns, ...(tables.length > 1 ? { source: tables.flatMap(({ rows }, file) => new Array<number>(rows).fill(file)) } : {}) },
    labels,
    fileOf: tables.flatMap(({ file, rows }) => new Array<string>(rows).fill(file)),
    ...(names.truth === undefined ? {} : { truth }),
  };
}
