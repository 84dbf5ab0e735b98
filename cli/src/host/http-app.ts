import { Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { APP_CONTEXT, HealthController, nestLogger, type AppContext } from '@tributary/runtime';

/** Longest body that reaches a controller; each has stricter limits of its own. */
const HARD_BODY_LIMIT = 64 * 1024 * 1024;

/** Starts an app that listens. Bodies arrive as raw bytes: signatures are over bytes, and numbers beyond 2^53 must survive. */
export async function startHttpApp(module: DynamicModule, context: AppContext, port: number): Promise<INestApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: HARD_BODY_LIMIT,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
  });
  const nest = await NestFactory.create(module, adapter, { logger: nestLogger(context.logger), bodyParser: false, abortOnError: false });
  await nest.listen(port, context.config.host);
  return nest;
}

/** Probes and metrics for a process that has no app that listens. */
export async function startOpsApp(context: AppContext, port: number): Promise<INestApplication> {
  return startHttpApp(
    { module: OpsModule, controllers: [HealthController], providers: [{ provide: APP_CONTEXT, useValue: context }] },
    context,
    port,
  );
}

@Module({})
class OpsModule {}
