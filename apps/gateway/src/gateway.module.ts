import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Database, type StepHook } from '@tributary/persistence';
import { APP_CONTEXT, HealthController, type AppContext } from '@tributary/runtime';
import { DatabaseWatch } from './database-watch.ts';
import { CLOCK, DATABASE, ROUTES, STEPS } from './gateway-tokens.ts';
import { IngestController } from './ingest.controller.ts';
import { ProblemFilter } from './problem-filter.ts';
import { RegistryController } from './registry/registry.controller.ts';
import { sourceRoutes } from './source-routes.ts';

/** The gateway: ingest, the read-only registry, health. */
@Module({})
export class GatewayModule {
  /**
   * @param now the clock, milliseconds since 1970.
   * @param onStep called at the steps of an ingest.
   * @throws TypeError when a source has no connector or two routes: the gateway does not start half deaf.
   */
  static register(context: AppContext, now: () => number = () => Date.now(), onStep: StepHook = () => undefined): DynamicModule {
    const { config } = context;
    const routes = sourceRoutes(config.sources);
    return {
      module: GatewayModule,
      controllers: [IngestController, RegistryController, HealthController],
      providers: [
        { provide: APP_CONTEXT, useValue: context },
        { provide: ROUTES, useValue: routes },
        { provide: CLOCK, useValue: now },
        { provide: STEPS, useValue: onStep },
        {
          provide: DATABASE,
          useFactory: () =>
            new Database({
              url: config.databaseUrl,
              max: config.databasePool,
              applicationName: 'tributary gateway',
              statementTimeout: 10_000,
            }),
        },
        { provide: APP_FILTER, useClass: ProblemFilter },
        DatabaseWatch,
      ],
    };
  }
}
