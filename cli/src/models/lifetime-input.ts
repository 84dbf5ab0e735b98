import { isTimeUnit, summariseTransactions } from '@tributary/lifetime';
import type { LifetimeModelName, LifetimeTable, Refusal, TimeUnit } from '@tributary/lifetime';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import { parseTime } from './parse-time.ts';
import { findColumns, labelColumn, numberColumn, textIn, timeColumn } from './read-columns.ts';
import type { Role } from './read-columns.ts';
import { readTable } from './read-table.ts';
import type { Terminal } from './terminal.ts';
import { cellFault, cellsOf } from './table.ts';

/** How the customers of a life-time model are given. */
export interface LifetimeSource {
  readonly model: LifetimeModelName;
  readonly file: string;
  /** The file is a log of purchases rather than a summary. */
  readonly transactions: boolean;
  readonly unit: string | undefined;
  /** End of observation of a log; its last day when missing. */
  readonly asOf: string | undefined;
}

/** Customers as columns, with what is needed to name them and their faults. */
export interface LifetimeCustomers {
  readonly file: string;
  readonly table: LifetimeTable;
  readonly labels: readonly string[];
  readonly unit: TimeUnit | undefined;
  /** Of a log: its end, and the purchases after it that were left out. */
  readonly log?: { readonly asOf: string; readonly ignored: number };
  /** A refusal of the lib as a fault that names column and row. */
  readonly fault: (refusal: Refusal) => VerbFault;
}

const SUMMARY = {
  customer: { names: ['customer', 'customer_id', 'id'], optional: true },
  frequency: { names: ['frequency', 'x'] },
  recency: { names: ['recency', 't_x'] },
  T: { names: ['T', 'n'] },
  monetary: { names: ['monetary', 'monetary_value', 'zbar'] },
} satisfies Record<string, Role>;
const LOG = {
  customer: { names: ['customer', 'customer_id'] },
  date: { names: ['date', 'time'] },
  amount: { names: ['amount', 'dollars', 'value', 'revenue'], optional: true },
} satisfies Record<string, Role>;

const NEEDED: Readonly<Record<LifetimeModelName, readonly (keyof LifetimeTable)[]>> = {
  'bg-nbd': ['frequency', 'recency', 'T'],
  'mbg-nbd': ['frequency', 'recency', 'T'],
  'pareto-nbd': ['frequency', 'recency', 'T'],
  'bg-bb': ['frequency', 'recency', 'T'],
  nbd: ['frequency', 'T'],
  'gamma-gamma': ['frequency', 'monetary'],
};

/** Reads a summary (one row a customer) or a log (one row a purchase). Throws {@link VerbFault} naming the column and row at fault. */
export async function readCustomers(source: LifetimeSource, terminal: Terminal): Promise<LifetimeCustomers> {
  const unit = unitOf(source.unit);
  return source.transactions ? readLog(source, unit ?? 'week', terminal) : readSummary(source, unit, terminal);
}

function unitOf(unit: string | undefined): TimeUnit | undefined {
  if (unit === undefined || isTimeUnit(unit)) return unit;
  throw new VerbFault(`--unit must be day, week, month or year, got ${unit}`, exitCode.usage);
}

async function readSummary(
  { model, file, asOf }: LifetimeSource,
  unit: TimeUnit | undefined,
  terminal: Terminal,
): Promise<LifetimeCustomers> {
  if (asOf !== undefined) throw new VerbFault('--as-of is for --transactions: a summary has its end in T', exitCode.usage);
  const needed = NEEDED[model];
  let names: Readonly<Record<string, string | undefined>> = {};
  const keep = (header: readonly string[]): string[] => {
    const roles = Object.fromEntries(
      Object.entries<Role>(SUMMARY).filter(([role]) => role === 'customer' || needed.some((one) => one === role)),
    );
    names = findColumns(file, header, roles);
    return Object.values(names).filter((name) => name !== undefined);
  };
  const table = await readTable(file, keep, terminal);
  const column = (role: keyof LifetimeTable): Float64Array | undefined => {
    const name = names[role];
    return name === undefined ? undefined : numberColumn(table, name);
  };
  const customer = names.customer;
  return {
    file,
    table: { frequency: column('frequency'), recency: column('recency'), T: column('T'), monetary: column('monetary') },
    labels:
      customer === undefined
        ? Array.from({ length: table.rows }, (_, row) => String(row + 1))
        : cellsOf(table, customer).map((cell) => textIn(cell)),
    unit,
    fault: ({ field, detail, index }) =>
      index === undefined ? new VerbFault(`${file}: ${detail}`) : cellFault(file, names[field] ?? field, index, detail),
  };
}

async function readLog({ model, file, asOf }: LifetimeSource, unit: TimeUnit, terminal: Terminal): Promise<LifetimeCustomers> {
  if (model === 'bg-bb')
    throw new VerbFault(
      'bg-bb counts opportunities, which a log of purchases does not tell: give a summary frequency,recency,T',
      exitCode.usage,
    );
  let names: Readonly<Record<keyof typeof LOG, string | undefined>> | undefined;
  const keep = (header: readonly string[]): string[] => {
    names = findColumns(file, header, model === 'gamma-gamma' ? { ...LOG, amount: { names: LOG.amount.names } } : LOG);
    return Object.values(names).filter((name) => name !== undefined);
  };
  const table = await readTable(file, keep, terminal);
  const { customer = '', date = '', amount } = names ?? {};
  const labels = labelColumn(table, customer);
  const time = timeColumn(table, date);
  const end = asOf === undefined ? time.reduce((latest, one) => Math.max(latest, one), -Infinity) : endOf(asOf);
  const log = { customer: labels, time, ...(amount === undefined ? {} : { amount: numberColumn(table, amount) }) };
  const summary = summariseTransactions(log, { unit, asOf: end });
  if ('refused' in summary) throw new VerbFault(`${file}: ${summary.detail}`);
  const { frequency, recency, T, monetary, customers, ignored } = summary;
  return {
    file,
    table: { frequency, recency, T, ...(amount === undefined ? {} : { monetary }) },
    labels: customers,
    unit,
    log: { asOf: new Date(end).toISOString().slice(0, 10), ignored },
    fault: ({ detail, index }) =>
      new VerbFault(index === undefined ? `${file}: ${detail}` : `${file}, customer ${customers[index] ?? index}: ${detail}`),
  };
}

/** A date means the whole day. */
function endOf(text: string): number {
  const time = parseTime(text);
  if (time === undefined) throw new VerbFault(`--as-of must be a date such as 2024-02-29, got ${text}`, exitCode.usage);
  return time % 86_400_000 === 0 ? time + 86_399_999 : time;
}
