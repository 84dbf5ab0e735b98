import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectJobs, type Jobs } from '@tributary/jobs';
import { createKafka, WatermarkReader } from '@tributary/kafka';
import { Database } from '@tributary/persistence';
import { processEnvironment } from '@tributary/runtime';
import { importFile } from '../import/import-file.ts';
import type { Output } from '../output.ts';
import { openServices } from '../services/open-services.ts';
import { rememberAddresses } from '../services/connect.ts';
import { prepare } from '../services/prepare.ts';
import { quietLog } from '../services/quiet-log.ts';
import { VerbFault } from '../verb-fault.ts';
import { closeLoop } from './close-loop.ts';
import { sellerOf, type DemoOptions } from './demo-options.ts';
import { demoSettings, startDemoProcesses } from './demo-processes.ts';
import { demoSecrets } from './demo-secrets.ts';
import { feedSeller } from './feed-seller.ts';
import { readFlow, type FlowFigures } from './flow-figures.ts';
import { createProgressDisplay } from './progress-block.ts';
import { summarise, type DemoSummary } from './summary.ts';

/** The figures are counted in the database: looking costs, so it is not done more often than a person reads. */
const SHOW_MS = 2_000;

/**
 * The whole loop: services, hub, ERP and a seller, until Ctrl-C or, with `exit`, until the loop has closed.
 * @returns the summary of a bounded run; `undefined` when it was interrupted.
 */
export async function runDemo(options: DemoOptions, output: Output, signal: AbortSignal): Promise<DemoSummary | undefined> {
  const started = performance.now();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const env = processEnvironment();
  const closers: (() => Promise<unknown>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    say('starting Kafka, PostgreSQL and Redis');
    const services = await openServices({ env, dataDir: options.dataDir, fresh: options.fresh, firstPort: options.port, log: say });
    closers.push(() => services.stop());
    if (options.fresh)
      for (const file of ['secrets.json', 'erp-store.jsonl', 'logs']) rmSync(join(options.dataDir, file), { recursive: true, force: true });
    const secrets = demoSecrets(options.dataDir);
    rememberAddresses(options.dataDir, services, demoSettings(options, secrets));
    const prepared = await prepare(services.brokers, services.databaseUrl, quietLog);
    say(`topics: ${prepared.topics.length} created; migrations: ${prepared.migrations.length} run`);
    const { hub, erp, gatewayUrl, consoleUrl } = await startDemoProcesses(options, services, secrets, env);
    closers.push(async () => Promise.all([hub.stop(), erp.stop()]));
    say(`console: ${consoleUrl}`);
    const failed = new AbortController();
    for (const child of [hub, erp]) child.onEnd((how) => failed.abort(new VerbFault(how)));
    const stop = AbortSignal.any([signal, failed.signal]);

    const database = new Database({ url: services.databaseUrl, max: 3, applicationName: 'tributary demo' });
    closers.push(() => database.close());
    const watermarks = new WatermarkReader(createKafka(services.brokers.split(','), 'tributary-demo', quietLog));
    closers.push(() => watermarks.close());
    const jobs = await connectJobs({ redisUrl: services.redisUrl, onError: (error, where) => say(`${where}: ${error.message}`) });
    closers.push(() => jobs.close());

    const display = createProgressDisplay(process.stderr.isTTY && !output.json, say);
    let phase = 'feeding';
    let eventsIn = 0;
    const read = async (): Promise<FlowFigures> => {
      const figures = await readFlow(database, watermarks);
      display.show(figures, { phase, eventsIn, seconds: (performance.now() - started) / 1000 });
      return figures;
    };
    const showing = showWhile(read, stop);
    closers.push(() => Promise.resolve(showing.end()));
    const feeding =
      options.data === undefined
        ? feedSeller(sellerOf(options), { gatewayUrl, live: !options.exit, signal: stop, onSent: (sent) => (eventsIn = sent) })
        : importFile({
            file: options.data,
            format: options.format ?? 'online-retail',
            gatewayUrl,
            dataDir: options.dataDir,
            signal: stop,
            onProgress: (progress: { readonly events: number }) => (eventsIn = progress.events),
          });
    const fed = await feeding;
    if (!options.exit) {
      await untilAborted(stop);
      return undefined;
    }
    await showing.end();
    await jobs.runNow('erp-pull');
    const figures = await closeLoop({ read, runTask: (name) => runTask(jobs, name), show: (text) => (phase = text), signal: stop });
    display.done();
    return await summarise({ options, figures, fed, database, seconds: (performance.now() - started) / 1000, peakRssMb: hub.peakRssMb() });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    await closeAll();
  }
}

const runTask = (jobs: Jobs, name: string): Promise<void> => jobs.runNow(name);

/** Refreshes the display while something else goes on; a failed look is shown by the next one. */
function showWhile(read: () => Promise<unknown>, signal: AbortSignal): { end(): Promise<void> } {
  let ended = false;
  const loop = async (): Promise<void> => {
    while (!ended && !signal.aborted) {
      await read().catch((error: unknown) => process.stderr.write(`figures: ${error instanceof Error ? error.message : String(error)}\n`));
      await wait(SHOW_MS);
    }
  };
  const looping = loop();
  return {
    end: () => {
      ended = true;
      return looping;
    },
  };
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
