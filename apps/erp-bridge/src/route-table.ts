import type { AnyContract } from '@tributary/contracts';

/** Routes by contract name. Throws when a contract that is read has no route, or more than one, or a route is read by nobody. */
export function routeTable<Route extends { readonly contract: AnyContract }>(
  app: string,
  reads: readonly AnyContract[],
  routes: readonly Route[],
): ReadonlyMap<string, Route> {
  const table = new Map<string, Route>();
  for (const route of routes) {
    const { name } = route.contract;
    if (table.has(name)) throw new TypeError(`${app}: two routes for ${name}`);
    if (!reads.some((contract) => contract.name === name)) throw new TypeError(`${app}: a route for ${name}, which the app does not read`);
    table.set(name, route);
  }
  for (const { name } of reads) if (!table.has(name)) throw new TypeError(`${app}: no route for ${name}`);
  return table;
}
