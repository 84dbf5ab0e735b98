import kafkajs from 'kafkajs';
import type { Connection, ConnectionPool, KafkajsInternals } from './kafkajs-internals.ts';

const { KafkaJSConnectionError } = kafkajs;
/** Kafka's keys of requests: what is asked first of a broker, and what a member asks its coordinator. */
const API_VERSIONS = 18;
const OF_COORDINATOR: ReadonlySet<number> = new Set([11, 12, 14]);
/** A length comes first in every answer. */
const LENGTH_BYTES = 4;
const TIMED_OUT = 'KafkaJSRequestTimeoutError';

/** Rejects what else waits for a broker that has left a request without an answer. */
class BrokerSilence extends Error {
  override readonly name = 'BrokerSilence';
}

/**
 * A request that is not answered in time ends the connections to its broker, as in the Java client. kafkajs keeps them: a broker that stands
 * still (its connections stay open) stays the leader and the coordinator that it is believed to be, and is asked again and again. As a
 * closed connection the timeout is what kafkajs knows how to leave: metadata is asked for again, another seed is tried, the group's
 * coordinator is looked for. A late answer finds nobody, and half of one does not spoil the next connection's.
 */
export function closeOnSilence({ ConnectionPool: { prototype }, ConnectionClosedError }: KafkajsInternals): void {
  const { send } = prototype;
  prototype.send = async function (this: ConnectionPool, request) {
    try {
      return await send.call(this, request);
    } catch (error) {
      if (!(error instanceof Error) || (error.name !== TIMED_OUT && !(error instanceof BrokerSilence))) throw error;
      if (error.name === TIMED_OUT) for (const connection of this.pool) cut(connection, new BrokerSilence(error.message));
      // Only this error makes kafkajs try another seed, and only this type makes it look for the group's coordinator again.
      if (request.request.apiKey === API_VERSIONS) throw new KafkaJSConnectionError(error.message, { broker: `${this.host}:${this.port}` });
      const closed = new ConnectionClosedError(error.message, this);
      throw OF_COORDINATOR.has(request.request.apiKey) ? Object.assign(closed, { type: 'NOT_COORDINATOR_FOR_GROUP' }) : closed;
    }
  };
}

function cut(connection: Connection, silence: BrokerSilence): void {
  // At once and in this order: whoever is rejected may connect again in the same turn.
  connection.socket?.destroy();
  connection.connectionStatus = 'disconnected';
  connection.requestQueue.destroy();
  Object.assign(connection, { chunks: [], bytesBuffered: 0, bytesNeeded: LENGTH_BYTES });
  connection.rejectRequests(silence);
}
