import { parseTime } from './parse-time.ts';
import { findColumns, labelColumn, numberIn, textIn } from './read-columns.ts';
import type { Role } from './read-columns.ts';
import { readTable } from './read-table.ts';
import { irregular, periodOf, spacingOf, spacingWords } from './series-grid.ts';
import type { Terminal } from './terminal.ts';
import { cellFault, cellsOf } from './table.ts';
import type { Cell, Table } from './table.ts';

/** What a period without a row means: not known, nothing sold, or no period at all. */
export type Gaps = 'missing' | 'zero' | 'skip';
/** All of {@link Gaps}. */
export const GAPS: readonly Gaps[] = ['missing', 'zero', 'skip'];

/** One series of a file, oldest first. */
export interface NamedSeries {
  readonly series: string;
  readonly values: Float64Array;
  /** False where there is no value. */
  readonly known: readonly boolean[];
  readonly missing: number;
}

/** The series of a file and the step between their periods. */
export interface SeriesFile {
  readonly file: string;
  readonly every: string;
  readonly series: readonly NamedSeries[];
}

const ROLES = {
  series: { names: ['series', 'unique_id', 'id', 'sku', 'item'], optional: true },
  time: { names: ['time', 'ds', 'date', 'period'] },
  value: { names: ['value', 'y', 'quantity', 'demand', 'sales'] },
} satisfies Record<string, Role>;

interface Row {
  readonly time: number;
  readonly value: number | undefined;
  readonly row: number;
}

/**
 * Reads `series,time,value` (one series when there is no such column), rows in any order. An empty value is a period that is not known.
 * Throws {@link VerbFault} naming column and row: no number, no time, dates among numbers, one period twice.
 */
export async function readSeries(file: string, gaps: Gaps, terminal: Terminal): Promise<SeriesFile> {
  let names: Readonly<Record<keyof typeof ROLES, string | undefined>> | undefined;
  const keep = (header: readonly string[]): string[] => {
    names = findColumns(file, header, ROLES);
    return Object.values(names).filter((name) => name !== undefined);
  };
  const table = await readTable(file, keep, terminal);
  const { series, time = '', value = '' } = names ?? {};
  const { times, dates } = readTimes(table, time);
  const labels = series === undefined ? undefined : labelColumn(table, series);
  const groups = new Map<string, Row[]>();
  for (const [row, cell] of cellsOf(table, value).entries()) {
    const label = labels?.[row] ?? 'all';
    const group = groups.get(label) ?? [];
    groups.set(label, group);
    group.push({ time: times[row] as number, value: valueOf(table, value, row, cell), row });
  }
  for (const [label, rows] of groups) {
    rows.sort((a, b) => a.time - b.time);
    const twin = rows.find(({ time: own }, at) => at > 0 && own === rows[at - 1]?.time);
    if (twin !== undefined) throw cellFault(file, time, twin.row, `series ${label} has this time already`);
  }
  if (gaps === 'skip') return { file, every: 'row', series: [...groups].map(([label, rows]) => rowByRow(label, rows)) };
  const spacing = spacingOf(
    [...groups.values()].map((rows) => rows.map((row) => row.time)),
    dates,
  );
  const end = times.reduce((latest, one) => Math.max(latest, one), -Infinity);
  const made = [...groups].map(([label, rows]): NamedSeries => {
    const first = rows[0]?.time ?? 0;
    // Where no row means nothing sold, silence up to the end of the file is a run of zeros.
    const last = gaps === 'zero' ? end : (rows[rows.length - 1]?.time ?? 0);
    const periods = Math.floor(periodOf(spacing, first, last)) + 1;
    const fault = irregular(file, label, periods, rows.length, spacing);
    if (fault !== undefined) throw fault;
    const values = new Float64Array(periods);
    const known = new Array<boolean>(periods).fill(gaps === 'zero');
    for (const row of rows) {
      const at = periodOf(spacing, first, row.time);
      values[at] = row.value ?? 0;
      known[at] = row.value !== undefined;
    }
    return { series: label, values, known, missing: known.filter((one) => !one).length };
  });
  return { file, every: spacingWords(spacing), series: made };
}

function rowByRow(series: string, rows: readonly Row[]): NamedSeries {
  const known = rows.map(({ value }) => value !== undefined);
  return { series, values: Float64Array.from(rows, ({ value }) => value ?? 0), known, missing: known.filter((one) => !one).length };
}

function valueOf({ file }: Table, name: string, row: number, cell: Cell): number | undefined {
  const value = numberIn(cell);
  if (value !== undefined && !Number.isFinite(value)) throw cellFault(file, name, row, `must be a number, got ${JSON.stringify(cell)}`);
  return value;
}

/** Times of the rows: whole numbers, or milliseconds since 1970 where the column holds dates. Whole numbers that are all dates such as 20240229 are dates. */
function readTimes(table: Table, name: string): { readonly times: Float64Array; readonly dates: boolean } {
  const cells = cellsOf(table, name);
  const texts = cells.map((cell) => textIn(cell).trim());
  const whole = (text: string): boolean => /^[+-]?\d{1,15}$/.test(text);
  const compact = (text: string): boolean => /^(?:19|20)\d{6}$/.test(text) && parseTime(text) !== undefined;
  const numbers = whole(texts[0] ?? '') && !texts.every(compact);
  const times = new Float64Array(texts.length);
  for (const [row, text] of texts.entries()) {
    const cell = cells[row];
    const time = numbers ? (whole(text) ? Number(text) : undefined) : cell instanceof Date ? cell.getTime() : parseTime(text);
    if (time === undefined || !Number.isFinite(time)) {
      const wanted = numbers ? 'a whole number, as in row 1' : 'a date such as 2024-02-29 or a whole number';
      throw cellFault(table.file, name, row, `must be ${wanted}, got ${text === '' ? 'nothing' : JSON.stringify(text)}`);
    }
    times[row] = time;
  }
  return { times, dates: !numbers };
}

/** The series that a lib is asked about; `known` only where something is missing. */
export const seriesInput = (
  { values, known, missing }: NamedSeries,
  season: readonly number[],
): { values: Float64Array; known?: readonly boolean[]; season: readonly number[] } => ({
  values,
  season,
  ...(missing > 0 ? { known } : {}),
});
