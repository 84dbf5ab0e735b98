import { Inject, Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { connectJobs, type Jobs } from '@tributary/jobs';
import { Database } from '@tributary/persistence';
import { APP_CONTEXT, withSpan, type AppContext } from '@tributary/runtime';
import { latestEvent } from './stats.store.ts';
import { refit, type RefitReport } from './refit.task.ts';
import type { SegmentRule } from './segment-rule.ts';

const DATABASE = Symbol('INSIGHT_DATABASE');
const RULES = Symbol('INSIGHT_RULES');

/** The scheduled refit: what it needs from outside, bound. */
export class Refitter implements OnApplicationBootstrap, OnApplicationShutdown {
  private jobs: Jobs | undefined;

  constructor(
    @Inject(APP_CONTEXT) private readonly context: AppContext,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(RULES) private readonly rules: readonly SegmentRule[],
  ) {}

  /** Schedules the refit; the process does not start without a Redis that keeps its jobs. */
  async onApplicationBootstrap(): Promise<void> {
    const { config, logger } = this.context;
    this.jobs = await connectJobs({
      redisUrl: config.redisUrl,
      onError: (error, where) => logger.warn({ err: error, where }, 'insight jobs'),
      onState: (state) => this.context.health.report('insight jobs', state),
    });
    await this.jobs.schedule({
      name: 'refit',
      everySeconds: config.refitEvery,
      asOf: () => (config.asOf === 'events' ? latestEvent(this.database) : Date.now() * 1000),
      task: async (asOf) => void (await this.run(asOf)),
    });
  }

  /** Fits and scores once, here and now, at a reference time in microseconds UTC. */
  run(asOf: number): Promise<RefitReport> {
    const { config, logger, metrics } = this.context;
    return withSpan('insight.refit', undefined, async () => {
      const began = performance.now();
      const report = await refit(asOf, { database: this.database, rules: this.rules, currency: config.currency });
      const seconds = (performance.now() - began) / 1000;
      metrics.gauge('refit_seconds', 'Duration of the last refit of the life-time models.').set(seconds);
      metrics.gauge('refit_customers', 'Buyers in the last refit.').set(report.customers);
      logger.info({ ...report, seconds }, 'refit');
      return report;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.jobs?.close();
    await this.database.close();
  }
}

/** The insight app: the scheduled refit; its stage is fed by the transport that the host connects. */
@Module({})
export class InsightModule {
  static register(context: AppContext, rules: readonly SegmentRule[]): DynamicModule {
    const { config } = context;
    return {
      module: InsightModule,
      providers: [
        { provide: APP_CONTEXT, useValue: context },
        { provide: RULES, useValue: rules },
        {
          provide: DATABASE,
          useFactory: () =>
            new Database({ url: config.databaseUrl, max: 2, applicationName: 'tributary insight', statementTimeout: 120_000 }),
        },
        Refitter,
      ],
    };
  }
}
