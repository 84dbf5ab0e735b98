import { open } from 'node:fs/promises';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import { readCsv } from './read-csv.ts';
import { readParquet } from './read-parquet.ts';
import { showProgress } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import type { KeepColumns, Table } from './table.ts';

const PARQUET = 'PAR1';

/**
 * Reads the kept columns of a CSV or Parquet file, each also packed with gzip; the first bytes tell which, the name does not matter
 * (but a packed Parquet file must end in `.parquet.gz`).
 *
 * Throws {@link VerbFault}: no such file, a damaged file, a missing column, a header without rows.
 */
export async function readTable(path: string, keep: KeepColumns, terminal: Terminal): Promise<Table> {
  const { bytes, size } = await firstBytes(path);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const parquet = bytes.toString('latin1') === PARQUET || (packed && /\.parquet\.gz$/i.test(path));
  const progress = showProgress(terminal, `reading ${path}`, size);
  try {
    const table = await (parquet ? readParquet : readCsv)({ path, packed, keep, progress });
    if (table.rows === 0) throw new VerbFault(`${path} has a header and no rows`);
    return table;
  } finally {
    progress.stop();
  }
}

async function firstBytes(path: string): Promise<{ readonly bytes: Buffer; readonly size: number }> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new VerbFault(`there is no file ${path}`, exitCode.notFound)
      : new VerbFault(`${path} cannot be read: ${error.message}`);
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new VerbFault(`${path} is a folder`, exitCode.usage);
    const bytes = Buffer.alloc(PARQUET.length);
    await file.read(bytes, 0, bytes.length, 0);
    return { bytes, size: stat.size };
  } finally {
    await file.close();
  }
}
