import { join } from 'node:path';
import type { Command } from 'commander';
import { runDemo } from '../demo/run-demo.ts';
import { exitCode } from '../exit-code.ts';
import { createOutput } from '../output.ts';
import { DEFAULT_DATA_DIR, portOption, wholeNumber } from '../program-options.ts';

interface Options {
  readonly dataDir?: string;
  readonly port: number;
  readonly fresh?: true;
  readonly exit?: true;
  readonly json?: true;
  readonly data?: string;
  readonly format?: string;
  readonly seed: number;
  readonly customers: number;
  readonly days: number;
}

/** `tributary demo`. */
export function registerDemoVerb(program: Command): void {
  program
    .command('demo')
    .description('the whole loop on this machine: services, hub, a simulated ERP and a seller')
    .option('--exit', 'end when the loop has closed; exit code 0 only when everything adds up')
    .option('--json', 'print one JSON summary as the last line')
    .option('--fresh', 'start empty')
    .option('--data <file>', 'feed a real export (.csv or .csv.gz) instead of the simulated seller')
    .option('--format <name>', 'format of the export', 'online-retail')
    .option('--seed <n>', 'seed of the simulated seller', wholeNumber, 1)
    .option('--customers <n>', 'customers of the simulated seller', wholeNumber, 400)
    .option('--days <n>', 'days of its history', wholeNumber, 200)
    .option('--data-dir <folder>', 'where data is kept (default: .tributary/demo, or .tributary/<format> with --data)')
    .addOption(portOption())
    .action(async (options: Options) => {
      const output = createOutput(options.json === true);
      const stop = new AbortController();
      const interrupt = (): void => stop.abort(new Error('interrupted'));
      process.once('SIGINT', interrupt);
      process.once('SIGTERM', interrupt);
      const { data, dataDir, fresh, exit, json, ...rest } = options;
      const folder = dataDir ?? join(DEFAULT_DATA_DIR, data === undefined ? 'demo' : (options.format ?? 'online-retail'));
      const summary = await runDemo(
        {
          ...rest,
          dataDir: folder,
          fresh: fresh === true,
          exit: exit === true,
          json: json === true,
          ...(data === undefined ? {} : { data }),
        },
        output,
        stop.signal,
      );
      if (summary === undefined) {
        process.exitCode = exit === true ? exitCode.interrupted : exitCode.ok;
        return;
      }
      output.result(summary, () =>
        summary.ok
          ? `The loop has closed: ${summary.customers} customers, ${summary.orders} orders, ${summary.erp.published} answers from the ERP, in ${summary.seconds} s.`
          : `The loop has NOT closed:\n${summary.faults.map((fault) => `  - ${fault}`).join('\n')}`,
      );
      process.exitCode = summary.ok ? exitCode.ok : exitCode.failed;
    });
}
