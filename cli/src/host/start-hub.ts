import type { INestApplication } from '@nestjs/common';
import { GatewayModule } from '@tributary/app-gateway';
import { ConsoleModule } from '@tributary/app-console';
import { ForecastModule, REFORECAST, type ReforecastRunner } from '@tributary/app-forecast';
import { ErpBridgeModule, ERP_PULL, type ErpPullRunner } from '@tributary/app-erp-bridge';
import { InsightModule, REFIT, type RefitRunner } from '@tributary/app-insight';
import { ProfileModule } from '@tributary/app-profile';
import { allContracts, type AppName } from '@tributary/contracts';
import { connectJobs, type Jobs } from '@tributary/jobs';
import { createKafka, OutboxRelay, WatermarkReader, type Kafka } from '@tributary/kafka';
import { Database, maintainPartitions } from '@tributary/persistence';
import {
  gracefulShutdown,
  Health,
  startTracing,
  type AppContext,
  type Closer,
  type Config,
  type Logger,
  type Metrics,
  type ShutdownReport,
} from '@tributary/runtime';
import { observeAccounting } from './accounting-metrics.ts';
import { createBatchObserver } from './batch-observer.ts';
import { startHttpApp, startOpsApp } from './http-app.ts';
import { startStageApp } from './stage-app.ts';

/** A running hub. */
export interface Hub {
  /** Addresses by app. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Drains, closes in order, within the deadline. */
  close(deadlineMs?: number): Promise<ShutdownReport>;
}

/** What the process gives to the hub. */
export interface HubOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A part is gone for good: the process should end and be started again. */
  readonly onCrash: (error: Error) => void;
}

const RETENTION = { inboxMonths: 3, outboxDays: 7 };
const MAINTENANCE_MS = 6 * 3_600_000;
const SHUTDOWN_MS = 20_000;
const MICROS = 1_000;

/** Starts the apps that the configuration names, in one process. Throws when one of them cannot start; what had started is closed again. */
export async function startHub({ config, logger, metrics, onCrash }: HubOptions): Promise<Hub> {
  const health = new Health();
  const context: AppContext = { config, logger, metrics, health };
  const runs = (app: AppName): boolean => config.apps.includes(app);
  const closers: Closer[] = [];
  const addresses: Record<string, string> = {};
  const close = async (deadlineMs = SHUTDOWN_MS): Promise<ShutdownReport> => gracefulShutdown([...closers].reverse(), deadlineMs);
  const opened = (name: string, closer: () => unknown): void => void closers.push({ name, close: closer });

  try {
    opened('tracing', startTracing(config));
    const kafka = createKafka(config.brokers, 'tributary', logger);
    const watermarks = new WatermarkReader(kafka);
    opened('watermarks', () => watermarks.close());
    const database = new Database({ url: config.databaseUrl, max: 6, applicationName: 'tributary hub' });
    opened('database', () => database.close());
    opened('maintenance', await startMaintenance(database, logger));
    observeAccounting(metrics, database);
    const relay = await startRelay(context, kafka, database);
    opened('relay', () => relay.close());
    let jobs: Jobs | undefined;
    if (runs('insight') || runs('forecast') || runs('erp-bridge')) {
      jobs = await connectJobs({
        redisUrl: config.redisUrl,
        onError: (error, where) => logger.warn({ err: error, where }, 'jobs'),
        onState: (state) => health.report('redis', state),
      });
      const open = jobs;
      opened('jobs', () => open.close());
    }
    const observer = createBatchObserver(metrics, health);
    const stageApp = async (module: Parameters<typeof startStageApp>[0]['module']): Promise<INestApplication> => {
      const app = await startStageApp({ module, context, kafka, watermarks, observer, onCrash });
      opened(app.stage, () => app.nest.close());
      return app.nest;
    };
    if (runs('profile')) await stageApp(ProfileModule.register(context));
    if (runs('insight') && jobs) {
      const app = await stageApp(InsightModule.register(context));
      const runner = app.get<RefitRunner>(REFIT);
      await jobs.schedule({
        name: 'refit',
        everySeconds: config.refitEvery,
        asOf: reference(config, () => runner.latestEvent()),
        task: async (asOf) => report(logger, 'refit', await whenThereIs(asOf, (at) => runner.run(at))),
      });
    }
    if (runs('forecast') && jobs) {
      const app = await stageApp(ForecastModule.register(context));
      const runner = app.get<ReforecastRunner>(REFORECAST);
      await jobs.schedule({
        name: 'reforecast',
        everySeconds: config.reforecastEvery,
        asOf: reference(config, () => runner.latestEvent()),
        task: async (asOf) => report(logger, 'reforecast', await whenThereIs(asOf, (at) => runner.run(at))),
      });
    }
    if (runs('erp-bridge') && jobs) {
      const app = await stageApp(ErpBridgeModule.register(context, jobs));
      const runner = app.get<ErpPullRunner>(ERP_PULL);
      if (config.erpUrl !== undefined)
        await jobs.schedule({
          name: 'erp-pull',
          everySeconds: config.erpPullEvery,
          asOf: () => Date.now() * MICROS,
          task: async () => report(logger, 'erp-pull', await runner.run()),
        });
    }
    if (runs('gateway')) {
      const gateway = await startHttpApp(GatewayModule.register(context), context, config.gatewayPort);
      opened('gateway', () => gateway.nest.close());
      addresses.gateway = gateway.url;
    }
    if (runs('console')) {
      const topics = allContracts.map((contract) => contract.topic);
      const served = await startHttpApp(
        ConsoleModule.register(context, { watermarks: () => watermarks.read(topics) }),
        context,
        config.consolePort,
      );
      opened('console', () => served.nest.close());
      addresses.console = served.url;
    }
    if (!runs('gateway') && !runs('console')) {
      const ops = await startOpsApp(context, config.opsPort);
      opened('ops', () => ops.nest.close());
      addresses.ops = ops.url;
    }
    logger.info({ apps: config.apps, addresses }, 'hub is up');
    return { addresses, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reference time of scheduled models: the clock, or the latest event (so that a replay of the past gives the past's answer). */
const reference = (config: Config, latestEvent: () => Promise<number>) => (): number | Promise<number> =>
  config.asOf === 'events' ? latestEvent() : Date.now() * MICROS;

/** No event yet: there is nothing to fit. */
const whenThereIs = async <T>(asOf: number, run: (asOf: number) => Promise<T>): Promise<T | { readonly skipped: string }> =>
  asOf === 0 ? { skipped: 'no event yet' } : run(asOf);

function report(logger: Logger, task: string, outcome: unknown): void {
  logger.info({ task, outcome }, 'task done');
}

async function startRelay({ health, logger, metrics }: AppContext, kafka: Kafka, database: Database): Promise<OutboxRelay> {
  const published = metrics.counter('outbox_published_total', 'Events published from the outbox.');
  const seconds = metrics.histogram('outbox_publish_seconds', 'Time of one send and its mark.');
  const relay = new OutboxRelay({
    kafka,
    database,
    log: logger,
    loops: 2,
    onPublished: (count, milliseconds) => {
      published.inc(count);
      seconds.observe(milliseconds / 1000);
    },
    onBlocked: (topic, _key, reason) => health.report(`outbox ${topic}`, { reason: `the broker refuses a row: ${reason}` }),
  });
  await relay.start();
  return relay;
}

/** Partitions of the coming days exist before the first write; later ones are made while the hub runs. */
async function startMaintenance(database: Database, logger: Logger): Promise<() => void> {
  const run = async (): Promise<void> => {
    const dropped = await maintainPartitions(database, new Date(), RETENTION);
    if (dropped.length > 0) logger.info({ dropped }, 'old partitions dropped');
  };
  await run();
  const timer = setInterval(() => {
    run().catch((error: unknown) => logger.error({ err: error }, 'partition maintenance failed'));
  }, MAINTENANCE_MS);
  return () => clearInterval(timer);
}
