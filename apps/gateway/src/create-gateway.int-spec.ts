import { describe, expect, it } from '@jest/globals';
import { createLogger, createMetrics, Health, loadConfig, type AppContext } from '@tributary/runtime';
import { createGateway } from './create-gateway.ts';

const contextWith = (sources: string): AppContext => {
  const config = loadConfig({
    KAFKA_BROKERS: '127.0.0.1:9',
    REDIS_URL: 'redis://127.0.0.1:9',
    DATABASE_URL: 'postgres://hub@127.0.0.1:9/hub',
    TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
    TRIBUTARY_SOURCES: sources,
    TRIBUTARY_LOG_LEVEL: 'silent',
  });
  return { config, logger: createLogger(config), metrics: createMetrics(false), health: new Health() };
};
describe('the gateway at its start', () => {
  it('refuses a source without a connector and a source named twice', async () => {
    await expect(createGateway(contextWith('shop=magento'))).rejects.toThrow(/wants the connector magento/);
    expect(() => contextWith('shop,shop')).toThrow(/names shop twice/);
  });

  it('has one handler for every path and method', async () => {
    const app = await createGateway(contextWith('shop'));
    const routes: string[] = [];
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRoute', ({ method, url }: { method: string | string[]; url: string }) => void routes.push(`${String(method)} ${url}`));
    await app.init();
    expect(new Set(routes).size).toBe(routes.length);
    expect(routes).toEqual(
      expect.arrayContaining([
        'POST /in/:source',
        'POST /events',
        'GET /subjects',
        'GET /ready',
        'GET /live',
        'GET /metrics',
        'GET /accounting',
      ]),
    );
    await app.close();
  });
});
