import { Inject, Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { connectJobs, runInThread, type Jobs } from '@tributary/jobs';
import { Database } from '@tributary/persistence';
import { APP_CONTEXT, currentTraceparent, withSpan, type AppContext } from '@tributary/runtime';
import type { Fit } from './decide-forecasts.ts';
import { latestOrderTime } from './reforecast.store.ts';
import { runReforecast, type ReforecastSummary } from './reforecast.task.ts';

/** Token of the app's {@link Database}. */
const DATABASE = Symbol('FORECAST_DATABASE');

/** The scheduled forecast: what it needs from outside, bound. */
export class Reforecaster implements OnApplicationBootstrap, OnApplicationShutdown {
  private jobs: Jobs | undefined;
  private stopping = false;

  constructor(
    @Inject(APP_CONTEXT) private readonly context: AppContext,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /** Schedules the forecast; the process does not start without a Redis that keeps its jobs. */
  async onApplicationBootstrap(): Promise<void> {
    const { config, logger } = this.context;
    this.jobs = await connectJobs({
      redisUrl: config.redisUrl,
      onError: (error, where) => logger.warn({ err: error, where }, 'forecast jobs'),
    });
    await this.jobs.schedule({
      name: 'reforecast',
      everySeconds: config.reforecastEvery,
      asOf: () => this.referenceTime(),
      task: async (asOf) => void (await this.run(asOf)),
    });
  }

  /** Reference time of a run: now, or that of the latest order where the past is replayed. Microseconds UTC. */
  async referenceTime(): Promise<number> {
    const latest = this.context.config.asOf === 'events' ? await latestOrderTime(this.database) : undefined;
    return latest ?? Date.now() * 1000;
  }

  /** Runs the forecast once, here and now. */
  run(asOf: number): Promise<ReforecastSummary> {
    const { config, logger, metrics } = this.context;
    return withSpan('forecast.reforecast', undefined, async () => {
      const began = performance.now();
      const traceparent = currentTraceparent();
      const { bucket, horizon } = config;
      const summary = await runReforecast(asOf, {
        database: this.database,
        bucket,
        horizon,
        fit: fitInThread,
        stopping: () => this.stopping,
        ...(traceparent === undefined ? {} : { traceparent }),
      });
      const seconds = (performance.now() - began) / 1000;
      metrics.counter('forecasts_published_total', 'Forecasts published.').inc(summary.forecasts);
      metrics.counter('replenishments_published_total', 'Replenishment suggestions published.').inc(summary.replenishments);
      metrics.gauge('forecasts_refused', 'Series that the last run could not forecast.').set(summary.refused);
      metrics.gauge('reforecast_seconds', 'Duration of the last forecast run.').set(seconds);
      logger.info({ ...summary, seconds }, 'reforecast');
      return summary;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.jobs?.close();
    await this.database.close();
  }
}

/** Fits in a worker thread, so that the event loop stays free. */
export const fitInThread: Fit = (request) => runInThread(new URL('./fit-series.js', import.meta.url), 'fitSeries', request);

/** The forecast app. The host feeds {@link createForecastStage} beside it. */
@Module({})
export class ForecastModule {
  static register(context: AppContext): DynamicModule {
    const { databaseUrl, databasePool } = context.config;
    return {
      module: ForecastModule,
      providers: [
        { provide: APP_CONTEXT, useValue: context },
        {
          provide: DATABASE,
          useFactory: () => new Database({ url: databaseUrl, max: databasePool, applicationName: 'tributary forecast' }),
        },
        Reforecaster,
      ],
      exports: [Reforecaster],
    };
  }
}
