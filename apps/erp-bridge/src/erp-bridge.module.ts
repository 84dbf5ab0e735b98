import { Inject, Module, type DynamicModule, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { connectJobs, type Jobs } from '@tributary/jobs';
import { Database, type StepHook } from '@tributary/persistence';
import { APP_CONTEXT, currentTraceparent, withSpan, type AppContext } from '@tributary/runtime';
import { BridgeFault } from './bridge-fault.ts';
import { observeBridge } from './bridge-metrics.ts';
import { deliverShard, type DeliverDeps, type OutageBoard } from './deliver-shard.job.ts';
import { DeliveryDispatcher, type ShardJob } from './delivery-dispatcher.ts';
import { ErpClient } from './erp-client.ts';
import { noOutage } from './outage.ts';
import { DELIVERY_CHANNEL } from './pg-bridge.store.ts';
import { pullAll, type PullSummary } from './pull.task.ts';

/** Token of the app's {@link Database}. */
const DATABASE = Symbol('ERP_BRIDGE_DATABASE');
/** Token of its {@link StepHook}. */
const STEPS = Symbol('ERP_BRIDGE_STEPS');

const QUEUE = 'erp-deliver';
/** Requests to the ERP at once. */
const CONCURRENCY = 16;
/** Everything due is looked for this often, whatever Redis remembers. */
const RECONCILE_MS = 10_000;

/** Delivers to the ERP and pulls from it, once one is configured. */
export class ErpBridge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly closers: (() => Promise<unknown>)[] = [];
  private client: ErpClient | undefined;
  private stopping = false;

  constructor(
    @Inject(APP_CONTEXT) private readonly context: AppContext,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STEPS) private readonly onStep: StepHook,
  ) {}

  /** @throws BridgeFault for an address that may not be used, or one without a secret. */
  async onApplicationBootstrap(): Promise<void> {
    const { config, logger, metrics } = this.context;
    const url = config.erpUrl;
    observeBridge(metrics, this.database, url !== undefined);
    if (url === undefined) {
      logger.info('no ERP is configured: deliveries wait in PostgreSQL, nothing is lost');
      return;
    }
    if (config.erpSecret === undefined)
      throw new BridgeFault('no-secret', 'an ERP is configured without TRIBUTARY_ERP_SECRET, and nothing goes out unsigned');
    const client = new ErpClient({ url, secret: config.erpSecret, connections: CONCURRENCY });
    this.client = client;
    this.closers.unshift(() => client.close());
    const jobs = await connectJobs({
      redisUrl: config.redisUrl,
      onError: (error, where) => logger.warn({ err: error, where }, 'erp-bridge jobs'),
    });
    this.closers.unshift(() => jobs.close());
    await this.startDelivering(url, client, jobs);
    await jobs.schedule({
      name: 'erp-pull',
      everySeconds: config.erpPullEvery,
      asOf: () => Date.now() * 1000,
      task: async (asOf) => void (await this.pull(asOf)),
    });
  }

  /** Pulls every list of the ERP once. Nothing without an ERP. */
  async pull(asOf: number): Promise<PullSummary[]> {
    const { config, logger, metrics } = this.context;
    const { client } = this;
    const url = config.erpUrl;
    if (client === undefined || url === undefined) return [];
    return withSpan('erp.pull', undefined, async () => {
      const traceparent = currentTraceparent();
      const summaries = await pullAll(asOf, {
        database: this.database,
        client,
        url,
        ...(traceparent === undefined ? {} : { traceparent }),
      });
      const pulled = metrics.counter('erp_pulled_total', 'Items pulled from the ERP.', ['path', 'result']);
      for (const { path, facts, refused } of summaries) {
        pulled.inc({ path, result: 'fact' }, facts);
        pulled.inc({ path, result: 'refused' }, refused);
      }
      logger.debug({ summaries }, 'erp pull');
      return summaries;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const close of this.closers) await close();
    await this.database.close();
  }

  private async startDelivering(url: string, client: ErpClient, jobs: Jobs): Promise<void> {
    const { logger } = this.context;
    const dispatcher = new DeliveryDispatcher(this.database, jobs.createQueue<ShardJob>(QUEUE), (error) =>
      logger.warn({ err: error }, 'erp-bridge dispatcher: it looks again by itself'),
    );
    const board: OutageBoard = { state: noOutage };
    const deps = this.deliverDeps(url, client, () => dispatcher.wake());
    await jobs.createWorker<ShardJob>(
      QUEUE,
      { concurrency: CONCURRENCY, onFailed: (error, { id }) => logger.warn({ err: error, job: id }, 'erp delivery job') },
      async ({ shard }) => {
        const wait = await deliverShard(shard, deps, board);
        if (wait !== undefined) await dispatcher.later(shard, wait);
      },
    );
    const stopListening = await this.database.listen(DELIVERY_CHANNEL, () => dispatcher.wake());
    dispatcher.start(RECONCILE_MS);
    this.closers.unshift(
      () => stopListening(),
      () => dispatcher.stop(),
    );
  }

  private deliverDeps(url: string, client: ErpClient, onRecovered: () => void): DeliverDeps {
    const { logger, metrics } = this.context;
    const attempts = metrics.counter('erp_delivery_attempts_total', 'Attempts to deliver an event to the ERP.', ['outcome']);
    return {
      database: this.database,
      url,
      postMs: client.timeoutMs,
      post: async ({ eventId, body, type, traceparent }) => {
        const outcome = await withSpan('erp.deliver', traceparent ?? undefined, () => client.post(eventId, body, currentTraceparent()), {
          'event.type': type,
        });
        await this.onStep('webhook-posted');
        return outcome;
      },
      clock: () => performance.now(),
      chance: Math.random,
      observe: (outcome, { eventId, type }) => {
        attempts.inc({ outcome });
        if (outcome === 'failed') logger.error({ eventId, type }, 'a delivery to the ERP used up its attempts: a person must look at it');
      },
      onRecovered,
      stopping: () => this.stopping,
    };
  }
}

/** The erp-bridge. The host feeds {@link createErpBridgeStage} beside it. */
@Module({})
export class ErpBridgeModule {
  /** @param onStep called at the steps of a delivery. */
  static register(context: AppContext, onStep: StepHook = () => undefined): DynamicModule {
    const { databaseUrl, databasePool } = context.config;
    return {
      module: ErpBridgeModule,
      providers: [
        { provide: APP_CONTEXT, useValue: context },
        {
          provide: DATABASE,
          useFactory: () => new Database({ url: databaseUrl, max: databasePool, applicationName: 'tributary erp-bridge' }),
        },
        { provide: STEPS, useValue: onStep },
        ErpBridge,
      ],
      exports: [ErpBridge],
    };
  }
}
