import type { Command } from 'commander';
import { listUnreadable, skipUnreadable } from '@tributary/persistence';
import { exitCode } from '../exit-code.ts';
import { createOutput, table } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { withDatabase } from '../services/connect.ts';
import { VerbFault } from '../verb-fault.ts';
import { operator } from '../repair/operator.ts';

interface Shared {
  readonly json?: true;
  readonly dataDir: string;
}

/** `tributary quarantine unreadable|skip-batch`. */
export function registerUnreadableVerbs(quarantine: Command): void {
  quarantine
    .command('unreadable')
    .description('partitions that stand still at a batch that cannot be read')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const rows = await listUnreadable(database);
        createOutput(options.json === true).result(rows, () => table(rows.map((row) => ({ ...row, since: row.since.toISOString() }))));
      }),
    );
  quarantine
    .command('skip-batch <group> <topic> <partition>')
    .description('move a partition past the batch at which it stands; its raw bytes are kept in quarantine')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((group: string, topic: string, partition: string, options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const place = { group, topic, partition: wholeNumber(partition) };
        const skipped = await skipUnreadable(database, operator(), place);
        if (skipped === undefined)
          throw new VerbFault(`${topic}/${partition} of ${group} does not stand at a batch that cannot be read`, exitCode.notFound);
        const { firstOffset, lastOffset, records } = skipped;
        createOutput(options.json === true).result(
          { ...place, ...skipped },
          () => `skipped offsets ${firstOffset} to ${lastOffset} (${records} records); the raw bytes are in quarantine`,
        );
      }),
    );
}
