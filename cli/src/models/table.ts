import { VerbFault } from '../verb-fault.ts';

/** One cell as read from a file: CSV gives text, Parquet gives typed values. Null and empty text mean "no value". */
export type Cell = string | number | boolean | Date | null;

/** Columns of a file, by the name in its header. */
export interface Table {
  readonly file: string;
  /** Every name in the header, kept columns or not. */
  readonly names: readonly string[];
  readonly rows: number;
  readonly columns: ReadonlyMap<string, readonly Cell[]>;
}

/** Which columns of a header are to be kept; throws {@link VerbFault} when one is missing. */
export type KeepColumns = (names: readonly string[]) => readonly string[];

/** Keeps every column. */
export const everyColumn: KeepColumns = (names) => names;

/** Builds a fault of one cell: file, column, row (counted from 1 below the header) and what is wrong. */
export const cellFault = (file: string, column: string, index: number, detail: string): VerbFault =>
  new VerbFault(`${file}, column ${column}, row ${index + 1}: ${detail}`);

/** The cells of a kept column. */
export function cellsOf({ file, columns }: Table, name: string): readonly Cell[] {
  const cells = columns.get(name);
  if (cells === undefined) throw new TypeError(`column ${name} of ${file} was not kept`);
  return cells;
}
