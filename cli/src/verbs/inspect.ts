import type { Command } from 'commander';
import { createKafka, WatermarkReader } from '@tributary/kafka';
import { exitCode } from '../exit-code.ts';
import { readBooks } from '@tributary/persistence';
import { createOutput, table } from '../output.ts';
import { dataDirOption } from '../program-options.ts';
import { withDatabase } from '../services/connect.ts';
import { quietLog } from '../services/quiet-log.ts';
import { VerbFault } from '../verb-fault.ts';
import { explainProfile, findProfile, profileText, whyText } from './profile-view.ts';

interface Shared {
  readonly json?: true;
  readonly dataDir: string;
}

/** `tributary profile get|why`, `lag`. */
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
        const rows = await readBooks(database);
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
}
