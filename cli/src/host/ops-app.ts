import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { APP_CONTEXT, HealthController, nestLogger, type AppContext } from '@tributary/runtime';

/** Probes and metrics for a process that runs neither the gateway nor the console. */
export async function startOpsApp(context: AppContext, port: number): Promise<INestApplication> {
  const module = { module: OpsModule, controllers: [HealthController], providers: [{ provide: APP_CONTEXT, useValue: context }] };
  const nest = await NestFactory.create(module, new FastifyAdapter(), { logger: nestLogger(context.logger), abortOnError: false });
  await nest.listen(port, context.config.host);
  return nest;
}

@Module({})
class OpsModule {}
