import { readFile } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, Compressors } from 'hyparquet';
import { VerbFault } from '../verb-fault.ts';
import { refuseTwins } from './read-csv.ts';
import type { Progress } from './terminal.ts';
import type { Cell, KeepColumns, Table } from './table.ts';

interface Source {
  readonly path: string;
  readonly packed: boolean;
  readonly keep: KeepColumns;
  readonly progress: Progress;
}

type Unpack = (bytes: Uint8Array) => Uint8Array;

/** Snappy is in the reader itself; Zstandard came to Node's own zlib after version 20. */
function compressors(): Compressors {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Unpack };
  return {
    GZIP: (bytes) => zlib.gunzipSync(bytes),
    BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
    ...(zstdDecompressSync === undefined ? {} : { ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) }),
  };
}

/**
 * Reads the kept columns of a Parquet file of flat columns (uncompressed, Snappy, gzip or Brotli), row group by row group.
 * Throws {@link VerbFault}: a damaged file, a compression that is not known, a kept column that is nested.
 */
export async function readParquet({ path, packed, keep, progress }: Source): Promise<Table> {
  const file = packed ? bufferOf(zlib.gunzipSync(await readFile(path))) : await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw new VerbFault(`${path} is no Parquet file: ${(error as Error).message}`);
  });
  const children = parquetSchema(metadata).children;
  const names = children.map(({ element }) => element.name);
  refuseTwins(path, names);
  const kept = keep(names);
  const nested = children.find(({ element, children: inner }) => kept.includes(element.name) && inner.length > 0);
  if (nested !== undefined) throw new VerbFault(`${path}, column ${nested.element.name}: nested columns are not read`);
  const columns = new Map<string, Cell[]>(kept.map((name) => [name, []]));
  let rows = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rows + Number(group.num_rows);
    const objects = await parquetReadObjects({
      file,
      metadata,
      columns: [...kept],
      rowStart: rows,
      rowEnd,
      compressors: compressors(),
    }).catch((error: unknown) => {
      throw new VerbFault(`${path} cannot be read: ${(error as Error).message}`);
    });
    for (const [name, cells] of columns)
      for (const [at, object] of objects.entries()) cells.push(cellOf(path, name, rows + at, object[name] as unknown));
    rows = rowEnd;
    progress.update((file.byteLength * rows) / Math.max(1, Number(metadata.num_rows)));
  }
  return { file: path, names, rows, columns };
}

function bufferOf(bytes: Buffer): AsyncBuffer {
  const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return { byteLength: own.byteLength, slice: (start, end) => own.slice(start, end) };
}

function cellOf(path: string, name: string, row: number, value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value instanceof Date) return value;
  throw new VerbFault(`${path}, column ${name}, row ${row + 1}: neither text, a number nor a time`);
}
