import { NestFactory } from '@nestjs/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { HubEvent } from '@tributary/persistence';
import { createLogger, createMetrics, Health, loadConfig, type AppContext } from '@tributary/runtime';
import { Redis } from 'ioredis';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { secret, startFakeErp, type FakeErp } from '../test/fake-erp.ts';
import { segment } from '../test/sample-events.ts';
import { createErpBridgeStage } from './erp-bridge-stage.ts';
import { ErpBridge, ErpBridgeModule } from './erp-bridge.module.ts';
import { migrations } from './migrations.ts';

/** A database of Redis for this spec alone, so that it can be emptied. */
const redisUrl = Object.assign(new URL(process.env.REDIS_URL ?? ''), { pathname: '/9' }).href;

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('the erp-bridge on real services', () => {
  let fresh: FreshDatabase;
  let erp: FakeErp;
  let app: INestApplicationContext | undefined;
  let redis: Redis;

  beforeAll(async () => {
    fresh = await freshDatabase(migrations);
    redis = new Redis(redisUrl);
  }, 60_000);
  afterAll(async () => {
    await redis.quit();
    await fresh.drop();
  });
  beforeEach(async () => {
    await redis.flushdb();
    await fresh.database.query('TRUNCATE erp_bridge.delivery');
    erp = await startFakeErp();
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await erp.close();
  });

  const contextOf = (env: Record<string, string>): AppContext => {
    const config = loadConfig({
      KAFKA_BROKERS: 'localhost:9092',
      DATABASE_URL: fresh.url,
      REDIS_URL: redisUrl,
      TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
      TRIBUTARY_LOG_LEVEL: 'silent',
      ...env,
    });
    return { config, logger: createLogger(config), metrics: createMetrics(false), health: new Health() };
  };
  const start = async (env: Record<string, string> = { TRIBUTARY_ERP_URL: erp.url, TRIBUTARY_ERP_SECRET: secret }): Promise<AppContext> => {
    const context = contextOf(env);
    app = await NestFactory.createApplicationContext(ErpBridgeModule.register(context), { logger: false, abortOnError: false });
    return context;
  };
  const feed = (events: readonly HubEvent[]): Promise<void> =>
    fresh.database.transaction(async (tx) => {
      const unit = await createErpBridgeStage().open(tx, events, 0);
      for (const event of events) unit.apply(event);
      await unit.close();
    });
  const pending = async (): Promise<number> =>
    Number((await fresh.database.query<{ n: bigint }>("SELECT count(*) AS n FROM erp_bridge.delivery WHERE status = 'pending'"))[0]?.n);

  it('delivers what is there at the start, and what comes, in order, over at most sixteen connections', async () => {
    const events = (from: number, to: number): HubEvent[] =>
      Array.from({ length: 200 * (to - from) }, (_, n) => segment(`p${n % 200}`, from + Math.floor(n / 200)));
    erp.delayMs = 5;
    await feed(events(1, 3));
    await start();
    await feed(events(3, 5));
    await until(async () => (await pending()) === 0);
    expect(erp.badSignatures).toBe(0);
    expect(erp.seen).toHaveLength(800);
    for (let profile = 0; profile < 200; profile++)
      expect(erp.seen.filter(({ key }) => key === `p${profile}`).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(erp.mostAtOnce).toBeLessThanOrEqual(16);
    expect(erp.mostAtOnce).toBeGreaterThan(4);
  }, 30_000);

  it('stops soon with a backlog, notes what it sent, and the next process sends the rest once', async () => {
    erp.delayMs = 20;
    await feed(Array.from({ length: 2_000 }, (_, n) => segment(`p${n}`, 1)));
    await start();
    await until(() => erp.seen.length > 50);
    const began = performance.now();
    await app?.close();
    expect(performance.now() - began).toBeLessThan(5_000);
    app = undefined;
    expect(await pending()).toBe(2_000 - erp.seen.length);
    erp.delayMs = 0;
    await start();
    await until(async () => (await pending()) === 0);
    expect(erp.seen).toHaveLength(2_000);
  }, 60_000);

  it('loses nothing when Redis forgets everything', async () => {
    await start();
    erp.answer = () => 'hang-up';
    await feed(Array.from({ length: 50 }, (_, n) => segment(`p${n}`, 1)));
    await until(() => erp.seen.length >= 3);
    await redis.flushdb();
    erp.answer = () => 202;
    await feed([segment('wake', 1)]);
    await until(async () => (await pending()) === 0);
    expect(new Set(erp.seen.map(({ id }) => id)).size).toBe(51);
  }, 60_000);

  it('wakes by itself for a later attempt', async () => {
    await start();
    erp.answer = () => 500;
    await feed([segment('p', 1)]);
    await until(() => erp.seen.length === 1);
    erp.answer = () => 202;
    await until(async () => (await pending()) === 0);
    const [first, second] = erp.seen;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(3_900);
  }, 30_000);

  it('keeps everything without an ERP, says so, and still starts', async () => {
    const context = await start({});
    await feed([segment('p', 1)]);
    const metrics = await context.metrics.text();
    expect(metrics).toContain('tributary_erp_configured 0');
    expect(metrics).toContain('tributary_erp_deliveries{status="pending"} 1');
    expect(await app?.get(ErpBridge).pull(0)).toEqual([]);
    expect(await pending()).toBe(1);
  });

  it.each([
    ['an ERP without a secret', (): Record<string, string> => ({ TRIBUTARY_ERP_URL: erp.url }), 'no-secret'],
    [
      'the address of the cloud',
      (): Record<string, string> => ({ TRIBUTARY_ERP_URL: 'http://169.254.169.254', TRIBUTARY_ERP_SECRET: secret }),
      'forbidden-address',
    ],
  ])('does not start with %s', async (_what, env, code) => {
    await expect(start(env())).rejects.toMatchObject({ code });
  });
});
