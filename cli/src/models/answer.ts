import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { toJsonText } from '../output.ts';
import { VerbFault } from '../verb-fault.ts';
import type { Terminal } from './terminal.ts';

/** A cell to be written; null leaves it empty. */
export type Written = string | number | null;

/** A table to be written, rows made when they are wanted. */
export interface WrittenTable {
  readonly header: readonly string[];
  readonly rows: () => Iterable<readonly Written[]>;
}

/** What a verb has to say. */
export interface Answer {
  readonly table: WrittenTable;
  /** About the run; what `--json` prints. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** The rows of the table as JSON; printed with `--json` unless they go to a file. */
  readonly details: () => Readonly<Record<string, unknown>>;
  /** About the run, in words. */
  readonly words: () => string;
}

/** How an answer is wanted. */
export interface Delivery {
  readonly json?: true;
  readonly out?: string;
}

/**
 * The one way every model verb answers. Rows: to `--out`, else to standard output as CSV. About the run: with `--json` one JSON line on standard output
 * (holding the rows too, unless they went to a file), else words, on standard error when standard output carries the rows.
 */
export async function deliver(terminal: Terminal, { json, out }: Delivery, answer: Answer): Promise<void> {
  if (out !== undefined) await writeCsvFile(out, answer.table);
  if (json === true) {
    await print(terminal.out, [`${toJsonText({ ...answer.summary, ...(out === undefined ? answer.details() : { out }) })}\n`]);
    return;
  }
  if (out === undefined) await print(terminal.out, csvLines(answer.table));
  const words = out === undefined ? answer.words() : `${answer.words()}\nwritten to ${out}`;
  (out === undefined ? terminal.err : terminal.out).write(`${words}\n`);
}

/** Writes a table as CSV, packed when the name ends in `.gz`. Throws {@link VerbFault} when the file cannot be written. */
export async function writeCsvFile(path: string, table: WrittenTable): Promise<void> {
  const lines = Readable.from(csvLines(table));
  const file = createWriteStream(path);
  try {
    await (path.endsWith('.gz') ? pipeline(lines, createGzip(), file) : pipeline(lines, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC' || (error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new VerbFault(`${path} cannot be written: ${(error as Error).message}`);
  }
}

/** A reader that leaves early (`| head`) is no fault. */
async function print(stream: NodeJS.WritableStream, texts: Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(texts), stream, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

const LINES_PER_CHUNK = 500;

/** CSV as in RFC 4180 but with line feeds alone, some lines at a time. */
export function* csvLines({ header, rows }: WrittenTable): Generator<string> {
  let chunk = `${line(header)}\n`;
  let held = 0;
  for (const row of rows()) {
    chunk += `${line(row)}\n`;
    held += 1;
    if (held < LINES_PER_CHUNK) continue;
    yield chunk;
    chunk = '';
    held = 0;
  }
  if (chunk !== '') yield chunk;
}

const line = (cells: readonly Written[]): string => cells.map(cellText).join(',');

function cellText(cell: Written): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return cell === Infinity ? 'inf' : String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A number for people: four decimals, or five digits where those would hide it. */
export const figure = (value: number | null | undefined): string => {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e7) ? String(Number(value.toPrecision(5))) : value.toFixed(4);
};
