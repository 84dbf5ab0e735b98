import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { KafkaBatchServer, type BatchObserver, type Kafka, type WatermarkReader } from '@tributary/kafka';
import { Database, PARKING_LIMITS, type OutboxMemory, type Stage, type StepHook } from '@tributary/persistence';
import { nestLogger, type AppContext } from '@tributary/runtime';

/** What a stage app is started with. */
export interface StageAppOptions {
  readonly module: DynamicModule;
  readonly stage: Stage;
  readonly context: AppContext;
  readonly kafka: Kafka;
  readonly watermarks: WatermarkReader;
  readonly observer: BatchObserver;
  readonly onCrash: (error: Error) => void;
  /** What the stage puts into the outbox, for the relay of this process. */
  readonly written: OutboxMemory;
  readonly onStep?: StepHook;
}

/** Transactions at once for each app. */
export const LANES = 2;
/** Most events of one transaction: with more, what a batch makes outlives the young generation (whose size `bin/tributary.js` sets) and Node is slower. */
export const MAX_EVENTS = 500;
const MAX_BYTES = 8 * 1024 * 1024;

/** Starts an app whose work is a stage: its Nest module, with the batch transport connected as a microservice. */
export async function startStageApp({
  module,
  stage,
  context,
  kafka,
  watermarks,
  observer,
  onCrash,
  written,
  onStep,
}: StageAppOptions): Promise<INestApplication> {
  const nest = await NestFactory.create(module, new FastifyAdapter(), { logger: nestLogger(context.logger), abortOnError: false });
  const database = new Database({
    url: context.config.databaseUrl,
    max: LANES + 2,
    applicationName: `tributary ${stage.group}`,
    written,
  });
  const log = context.logger.child({ app: stage.group });
  context.health.expect(`consumer ${stage.group}`);
  nest.connectMicroservice({
    strategy: new KafkaBatchServer({
      kafka,
      stage,
      database,
      watermarks,
      log,
      observer,
      lanes: LANES,
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      now: () => new Date(),
      limits: { ...PARKING_LIMITS, blockedShare: context.config.parkingShare },
      onCrash,
      ...(onStep && { onStep }),
    }),
  });
  await nest.init();
  await nest.startAllMicroservices();
  context.health.report(`consumer ${stage.group}`, 'ok');
  const close = nest.close.bind(nest);
  // The consumer drains first; the connections it works on close after it.
  nest.close = async () => {
    await close();
    await database.close();
  };
  return nest;
}
