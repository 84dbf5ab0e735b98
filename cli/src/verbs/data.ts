import type { Command } from 'commander';
import { exportProfiles } from '../export/export-profiles.ts';
import { importFile } from '../import/import-file.ts';
import { exitCode } from '../exit-code.ts';
import { createOutput } from '../output.ts';
import { dataDirOption } from '../program-options.ts';
import { withDatabase } from '../services/connect.ts';

interface ImportVerb {
  readonly format: string;
  readonly gateway: string;
  readonly dataDir: string;
  readonly json?: true;
}

/** `tributary import`, `tributary export profiles`. */
export function registerDataVerbs(program: Command): void {
  program
    .command('import <file>')
    .description("stream a shop's export (.csv or .csv.gz) through the gateway; running it again applies nothing twice")
    .option('--format <name>', 'format of the export', 'online-retail')
    .option('--gateway <url>', 'the gateway', 'http://127.0.0.1:8080')
    .option('--json', 'for programs')
    .addOption(dataDirOption('import'))
    .action(async (file: string, options: ImportVerb) => {
      const summary = await importFile({
        file,
        format: options.format,
        gatewayUrl: options.gateway,
        dataDir: options.dataDir,
        progress: options.json !== true,
      });
      createOutput(options.json === true).result(
        summary,
        () =>
          `${summary.rows.read} rows read, ${summary.rows.mapped} mapped, ${JSON.stringify(summary.rows.quarantined)} set aside; ${summary.events.accepted} events accepted, ${summary.events.duplicate} known already, ${summary.events.refused} refused`,
      );
      if (summary.events.refused + summary.events.conflict > 0 || !summary.reconciled) process.exitCode = exitCode.failed;
    });
  program
    .command('export')
    .description('data for analysts')
    .command('profiles')
    .description('a row a profile, as CSV or Parquet')
    .requiredOption('--out <file>', 'ends in .csv or .parquet')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: { out: string; json?: true; dataDir: string }) =>
      withDatabase(options.dataDir, async (_database, { databaseUrl }) => {
        const done = await exportProfiles({ databaseUrl, out: options.out });
        createOutput(options.json === true).result({ out: options.out, ...done }, () => `${done.rows} profiles written to ${options.out}`);
      }),
    );
}
