import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AMOUNT_SCALE, formatDecimal } from '@tributary/contracts';
import { Database } from '@tributary/persistence';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import { csvLine } from './csv-line.ts';
import { profileColumns, type ExportRow } from './profile-columns.ts';
import { readProfiles } from './read-profiles.ts';
import { writeParquet } from './write-parquet.ts';

/** What to export and where to. */
export interface ExportOptions {
  readonly databaseUrl: string;
  /** Ends in `.csv` or `.parquet`. */
  readonly out: string;
}

/** What was written: rows, and by currency the sums of the rows in the file. */
export interface ExportSummary {
  readonly rows: number;
  readonly totals: Readonly<
    Record<string, { readonly gross: string; readonly returned: string; readonly net: string; readonly paid: string }>
  >;
}

const sums = ['gross', 'returned', 'net', 'paid'] as const;
type Sums = Record<(typeof sums)[number], bigint>;

/**
 * Writes a row a profile for analysts, as of one moment. The file appears under its name only when it is complete.
 * Throws {@link VerbFault} for a name that ends otherwise.
 */
export async function exportProfiles({ databaseUrl, out }: ExportOptions): Promise<ExportSummary> {
  const write = out.endsWith('.csv') ? writeCsv : out.endsWith('.parquet') ? writeParquetFile : undefined;
  if (write === undefined) throw new VerbFault(`${out} ends neither in .csv nor in .parquet`, exitCode.usage);
  const database = new Database({ url: databaseUrl, max: 1, applicationName: 'tributary export', statementTimeout: 600_000 });
  const part = `${out}.part`;
  const tally = { rows: 0, totals: new Map<string, Sums>() };
  try {
    await database.transaction((tx) => write(part, counted(readProfiles(tx), tally)));
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await database.close();
  }
  const text = (amount: bigint): string => formatDecimal(amount, AMOUNT_SCALE, 2);
  return {
    rows: tally.rows,
    totals: Object.fromEntries(
      [...tally.totals]
        .sort()
        .map(([currency, { gross, returned, net, paid }]) => [
          currency,
          { gross: text(gross), returned: text(returned), net: text(net), paid: text(paid) },
        ]),
    ),
  };
}

const columnAt = new Map(profileColumns.map(({ name }, index) => [name, index]));

async function* counted(rows: AsyncIterable<ExportRow>, tally: { rows: number; totals: Map<string, Sums> }): AsyncGenerator<ExportRow> {
  for await (const row of rows) {
    tally.rows += 1;
    const currency = row[columnAt.get('currency') ?? -1];
    if (typeof currency === 'string') {
      const total = tally.totals.get(currency) ?? { gross: 0n, returned: 0n, net: 0n, paid: 0n };
      for (const name of sums) {
        const amount = row[columnAt.get(name) ?? -1];
        if (typeof amount === 'bigint') total[name] += amount;
      }
      tally.totals.set(currency, total);
    }
    yield row;
  }
}

async function writeCsv(path: string, rows: AsyncIterable<ExportRow>): Promise<void> {
  const lines = async function* (): AsyncGenerator<string> {
    yield csvLine(profileColumns.map(({ name }) => name));
    for await (const row of rows) yield csvLine(row);
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

const writeParquetFile = (path: string, rows: AsyncIterable<ExportRow>): Promise<void> => writeParquet(path, profileColumns, rows);
