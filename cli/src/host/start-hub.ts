import type { DynamicModule } from '@nestjs/common';
import { createGateway } from '@tributary/app-gateway';
import { createConsole } from '@tributary/app-console';
import { createForecastStage, ForecastModule } from '@tributary/app-forecast';
import { createErpBridgeStage, ErpBridgeModule } from '@tributary/app-erp-bridge';
import { createInsightStage, InsightModule, loadSegments } from '@tributary/app-insight';
import { createProfileStage, ProfileModule } from '@tributary/app-profile';
import { allContracts, type AppName } from '@tributary/contracts';
import { createKafka, OutboxRelay, PUBLISHER_PATIENCE, WatermarkReader, type Kafka } from '@tributary/kafka';
import { Database, maintainPartitions, OutboxMemory, type Stage, type StepHook } from '@tributary/persistence';
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
import { accountingAnswer } from './accounting-answer.ts';
import { observeAccounting } from './accounting-metrics.ts';
import { createBatchObserver } from './batch-observer.ts';
import { consoleRepair } from './console-repair.ts';
import { startOpsApp } from './ops-app.ts';
import { observeParking } from './parking-metrics.ts';
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
  /** Whether this process publishes the outbox; it does unless told otherwise. */
  readonly relay?: boolean;
  readonly onStep?: StepHook;
}

const RETENTION = { inboxMonths: 3, outboxDays: 7 };
const MAINTENANCE_MS = 6 * 3_600_000;
const SHUTDOWN_MS = 20_000;

/** Starts the apps that the configuration names, in one process. Throws when one of them cannot start; what had started is closed again. */
export async function startHub({ config, logger, metrics, onCrash, relay = true, onStep }: HubOptions): Promise<Hub> {
  const health = new Health();
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
    const context: AppContext = { config, logger, metrics, health, accounting: () => accountingAnswer(database) };
    opened('maintenance', await startMaintenance(database, logger));
    observeAccounting(metrics, database);
    observeParking(metrics, database);
    const written = new OutboxMemory();
    if (relay) {
      const running = await startRelay(
        context,
        createKafka(config.brokers, 'tributary-relay', logger, PUBLISHER_PATIENCE),
        database,
        written,
        onStep,
      );
      opened('relay', () => running.close());
    }
    const observer = createBatchObserver(metrics, health);
    const stageApp = async (module: DynamicModule, stage: Stage): Promise<void> => {
      const app = await startStageApp({ module, stage, context, kafka, watermarks, observer, onCrash, written, ...(onStep && { onStep }) });
      opened(stage.group, () => app.close());
    };
    if (runs('profile')) await stageApp(ProfileModule.register(context), createProfileStage(config.identityKey));
    if (runs('insight')) {
      const rules = loadSegments();
      await stageApp(InsightModule.register(context, rules), createInsightStage(config.currency, rules));
    }
    if (runs('forecast')) await stageApp(ForecastModule.register(context), createForecastStage());
    if (runs('erp-bridge')) await stageApp(ErpBridgeModule.register(context, onStep), createErpBridgeStage());
    if (runs('gateway')) {
      const gateway = await createGateway(context, undefined, onStep);
      opened('gateway', () => gateway.close());
      await gateway.listen(config.gatewayPort, config.host);
      addresses.gateway = await gateway.getUrl();
    }
    if (runs('console')) {
      const topics = allContracts.map((contract) => contract.topic);
      const served = await createConsole(context, { watermarks: () => watermarks.read(topics), repair: consoleRepair(database, config) });
      opened('console', () => served.close());
      await served.listen(config.consolePort, config.host);
      addresses.console = await served.getUrl();
    }
    if (!runs('gateway') && !runs('console')) {
      const ops = await startOpsApp(context, config.opsPort);
      opened('ops', () => ops.close());
      addresses.ops = await ops.getUrl();
    }
    logger.info({ apps: config.apps, addresses }, 'hub is up');
    return { addresses, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startRelay(
  { health, logger, metrics }: AppContext,
  kafka: Kafka,
  database: Database,
  written: OutboxMemory,
  onStep?: StepHook,
): Promise<OutboxRelay> {
  const published = metrics.counter('outbox_published_total', 'Events published from the outbox.');
  const seconds = metrics.histogram('outbox_publish_seconds', 'Time of one send and its mark.');
  const relay = new OutboxRelay({
    kafka,
    database,
    log: logger,
    loops: 1,
    written,
    ...(onStep && { onStep }),
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
