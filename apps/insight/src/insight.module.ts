import { Inject, Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import { Database, STAGE } from '@tributary/persistence';
import type { AppContext } from '@tributary/runtime';
import { createInsightStage } from './insight-stage.ts';
import { latestEvent } from './insight.store.ts';
import { refit, type RefitReport } from './refit.task.ts';
import { loadSegments } from './segment-files.ts';

const DATABASE = Symbol('INSIGHT_DATABASE');
/** Token of the {@link RefitRunner}. */
export const REFIT = Symbol('REFIT');

/** The refit as the host schedules it. */
export interface RefitRunner {
  /** @param asOf reference time, microseconds UTC. */
  run(asOf: number): Promise<RefitReport>;
  /** Latest event time in the statistics, microseconds; 0 when there is none. */
  latestEvent(): Promise<number>;
}

/** The insight app: one stage and the scheduled refit. */
@Module({})
export class InsightModule implements OnModuleDestroy {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  static register({ config }: AppContext): DynamicModule {
    const rules = loadSegments();
    const database = new Database({ url: config.databaseUrl, max: 2, applicationName: 'tributary insight', statementTimeout: 120_000 });
    const runner: RefitRunner = { run: (asOf) => refit(asOf, { database, rules, currency: config.currency }), latestEvent: () => latestEvent(database) };
    return {
      module: InsightModule,
      providers: [
        { provide: DATABASE, useValue: database },
        { provide: STAGE, useValue: createInsightStage(config.currency, rules) },
        { provide: REFIT, useValue: runner },
      ],
      exports: [STAGE, REFIT],
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.database.close();
  }
}
