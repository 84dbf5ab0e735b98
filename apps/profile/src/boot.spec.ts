import { describe, expect, it } from '@jest/globals';
import { routeTable, topology } from '@tributary/contracts';
import { customerRoute, factRoutes } from './profile.routes.ts';

describe('the routes of profile', () => {
  const reads = topology.profile.reads.filter((contract) => contract.name !== customerRoute.name);

  it('handle every contract the app reads, each once', () => {
    expect([...routeTable('profile', reads, factRoutes).keys()].sort()).toEqual(reads.map((contract) => contract.name).sort());
  });

  it('keep the app from starting when one is missing or double', () => {
    expect(() => routeTable('profile', reads, factRoutes.slice(1))).toThrow('no route for');
    expect(() => routeTable('profile', reads, [...factRoutes, ...factRoutes.slice(0, 1)])).toThrow('two routes for');
  });
});
