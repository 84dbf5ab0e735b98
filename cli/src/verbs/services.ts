import type { Command } from 'commander';
import { migrate } from '@tributary/persistence';
import { createKafka, createTopics } from '@tributary/kafka';
import { loadConfig, processEnvironment } from '@tributary/runtime';
import { allMigrations } from '../all-migrations.ts';
import { createOutput } from '../output.ts';
import { dataDirOption, portOption } from '../program-options.ts';
import { topicSpecs } from '../services/prepare.ts';
import { quietLog } from '../services/quiet-log.ts';
import { up } from './up.ts';

/** `tributary up`, `topics`, `migrate`. */
export function registerServiceVerbs(program: Command): void {
  program
    .command('up')
    .description('run the apps named by TRIBUTARY_APPS (all six by default) until a signal; services without an address are started')
    .addOption(dataDirOption('hub'))
    .addOption(portOption())
    .action((options: { dataDir: string; port: number }) => up(options));
  program
    .command('topics')
    .description('create the topics that are missing')
    .option('--json', 'for programs')
    .option('--replication <n>', 'replication factor', Number, 1)
    .action(async (options: { json?: true; replication: number }) => {
      const config = loadConfig(processEnvironment());
      const created = await createTopics(createKafka(config.brokers, 'tributary-admin', quietLog), topicSpecs(), options.replication);
      createOutput(options.json === true).result({ created }, () =>
        created.length === 0 ? 'every topic is there' : `created ${created.join(', ')}`,
      );
    });
  program
    .command('migrate')
    .description('bring the database up to date')
    .option('--json', 'for programs')
    .action(async (options: { json?: true }) => {
      const ran = await migrate(loadConfig(processEnvironment()).databaseUrl, allMigrations);
      createOutput(options.json === true).result({ ran }, () =>
        ran.length === 0 ? 'the database is up to date' : `ran ${ran.join(', ')}`,
      );
    });
}
