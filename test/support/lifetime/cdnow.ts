import { existsSync, readFileSync } from 'node:fs';

/** The CDNOW sample (Fader & Hardie), 2,357 customers, weeks to 1997-09-30; read from the data folder next to the repository, never copied into it. */
export interface CdnowSummary {
  readonly frequency: number[];
  readonly recency: number[];
  readonly T: number[];
  readonly monetary: number[];
}

/** One purchase of the CDNOW log. */
export interface CdnowLog {
  readonly customer: string[];
  /** Milliseconds since 1970, midnight UTC of the purchase day. */
  readonly time: number[];
  readonly amount: number[];
}

const rowsOf = (name: string): string[][] | undefined => {
  const file = new URL(`../../../../shared/data/cdnow/${name}`, import.meta.url);
  if (!existsSync(file)) {
    console.warn(`SKIPPED: the CDNOW data are not here (${name} is expected in ../shared/data/cdnow beside the repository)`);
    return undefined;
  }
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
};

/** The published summary, or nothing (with a warning) where the data folder is missing. */
export const cdnowSummary = (): CdnowSummary | undefined => {
  const rows = rowsOf('cdnow-summary.csv');
  const column = (j: number) => (rows ?? []).map((row) => Number(row[j]));
  return rows && { frequency: column(1), recency: column(2), T: column(3), monetary: column(4) };
};

/** The transaction log, or nothing (with a warning) where the data folder is missing. */
export const cdnowLog = (): CdnowLog | undefined => {
  const rows = rowsOf('cdnow-sample-transactions.csv');
  return (
    rows && {
      customer: rows.map((row) => row[1] as string),
      time: rows.map((row) => Date.parse(`${row[2]}T00:00:00Z`)),
      amount: rows.map((row) => Number(row[4])),
    }
  );
};
