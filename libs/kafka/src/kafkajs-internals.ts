import { createRequire } from 'node:module';
import { CALLED_APIS, FETCH_VERSION, type ClientApi, type VersionRange } from './api-overlap.ts';
import type { ProduceArguments } from './produce-request.ts';

/** Waiting requests of one connection. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Milliseconds since 1970 until which the broker asked not to be sent anything; -1 when it did not. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** What is sent: kafkajs reads these two of its encoders. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** A request of one version, ready to be encoded, with the reader of its answer. */
export interface MadeRequest {
  readonly request: { readonly encode: () => Promise<Encoded> };
  readonly response: unknown;
}

/** The Produce API: gives the maker of requests of a version. */
export interface ProduceApi {
  protocol: (asked: { readonly version: number }) => (given: ProduceArguments) => MadeRequest;
}

/** One connection to a broker. */
export interface Connection {
  readonly socket?: { destroy(): void };
  connectionStatus: 'connected' | 'disconnecting' | 'disconnected';
  readonly requestQueue: { destroy(): void };
  rejectRequests(error: Error): void;
}

/** A request on its way, of which only the kind is looked at. */
export interface SentRequest {
  readonly request: { readonly apiKey: number };
}

/** The connections to one broker; told once what versions it speaks. */
export interface ConnectionPool {
  readonly host: string;
  readonly port: number;
  readonly pool: readonly Connection[];
  send(request: SentRequest): Promise<unknown>;
  setVersions(versions: Readonly<Record<number, VersionRange>>): void;
  destroy(): Promise<void>;
}

/** The parts of kafkajs that are repaired from outside: nobody else may reach into it. */
export interface KafkajsInternals {
  readonly RequestQueue: { readonly prototype: RequestQueue };
  readonly Produce: ProduceApi;
  readonly ConnectionPool: { readonly prototype: ConnectionPool };
  /** What kafkajs throws when a connection ends under a request; its types leave it out. */
  readonly ConnectionClosedError: new (message: string, at: { readonly host: string; readonly port: number }) => Error;
  /** What the client can speak, of what the hub calls. */
  readonly calledApis: readonly ClientApi[];
  /** Answers to Fetch version 11, the only one that brokers of today are asked with. */
  readonly fetchResponse: { decode: (payload: Buffer) => Promise<unknown> };
}

/** The only version whose inside was read for the repairs. */
const READ_VERSION = '2.2.4';

/**
 * The inside of the installed kafkajs. Throws when another version is installed than the one that was read: what is repaired there may
 * have moved, or may be repaired already.
 */
export function kafkajsInternals(
  installed: (path: string) => unknown = (path) => createRequire(import.meta.url)(`kafkajs/${path}`),
): KafkajsInternals {
  const { version } = installed('package.json') as { version: string };
  if (version !== READ_VERSION)
    throw new Error(
      `kafkajs ${version} is installed, but the repairs of its inside were written for ${READ_VERSION}: read docs/adr/0009, check each of them against the new source, then name the new version in libs/kafka/src/kafkajs-internals.ts`,
    );
  const internals: KafkajsInternals = {
    RequestQueue: installed('src/network/requestQueue') as KafkajsInternals['RequestQueue'],
    Produce: installed('src/protocol/requests/produce') as ProduceApi,
    ConnectionPool: installed('src/network/connectionPool') as KafkajsInternals['ConnectionPool'],
    ConnectionClosedError: (installed('src/errors') as { readonly KafkaJSConnectionClosedError: KafkajsInternals['ConnectionClosedError'] })
      .KafkaJSConnectionClosedError,
    calledApis: calledApis(installed),
    fetchResponse: installed('src/protocol/requests/fetch/v11/response') as KafkajsInternals['fetchResponse'],
  };
  if (typeof internals.RequestQueue.prototype.scheduleCheckPendingRequests !== 'function')
    throw new Error(`kafkajs ${version} is not as published: RequestQueue has no scheduleCheckPendingRequests`);
  if (typeof internals.Produce.protocol !== 'function') throw new Error(`kafkajs ${version} is not as published: Produce has no protocol`);
  if (typeof internals.ConnectionPool.prototype.setVersions !== 'function')
    throw new Error(`kafkajs ${version} is not as published: ConnectionPool has no setVersions`);
  if (typeof internals.ConnectionPool.prototype.send !== 'function')
    throw new Error(`kafkajs ${version} is not as published: ConnectionPool has no send`);
  if (typeof internals.ConnectionClosedError !== 'function')
    throw new Error(`kafkajs ${version} is not as published: it has no KafkaJSConnectionClosedError`);
  if (typeof internals.fetchResponse.decode !== 'function') throw new Error(`kafkajs ${version} is not as published: Fetch has no decode`);
  return internals;
}

function calledApis(installed: (path: string) => unknown): ClientApi[] {
  const keys = installed('src/protocol/requests/apiKeys') as Readonly<Record<string, number>>;
  const { requests } = installed('src/protocol/requests') as {
    requests?: Readonly<Record<string, { readonly versions: readonly string[] }>>;
  };
  return CALLED_APIS.map((name) => {
    const key = keys[name];
    const versions = requests?.[name]?.versions.map(Number);
    if (key === undefined || versions === undefined) throw new Error(`kafkajs is not as published: it has no ${name}`);
    return { name, key, versions: name === 'Fetch' ? versions.filter((version) => version === FETCH_VERSION) : versions };
  });
}
