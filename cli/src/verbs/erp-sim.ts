import type { Command } from 'commander';
import { startErpSim } from '@tributary/erp-sim';
import { processEnvironment } from '@tributary/runtime';
import { sellerOf } from '../demo/demo-options.ts';
import { exitCode } from '../exit-code.ts';
import { onStop, reportReady } from '../host/as-child.ts';
import { createOutput } from '../output.ts';
import { wholeNumber } from '../program-options.ts';
import { VerbFault } from '../verb-fault.ts';

interface Options {
  readonly port: number;
  readonly gateway: string;
  readonly store: string;
  readonly seed?: number;
  readonly customers: number;
  readonly days: number;
}

/** `tributary erp-sim`: a simulated ERP in a process of its own. */
export function registerErpSimVerb(program: Command): void {
  program
    .command('erp-sim')
    .description(
      'a simulated ERP: takes webhooks, verifies, accepts, refuses and overrides by rule; serves stock and invoices. Secret: TRIBUTARY_ERP_SECRET',
    )
    .option('--port <n>', 'port', wholeNumber, 8090)
    .option('--gateway <url>', 'where answers are published', 'http://127.0.0.1:8080')
    .option('--store <file>', 'its store, a file of JSON lines', 'erp-store.jsonl')
    .option('--seed <n>', "serve the simulated seller's stock, products and invoices", wholeNumber)
    .option('--customers <n>', 'of that seller', wholeNumber, 400)
    .option('--days <n>', 'of its history', wholeNumber, 200)
    .action(async (options: Options) => {
      const secret = processEnvironment().TRIBUTARY_ERP_SECRET;
      if (!secret) throw new VerbFault('TRIBUTARY_ERP_SECRET is missing: whsec_ and base64 of 24 to 64 bytes', exitCode.environment);
      const book =
        options.seed === undefined ? [] : sellerOf({ seed: options.seed, customers: options.customers, days: options.days }).erpBook;
      const sim = await startErpSim({ port: options.port, gatewayUrl: options.gateway, secret, dataFile: options.store, book });
      createOutput(false).line(`simulated ERP at ${sim.url}`);
      reportReady({ erp: sim.url });
      await new Promise<void>((resolve) => onStop(() => void sim.stop().then(resolve)));
      process.exit(exitCode.ok);
    });
}
