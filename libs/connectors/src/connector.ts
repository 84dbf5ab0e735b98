import jsonata from 'jsonata';
import { canonicalEvent, readCanonical } from './canonical/read-canonical.ts';
import { readCloudEvents } from './cloudevents/read-cloudevents.ts';
import type { ConnectorDefinition } from './connector-definition.ts';
import { refusedDelivery, type Delivery, type DeliveryReading } from './incoming-event.ts';
import { numbersAsText, readJson } from './json-body.ts';
import { mappingFunctions } from './mapping-functions.ts';
import { isUtf8Charset, mediaType } from './media-type.ts';
import type { SignatureScheme } from './signature.ts';

/** Reads the requests of one kind of source. */
export interface Connector {
  readonly name: string;
  readonly signature: SignatureScheme;
  readonly refusedStatus: 202 | 422;
  read(delivery: Delivery): Promise<DeliveryReading>;
}

/** Makes a connector ready: parses its expressions once. Throws when one is no JSONata. */
export function openConnector(definition: ConnectorDefinition): Connector {
  const { name, signature, refusedStatus, form } = definition;
  const read =
    form === 'mapped'
      ? mappedReader(definition)
      : (delivery: Delivery) => Promise.resolve(form === 'canonical' ? readCanonical(delivery) : readCloudEvents(delivery));
  return { name, signature, refusedStatus, read };
}

function mappedReader({ name, topic = '', mappings = {}, ignored = [] }: ConnectorDefinition): Connector['read'] {
  const topicOf = compile(name, 'topic', topic);
  const byTopic = new Map(Object.entries(mappings).map(([key, text]) => [key, compile(name, key, text)]));
  return async ({ headers, body }) => {
    const { type, charset } = mediaType(headers['content-type']);
    if (type !== 'application/json' || !isUtf8Charset(charset))
      return refusedDelivery(415, { field: 'content-type', reason: 'envelope', detail: 'must be application/json in UTF-8' });
    const json = readJson(body);
    if (!json.ok) return refusedDelivery(400, ...json.faults);
    const payload = numbersAsText(json.value.value);
    const key = String((await topicOf({ headers, body: payload }, {})) ?? '');
    const mapping = byTopic.get(key);
    if (mapping === undefined) {
      if (ignored.includes(key)) return { ok: true, events: [] };
      const known = [...byTopic.keys()].join(', ');
      return refusedDelivery(422, {
        field: 'topic',
        reason: 'unmappable',
        detail: `${JSON.stringify(key.slice(0, 60))} is none of ${known}`,
      });
    }
    try {
      const mapped = (await mapping(payload, { headers, topic: key })) ?? [];
      const items = Array.isArray(mapped) ? (mapped as unknown[]) : [mapped];
      return { ok: true, events: items.map((item) => canonicalEvent(item, body, headers.traceparent)) };
    } catch (error) {
      const why = (error as { message?: unknown } | null)?.message;
      return refusedDelivery(422, { field: 'topic', reason: 'unmappable', detail: `mapping ${key} failed: ${String(why)}` });
    }
  };
}

function compile(connector: string, key: string, text: string): (input: unknown, bindings: Record<string, unknown>) => Promise<unknown> {
  let expression: jsonata.Expression;
  try {
    expression = jsonata(text);
  } catch (error) {
    throw new TypeError(`connector ${connector}, mapping ${key}: ${String((error as { message?: unknown }).message)}`, { cause: error });
  }
  for (const [name, implementation] of Object.entries(mappingFunctions)) expression.registerFunction(name, implementation);
  return (input, bindings) => expression.evaluate(input, bindings) as Promise<unknown>;
}
