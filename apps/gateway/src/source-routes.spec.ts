import { describe, expect, it } from '@jest/globals';
import { openConnectors } from '@tributary/connectors';
import { sourceRoutes } from './source-routes.ts';

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
});
