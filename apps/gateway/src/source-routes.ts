import { openConnectors, type Connector } from '@tributary/connectors';
import type { Source } from '@tributary/runtime';

/** A source and the connector that reads what it posts. */
export interface SourceRoute {
  readonly source: Source;
  readonly connector: Connector;
}

/**
 * The routes of the gateway: which source is read by which connector.
 * @throws TypeError when a source names a connector that does not exist, or stands there twice.
 */
export function sourceRoutes(
  sources: readonly Source[],
  connectors: ReadonlyMap<string, Connector> = openConnectors(),
): ReadonlyMap<string, SourceRoute> {
  const routes = new Map<string, SourceRoute>();
  for (const source of sources) {
    const connector = connectors.get(source.connector);
    if (connector === undefined)
      throw new TypeError(`source ${source.name} wants the connector ${source.connector}; there are ${[...connectors.keys()].join(', ')}`);
    if (routes.has(source.name)) throw new TypeError(`source ${source.name} has two routes`);
    routes.set(source.name, { source, connector });
  }
  return routes;
}
