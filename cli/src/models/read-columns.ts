import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import { parseTime } from './parse-time.ts';
import { cellFault, cellsOf } from './table.ts';
import type { Cell, Table } from './table.ts';

/** What a verb wants a column for: the names it may have, the first being the documented one. */
export interface Role {
  readonly names: readonly string[];
  readonly optional?: true;
}

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');

/**
 * Finds the column of each role, whatever the case of the header. Earlier names win over later ones. Throws {@link VerbFault} that names the
 * missing column and lists those there are.
 */
export function findColumns<R extends string>(
  file: string,
  names: readonly string[],
  roles: Readonly<Record<R, Role>>,
): Readonly<Record<R, string | undefined>> {
  const found = Object.entries<Role>(roles).map(([role, { names: wanted, optional }]) => {
    const name = wanted.map((one) => names.find((own) => plain(own) === plain(one))).find((one) => one !== undefined);
    if (name === undefined && optional !== true) {
      const [first, ...others] = wanted;
      const also = others.length > 0 ? ` (or ${others.join(', ')})` : '';
      throw new VerbFault(`${file} has no column ${first}${also}; it has ${names.join(', ')}`, exitCode.usage);
    }
    return [role, name] as const;
  });
  return Object.fromEntries(found) as Record<R, string | undefined>;
}

const shown = (cell: Cell): string => (cell === null || cell === '' ? 'nothing' : JSON.stringify(cell));

/** The number in a cell; undefined for an empty cell, NaN for anything else. */
export function numberIn(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  if (cell === null) return undefined;
  if (typeof cell !== 'string') return NaN;
  const value = Number(cell);
  if (value === 0 && cell.trim() === '') return undefined;
  return /^\s*[+-]?0[xbo]/i.test(cell) ? NaN : value;
}

/** A column of finite numbers. Throws {@link VerbFault} naming column and row. */
export function numberColumn(table: Table, name: string): Float64Array {
  const cells = cellsOf(table, name);
  const out = new Float64Array(cells.length);
  for (const [row, cell] of cells.entries()) {
    const value = numberIn(cell);
    if (value === undefined || !Number.isFinite(value)) throw cellFault(table.file, name, row, `must be a number, got ${shown(cell)}`);
    out[row] = value;
  }
  return out;
}

/** The text of a cell; times in ISO form, midnights as dates. Empty for no value. */
export function textIn(cell: Cell): string {
  if (cell === null) return '';
  if (!(cell instanceof Date)) return String(cell);
  return cell.getTime() % 86_400_000 === 0 ? cell.toISOString().slice(0, 10) : cell.toISOString();
}

/** A column of labels. Throws {@link VerbFault} naming column and row of an empty one. */
export function labelColumn(table: Table, name: string): string[] {
  return cellsOf(table, name).map((cell, row) => {
    const text = textIn(cell).trim();
    if (text === '') throw cellFault(table.file, name, row, 'is empty');
    return text;
  });
}

/** A column of dates or times as milliseconds since 1970. Throws {@link VerbFault} naming column and row. */
export function timeColumn(table: Table, name: string): Float64Array {
  const cells = cellsOf(table, name);
  const out = new Float64Array(cells.length);
  for (const [row, cell] of cells.entries()) {
    const value = cell instanceof Date ? cell.getTime() : parseTime(textIn(cell).trim());
    if (value === undefined || !Number.isFinite(value))
      throw cellFault(table.file, name, row, `must be a date such as 2024-02-29, got ${shown(cell)}`);
    out[row] = value;
  }
  return out;
}
