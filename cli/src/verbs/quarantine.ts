import type { Command } from 'commander';
import type { Queryable } from '@tributary/persistence';
import { exitCode } from '../exit-code.ts';
import { createOutput, table } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { withDatabase } from '../services/connect.ts';
import { VerbFault } from '../verb-fault.ts';
import { filterOf, rowNumber, withFilter, type FilterOptions } from './quarantine-filter.ts';
import { registerRedriveVerbs } from './redrive.ts';
import { registerUnreadableVerbs } from './unreadable.ts';

interface Shared {
  readonly json?: true;
  readonly dataDir: string;
}

/** `tributary quarantine list|show|counts|redrive|discard|edit|unreadable|skip-batch`, `tributary parked list`. */
export function registerQuarantineVerbs(program: Command): void {
  const quarantine = program.command('quarantine').description('what could not be applied, and what to do about it');
  withFilter(quarantine.command('list'))
    .description('the latest records, with their reasons')
    .option('--status <name>', 'open, redriven, discarded or all', 'open')
    .option('--limit <n>', 'at most so many', wholeNumber, 50)
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: Shared & FilterOptions & { status: string; limit: number }) =>
      withDatabase(options.dataDir, async (database) => {
        const rows = await listRows(database, options);
        createOutput(options.json === true).result(rows, () =>
          table(rows.map((row) => ({ ...row, lastSeen: (row.lastSeen as Date).toISOString() }))),
        );
      }),
    );
  quarantine
    .command('show <id>')
    .description('one record, with its faults, raw bytes and edits')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((id: string, options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const shown = await showRow(database, rowNumber(id));
        createOutput(options.json === true).result(shown, () =>
          Object.entries(shown)
            .map(([name, value]) => `${name.padEnd(16)} ${isPlain(value) ? JSON.stringify(value, null, 2) : String(value)}`)
            .join('\n'),
        );
      }),
    );
  quarantine
    .command('counts')
    .description('open records by reason, consumer group and contract')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const rows = await database.query<Record<string, unknown>>(
          `SELECT reason, consumer_group AS "group", contract, count(*)::int AS records, sum(seen)::int AS seen, min(first_seen) AS "firstSeen", max(last_seen) AS "lastSeen"
FROM hub.quarantine WHERE status = 'open' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3`,
        );
        createOutput(options.json === true).result(rows, () => table(rows.map(withTimes)));
      }),
    );
  registerRedriveVerbs(quarantine);
  registerUnreadableVerbs(quarantine);
  program
    .command('parked')
    .description('what waits behind a failed record of its key')
    .command('list')
    .description('blocked keys, how much waits behind each, and the records that failed')
    .option('--limit <n>', 'at most so many', wholeNumber, 50)
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: Shared & { limit: number }) =>
      withDatabase(options.dataDir, async (database) => {
        const rows = await database.query<Record<string, unknown>>(
          `SELECT b.consumer_group AS "group", b.topic, encode(substring(b.record_key from 1 for 200), 'escape') AS key, b.parked, b.since,
  coalesce((SELECT json_agg(q.id ORDER BY q.id) FROM hub.quarantine q WHERE q.consumer_group = b.consumer_group AND q.topic = b.topic
    AND q.key_hash = b.key_hash AND q.blocks AND q.status = 'open'), '[]') AS failed
FROM hub.blocked_key b ORDER BY b.since LIMIT $1`,
          [options.limit],
        );
        createOutput(options.json === true).result(rows, () => table(rows.map(withTimes)));
      }),
    );
}

const withTimes = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]));
const isPlain = (value: unknown): boolean => typeof value === 'object' && value !== null && !(value instanceof Date);

async function listRows(db: Queryable, options: FilterOptions & { status: string; limit: number }): Promise<Record<string, unknown>[]> {
  const { reason, contract, group, source, key, from, to } = filterOf(options);
  return db.query(
    `SELECT id, reason, consumer_group AS "group", topic, partition, record_offset AS "offset", source, event_id AS event, contract, seen, last_seen AS "lastSeen", status
FROM hub.quarantine WHERE ($1 = 'all' OR status = $1) AND ($2::text IS NULL OR reason = $2) AND ($3::text IS NULL OR contract = $3)
  AND ($4::text IS NULL OR consumer_group = $4) AND ($5::text IS NULL OR source = $5) AND ($6::text IS NULL OR record_key = convert_to($6, 'UTF8'))
  AND ($7::timestamptz IS NULL OR first_seen >= $7) AND ($8::timestamptz IS NULL OR first_seen < $8) ORDER BY id DESC LIMIT $9`,
    [options.status, reason ?? null, contract ?? null, group ?? null, source ?? null, key ?? null, from ?? null, to ?? null, options.limit],
  );
}

async function showRow(db: Queryable, id: string): Promise<Record<string, unknown>> {
  const [row] = await db.query<Record<string, unknown>>('SELECT * FROM hub.quarantine WHERE id = $1', [id]);
  if (row === undefined) throw new VerbFault(`no quarantined record has the id ${id}`, exitCode.notFound);
  const edits = await db.query<Record<string, unknown>>(
    `SELECT o.at, o.actor, encode(e.before_value, 'base64') AS before, encode(e.after_value, 'base64') AS after
FROM hub.quarantine_edit e JOIN hub.operation o ON o.id = e.operation WHERE e.quarantine_id = $1 ORDER BY e.id`,
    [id],
  );
  const { record_headers: _raw, ...rest } = row;
  return {
    ...rest,
    record_key: (row.record_key as Buffer | null)?.toString('utf8') ?? null,
    value: (row.value as Buffer | null)?.toString('base64') ?? null,
    edits,
  };
}
