import { existsSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import { createLogger, createMetrics, Health, loadConfig, type AppContext } from '@tributary/runtime';
import { Redis } from 'ioredis';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { line, order } from '../test/sample-events.ts';
import { createForecastStage } from './forecast-stage.ts';
import type { ForecastModule as Module, Reforecaster as Runner } from './forecast.module.ts';
import { migrations } from './migrations.ts';

/** A database of Redis for this spec alone. */
const redisUrl = Object.assign(new URL(process.env.REDIS_URL ?? ''), { pathname: '/8' }).href;
// Built, because a worker thread loads its module without the test runner.
const built = new URL('../dist/forecast.module.js', import.meta.url);

describe('the forecast app on real services', () => {
  let fresh: FreshDatabase;
  let context: AppContext;

  beforeAll(async () => {
    if (!existsSync(built)) throw new Error('apps/forecast is not built: run `npm run build` first');
    fresh = await freshDatabase(migrations);
    const redis = new Redis(redisUrl);
    await redis.flushdb();
    await redis.quit();
    const config = loadConfig({
      KAFKA_BROKERS: 'localhost:9092',
      DATABASE_URL: fresh.url,
      REDIS_URL: redisUrl,
      TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
      TRIBUTARY_LOG_LEVEL: 'silent',
      TRIBUTARY_AS_OF: 'events',
      TRIBUTARY_BUCKET: 'day',
    });
    context = { config, logger: createLogger(config), metrics: createMetrics(false), health: new Health() };
  }, 60_000);
  afterAll(() => fresh.drop());

  it('forecasts by schedule, in a thread, as of the latest order, and stops cleanly', async () => {
    const events = Array.from({ length: 40 }, (_, day) =>
      order(`o-${day}`, 1, new Date(Date.UTC(2026, 0, 1 + day, 9)).toISOString(), [line('a', 1 + (day % 7))]),
    );
    await fresh.database.transaction(async (tx) => {
      const unit = await createForecastStage().open(tx, events, 0);
      for (const event of events) unit.apply(event);
      await unit.close();
    });
    const { ForecastModule, Reforecaster } = (await import(built.href)) as { ForecastModule: typeof Module; Reforecaster: typeof Runner };
    const app = await NestFactory.createApplicationContext(ForecastModule.register(context), { logger: false, abortOnError: false });
    const published = () => fresh.database.query<{ payload: Buffer }>("SELECT payload FROM hub.outbox WHERE type = 'erp.forecast'");
    while ((await published()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const [row] = await published();
    const decoded = contracts.forecast.decode(row?.payload ?? Buffer.alloc(0));
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.faults));
    expect(decoded.value).toMatchObject({ sku: 'a', bucket: 'DAY', historySteps: 39, horizon: 8, asOf: Date.UTC(2026, 1, 9, 9) * 1000 });
    const reforecaster = app.get(Reforecaster);
    expect(await reforecaster.run(await reforecaster.referenceTime())).toMatchObject({ looked: 0 });
    expect(await context.metrics.text()).toContain('tributary_forecasts_published_total 1');
    await app.close();
  }, 60_000);
});
