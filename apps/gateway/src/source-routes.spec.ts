import { describe, expect, it } from '@jest/globals';
import { openConnectors } from '@tributary/connectors';
import { createLogger, createMetrics, Health, loadConfig, type AppContext } from '@tributary/runtime';
import { createGateway } from './create-gateway.ts';
import { sourceRoutes } from './source-routes.ts';

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
const source = (name: string, connector = 'canonical') => ({ name, connector, secret: undefined });

describe('the routes of the gateway', () => {
  it('give each source its connector', () => {
    const routes = sourceRoutes([source('shop', 'shopify'), source('erp')]);
    expect([...routes].map(([name, { connector }]) => [name, connector.name])).toEqual([
      ['shop', 'shopify'],
      ['erp', 'canonical'],
    ]);
  });

  it('refuse a missing connector and a double source', () => {
    expect(() => sourceRoutes([source('shop', 'magento')])).toThrow(
      'source shop wants the connector magento; there are canonical, cloudevents, shopify',
    );
    expect(() => sourceRoutes([source('shop'), source('shop')])).toThrow('source shop has two routes');
    expect(() => sourceRoutes([source('shop')], new Map([...openConnectors()].filter(([name]) => name !== 'canonical')))).toThrow(/wants/);
  });

  it('keep the gateway from starting', async () => {
    await expect(createGateway(contextWith('shop=magento'))).rejects.toThrow(/wants the connector magento/);
    expect(() => contextWith('shop,shop')).toThrow(/names shop twice/);
  });

  it('exist once each: every path and method has one handler', async () => {
    const app = await createGateway(contextWith('shop'));
    const routes: string[] = [];
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRoute', ({ method, url }: { method: string | string[]; url: string }) => void routes.push(`${String(method)} ${url}`));
    await app.init();
    expect(new Set(routes).size).toBe(routes.length);
    expect(routes).toEqual(
      expect.arrayContaining(['POST /in/:source', 'POST /events', 'GET /subjects', 'GET /ready', 'GET /live', 'GET /metrics']),
    );
    await app.close();
  });
});
