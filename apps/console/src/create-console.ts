import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { nestLogger, type AppContext } from '@tributary/runtime';
import { ConsoleModule, type ConsolePorts } from './console.module.ts';

/** Longest id in a path: a sku and a location may be long words. */
const MAX_PARAM = 900;
/** Only an edited record is long. */
const BODY_LIMIT = 1024 * 1024;
const REQUEST_TIMEOUT = 30_000;

/** Makes the console, ready to listen (`app.listen(port, host)`). It starts also while the database or Kafka is down, and says so. */
export async function createConsole(context: AppContext, ports: ConsolePorts = {}): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    routerOptions: { maxParamLength: MAX_PARAM },
    genReqId: () => randomUUID(),
    return503OnClosing: true,
  });
  return NestFactory.create<NestFastifyApplication>(ConsoleModule.register(context, ports), adapter, {
    logger: nestLogger(context.logger),
    abortOnError: false,
  });
}
