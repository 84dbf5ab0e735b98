/** One value of a record as it came; empty text, null and undefined all mean "not known". */
export type Cell = string | number | null | undefined;

/** Records by column. Every column has one cell per record. Two tables to be linked are one table with `source`. */
export interface RecordTable {
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
  /** For linking: the file each record comes from. Only pairs from different files are compared. Absent: deduplication. */
  readonly source?: readonly number[];
}

/** A refusal of the matching lib: which input, and what is wrong with it. */
export interface MatchRefusal {
  readonly refused:
    'no-records' | 'unknown-column' | 'ragged-columns' | 'no-fields' | 'too-many-fields' | 'bad-configuration' | 'too-few-matches';
  readonly field: string;
  readonly detail: string;
}

/** The number of records, or why the table is none. */
export function tableSize(table: RecordTable): number | MatchRefusal {
  const columns = Object.entries(table.columns);
  const size = columns[0]?.[1].length ?? 0;
  if (size < 2) return { refused: 'no-records', field: 'columns', detail: `${size} records; two are the least that can be compared` };
  for (const [name, cells] of columns)
    if (cells.length !== size)
      return { refused: 'ragged-columns', field: name, detail: `${cells.length} cells where ${columns[0]?.[0] ?? ''} has ${size}` };
  if (table.source !== undefined && table.source.length !== size)
    return { refused: 'ragged-columns', field: 'source', detail: `${table.source.length} cells for ${size} records` };
  return size;
}
