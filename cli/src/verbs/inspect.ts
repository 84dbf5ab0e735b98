import type { Command } from 'commander';
import { createKafka, WatermarkReader } from '@tributary/kafka';
import { exitCode } from '../exit-code.ts';
import { readAccounting } from '../host/accounting.ts';
import { createOutput, table } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { withDatabase } from '../services/connect.ts';
import { quietLog } from '../services/quiet-log.ts';
import { VerbFault } from '../verb-fault.ts';
import { explainProfile, findProfile, profileText, whyText } from './profile-view.ts';

interface Shared {
  readonly json?: true;
  readonly dataDir: string;
}

/** `tributary profile get|why`, `lag`, `quarantine list|show`. */
export function registerInspectVerbs(program: Command): void {
  const profile = program.command('profile').description('look at one customer profile');
  profile
    .command('get <customer>')
    .description('by profile id, source:customerId, e-mail address or phone number')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((customer: string, options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const found = await findProfile(database, customer);
        if (found === undefined) throw new VerbFault(`no profile is known by ${JSON.stringify(customer)}`, exitCode.notFound);
        createOutput(options.json === true).result(found, () => profileText(found));
      }),
    );
  profile
    .command('why <customer>')
    .description('which documents make the figures of a profile, and which records said so')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((customer: string, options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const found = await findProfile(database, customer);
        if (found === undefined) throw new VerbFault(`no profile is known by ${JSON.stringify(customer)}`, exitCode.notFound);
        const why = await explainProfile(database, found.profileId);
        createOutput(options.json === true).result({ profileId: found.profileId, ...why }, () => whyText(found, why));
      }),
    );
  program
    .command('lag')
    .description('position, end and lag of every partition, with the accounting identity')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: Shared) =>
      withDatabase(options.dataDir, async (database, { brokers }) => {
        const rows = await readAccounting(database);
        const reader = new WatermarkReader(createKafka(brokers.split(','), 'tributary-cli', quietLog));
        try {
          const ends = new Map(
            (await reader.read([...new Set(rows.map((row) => row.topic))])).map((mark) => [`${mark.topic}/${mark.partition}`, mark.high]),
          );
          const shown = rows.map((row) => {
            const end = ends.get(`${row.topic}/${row.partition}`) ?? row.next;
            return {
              group: row.group,
              topic: row.topic,
              partition: row.partition,
              next: row.next,
              end,
              lag: end - row.next,
              applied: row.applied,
              duplicate: row.duplicate,
              stale: row.stale,
              parked: row.parked,
              quarantined: row.quarantined,
              balanced: row.consumed === row.accounted,
            };
          });
          createOutput(options.json === true).result(shown, () => table(shown));
        } finally {
          await reader.close();
        }
      }),
    );
  const quarantine = program.command('quarantine').description('what could not be applied');
  quarantine
    .command('list')
    .description('the latest records, with their reasons')
    .option('--json', 'for programs')
    .option('--reason <name>', 'only this reason')
    .option('--limit <n>', 'at most so many', wholeNumber, 50)
    .addOption(dataDirOption('demo'))
    .action((options: Shared & { reason?: string; limit: number }) =>
      withDatabase(options.dataDir, async (database) => {
        const rows = await database.query<Record<string, unknown>>(
          `SELECT id, reason, consumer_group AS "group", topic, partition, record_offset AS "offset", source, event_id AS event, contract, seen, last_seen AS "lastSeen", status
FROM hub.quarantine WHERE $1::text IS NULL OR reason = $1 ORDER BY id DESC LIMIT $2`,
          [options.reason ?? null, options.limit],
        );
        createOutput(options.json === true).result(rows, () =>
          table(rows.map((row) => ({ ...row, lastSeen: (row.lastSeen as Date).toISOString() }))),
        );
      }),
    );
  quarantine
    .command('show <id>')
    .description('one record, with its faults and raw bytes')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((id: string, options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const [row] = await database.query<Record<string, unknown>>('SELECT * FROM hub.quarantine WHERE id = $1', [wholeNumber(id)]);
        if (row === undefined) throw new VerbFault(`no quarantined record has the id ${id}`, exitCode.notFound);
        const bytes = row.value as Buffer | null;
        const shown = {
          ...row,
          record_key: (row.record_key as Buffer | null)?.toString('utf8') ?? null,
          value: bytes?.toString('base64') ?? null,
        };
        createOutput(options.json === true).result(shown, () =>
          Object.entries(shown)
            .map(([name, value]) => `${name.padEnd(15)} ${isPlain(value) ? JSON.stringify(value, null, 2) : String(value)}`)
            .join('\n'),
        );
      }),
    );
}

const isPlain = (value: unknown): boolean => typeof value === 'object' && value !== null && !(value instanceof Date);
