import { createReadStream, type ReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';

/** A CSV file being read. */
export interface RecordReader extends AsyncIterable<readonly string[]> {
  /** Bytes of the file read so far (of the compressed one). */
  readonly bytesRead: number;
}

/** One record may take so many characters; a lost quote would otherwise swallow the rest of the file into memory. */
const LONGEST_RECORD = 1_048_576;

/**
 * Reads a CSV file, packed with gzip when its name ends in `.gz`, record by record, only as fast as it is asked for. Records keep their own number
 * of cells. Rejects with the error of the file system, of gzip or of the CSV syntax.
 */
export function readRecords(path: string): RecordReader {
  const file: ReadStream = createReadStream(path);
  const parser = parse({ bom: true, relax_column_count: true, relax_quotes: true, max_record_size: LONGEST_RECORD });
  // An error of any part reaches the reader through the parser, which pipeline destroys with it.
  const done = (): void => undefined;
  if (path.endsWith('.gz')) pipeline(file, createGunzip(), parser, done);
  else pipeline(file, parser, done);
  return {
    get bytesRead() {
      return file.bytesRead;
    },
    [Symbol.asyncIterator]: () => parser[Symbol.asyncIterator]() as AsyncIterator<readonly string[]>,
  };
}
