import { fileURLToPath } from 'node:url';
import { Inject, Module, type DynamicModule, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Database } from '@tributary/persistence';
import { APP_CONTEXT, HealthController, type AppContext } from '@tributary/runtime';
import { CustomersController } from './customers.controller.ts';
import { FaultFilter } from './fault-filter.ts';
import { readOverview } from './flow.view.ts';
import { LagBoard } from './lag-board.ts';
import { Latest } from './latest.ts';
import { OverviewController } from './overview.controller.ts';
import { overviewOf, type OverviewFigures } from './overview.ts';
import { QuarantineController } from './quarantine.controller.ts';
import { readOnlyUrl } from './read-only-url.ts';
import type { RepairPort } from './repair-port.ts';
import { RepairController } from './repair.controller.ts';
import { RequestGuard } from './request-guard.ts';
import { SkusController } from './skus.controller.ts';
import { LAG_BOARD, OVERVIEW, REPAIR, VIEWS, WEB_ASSETS } from './tokens.ts';
import { loadWebAssets } from './web-assets.ts';
import { WebController } from './web.controller.ts';
import type { Watermarks } from './watermarks.ts';

/** What the console is given from outside. */
export interface ConsolePorts {
  /** Without it lag is shown as unknown. */
  readonly watermarks?: Watermarks;
  /** Without it the console only reads. */
  readonly repair?: RepairPort;
}

/** A view answers within this or is cancelled, milliseconds. */
const STATEMENT_TIMEOUT = 5_000;
const LOOK_EVERY = 3_000;
/** The figures are read this often even when nobody looks, so that `/ready` knows whether the database answers. */
const READ_EVERY = 10_000;
const COMPONENT = 'console-views';

/**
 * The console: JSON API under /api, the page, probes. Imports nothing of the other apps and reads only schema `console`; what it changes in
 * the quarantine goes through the port it is given.
 */
@Module({})
export class ConsoleModule implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(VIEWS) private readonly database: Database,
    @Inject(LAG_BOARD) private readonly lagBoard: LagBoard,
    @Inject(OVERVIEW) private readonly overview: Latest<OverviewFigures>,
    @Inject(APP_CONTEXT) private readonly context: AppContext,
  ) {}

  static register(context: AppContext, ports: ConsolePorts = {}): DynamicModule {
    const database = new Database({
      url: readOnlyUrl(context.config.databaseUrl),
      max: context.config.databasePool,
      applicationName: 'tributary console',
      statementTimeout: STATEMENT_TIMEOUT,
    });
    const lagBoard = new LagBoard(ports.watermarks, Date.now, (error) =>
      context.logger.warn({ app: 'console', err: error }, 'Kafka does not tell where partitions end: lag is unknown'),
    );
    const assets = loadWebAssets(fileURLToPath(new URL('../web/dist/', import.meta.url)));
    if (assets === undefined) context.logger.warn({ app: 'console' }, 'the page is not built (npm run build): only the API is served');
    return {
      module: ConsoleModule,
      // The page's route matches everything: it comes last.
      controllers: [
        HealthController,
        OverviewController,
        CustomersController,
        SkusController,
        QuarantineController,
        RepairController,
        WebController,
      ],
      providers: [
        { provide: APP_CONTEXT, useValue: context },
        { provide: VIEWS, useValue: database },
        { provide: LAG_BOARD, useValue: lagBoard },
        { provide: OVERVIEW, useValue: latestOverview(context, database, lagBoard) },
        { provide: WEB_ASSETS, useValue: assets },
        { provide: REPAIR, useValue: ports.repair },
        { provide: APP_FILTER, useClass: FaultFilter },
        RequestGuard,
      ],
    };
  }

  onModuleInit(): void {
    this.context.health.expect(COMPONENT);
    this.lagBoard.start(LOOK_EVERY);
    this.readInBackground();
    this.timer = setInterval(() => this.readInBackground(), READ_EVERY);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.lagBoard.stop();
    await this.database.close();
  }

  /** What fails here was logged and reported to `/ready` by the reading itself. */
  private readInBackground(): void {
    this.overview.get().then(
      ({ failingSince }) => {
        if (failingSince === undefined) this.context.health.report(COMPONENT, 'ok');
      },
      () => undefined,
    );
  }
}

function latestOverview(context: AppContext, database: Database, lagBoard: LagBoard): Latest<OverviewFigures> {
  return new Latest(
    async () => {
      const rows = await readOverview(database);
      return overviewOf(rows, (topic, partition, position) => lagBoard.lag(topic, partition, position), lagBoard.reach(), new Date());
    },
    {
      keepMs: 1_000,
      patienceMs: 1_500,
      clock: Date.now,
      failed: (error) => {
        context.health.report(COMPONENT, { reason: 'the database does not answer the views of the console' });
        context.logger.error({ app: 'console', err: error }, 'the figures of the overview cannot be read');
      },
      recovered: () => context.health.report(COMPONENT, 'ok'),
    },
  );
}
