import { describe, expect, it } from '@jest/globals';
import { routeTable, topology } from '@tributary/contracts';
import { insightRoutes } from './insight.routes.ts';

describe('the routes of insight', () => {
  const reads = topology.insight.reads;

  it('handle every contract the app reads, each once', () => {
    expect([...routeTable('insight', reads, insightRoutes).keys()].sort()).toEqual(reads.map((contract) => contract.name).sort());
  });

  it('keep the app from starting when one is missing or double', () => {
    expect(() => routeTable('insight', reads, insightRoutes.slice(1))).toThrow('no route for');
    expect(() => routeTable('insight', reads, [...insightRoutes, ...insightRoutes.slice(0, 1)])).toThrow('two routes for');
  });
});
