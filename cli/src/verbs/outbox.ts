import { beginOperation, endOperation, freeHeldKey } from '@tributary/persistence';
import type { Command } from 'commander';
import { exitCode } from '../exit-code.ts';
import { createOutput, table } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { operator } from '../repair/operator.ts';
import { withDatabase } from '../services/connect.ts';
import { VerbFault } from '../verb-fault.ts';

interface Shared {
  readonly json?: true;
  readonly dataDir: string;
}
interface HeldKey {
  readonly topic: string;
  readonly key: string;
  readonly rows: number;
  readonly since: Date;
  readonly reason: string | null;
}

/** `tributary outbox held|free`: events that the broker refuses, and those that wait behind them. */
export function registerOutboxVerbs(program: Command): void {
  const outbox = program.command('outbox').description('events that the broker refuses to take, and what waits behind them');
  outbox
    .command('held')
    .description('keys whose events are held back, since when and why')
    .option('--limit <n>', 'at most so many', wholeNumber, 50)
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: Shared & { limit: number }) =>
      withDatabase(options.dataDir, async (database) => {
        const rows = await database.query<HeldKey>(
          `SELECT topic, key, count(*)::int AS rows, min(held_at) AS since, (array_agg(reason ORDER BY sequence) FILTER (WHERE reason IS NOT NULL))[1] AS reason
FROM hub.outbox_held GROUP BY topic, key ORDER BY min(held_at) LIMIT $1`,
          [options.limit],
        );
        createOutput(options.json === true).result(rows, () => table(rows.map((row) => ({ ...row, since: row.since.toISOString() }))));
      }),
    );
  outbox
    .command('free <topic> <key>')
    .description('publish the events of a key again, in order, once the cause is gone')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((topic: string, key: string, options: Shared) =>
      withDatabase(options.dataDir, async (database) => {
        const operation = await beginOperation(database, operator(), 'free', { topic, key });
        const freed = await freeHeldKey(database, topic, key);
        await endOperation(database, operation, { freed });
        if (freed === 0) throw new VerbFault(`nothing is held back for ${JSON.stringify(key)} of ${topic}`, exitCode.notFound);
        createOutput(options.json === true).result({ topic, key, freed }, () => `${freed} events of ${key} go out again`);
      }),
    );
}
