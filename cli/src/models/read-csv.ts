import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import type { Progress } from './terminal.ts';
import type { Cell, KeepColumns, Table } from './table.ts';

interface Source {
  readonly path: string;
  readonly packed: boolean;
  readonly keep: KeepColumns;
  readonly progress: Progress;
}

/** One record may take so many characters; a lost quote would otherwise swallow the rest of the file. */
const LONGEST_RECORD = 1_048_576;
const ROWS_PER_UPDATE = 20_000;

/**
 * Reads the kept columns of a CSV file with a header. Cells are separated by commas, or by semicolons or tabs where the header has no comma.
 * Throws {@link VerbFault}: no header, a name that stands twice, a row of another length, damaged CSV or gzip.
 */
export async function readCsv(source: Source): Promise<Table> {
  try {
    return (
      (await readSeparated(source, ',')) ?? (await readSeparated(source, ';')) ?? (await readSeparated(source, '\t', true)) ?? fail(source)
    );
  } catch (error) {
    throw faultOf(source.path, error);
  }
}

const fail = ({ path }: Source): never => {
  throw new VerbFault(`${path} is empty: the first row must name the columns`, exitCode.usage);
};

/** Undefined when the file is empty or its header wants another separator. */
async function readSeparated({ path, packed, keep, progress }: Source, delimiter: string, last = false): Promise<Table | undefined> {
  const file = createReadStream(path);
  const parser = parse({ bom: true, delimiter, relax_column_count: true, skip_empty_lines: true, max_record_size: LONGEST_RECORD });
  // An error of any part reaches the loop through the parser, which pipeline destroys with it.
  const done = (): void => undefined;
  if (packed) pipeline(file, createGunzip(), parser, done);
  else pipeline(file, parser, done);
  let names: string[] | undefined;
  let kept: { readonly name: string; readonly at: number; readonly cells: Cell[] }[] = [];
  let rows = 0;
  for await (const record of parser as AsyncIterable<string[]>) {
    if (names === undefined) {
      if (record.length === 1 && !last && /[;\t]/.test(record[0] as string)) return undefined;
      names = record.map((name) => name.trim());
      refuseTwins(path, names);
      kept = keep(names).map((name) => ({ name, at: (names as string[]).indexOf(name), cells: [] }));
      continue;
    }
    rows += 1;
    if (record.length !== names.length)
      throw new VerbFault(`${path}, row ${rows}: ${record.length} cells where the header has ${names.length}`);
    for (const { at, cells } of kept) cells.push(record[at] as string);
    if (rows % ROWS_PER_UPDATE === 0) progress.update(file.bytesRead);
  }
  return names && { file: path, names, rows, columns: new Map(kept.map(({ name, cells }) => [name, cells])) };
}

/** Refuses a header in which a name stands twice. */
export function refuseTwins(path: string, names: readonly string[]): void {
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (twin !== undefined) throw new VerbFault(`${path}: the header names the column ${JSON.stringify(twin)} twice`, exitCode.usage);
}

function faultOf(path: string, error: unknown): unknown {
  if (error instanceof VerbFault) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('CSV_')) return new VerbFault(`${path} is no CSV file: ${message}`);
  if (code.startsWith('Z_')) return new VerbFault(`${path} is damaged: ${message}`);
  return error;
}
