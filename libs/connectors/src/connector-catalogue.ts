import { openConnector, type Connector } from './connector.ts';
import type { ConnectorDefinition } from './connector-definition.ts';
import { connectorDefinitions } from './generated/connector-definitions.ts';

/** Connectors by name. Throws when two have the same name. */
export function openConnectors(definitions: readonly ConnectorDefinition[] = connectorDefinitions): ReadonlyMap<string, Connector> {
  const connectors = new Map<string, Connector>();
  for (const definition of definitions) {
    if (connectors.has(definition.name)) throw new TypeError(`two connectors are named ${definition.name}`);
    connectors.set(definition.name, openConnector(definition));
  }
  return connectors;
}
