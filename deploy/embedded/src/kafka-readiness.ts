import { askPort } from './ask-port.ts';

const METADATA_KEY = 3;
const METADATA_VERSION = 1;

/**
 * Whether the broker answers for itself: it is asked for metadata of no topic and must name at least one broker. A socket that accepts
 * is not enough, it does so before the controller has let the broker in, and topics cannot be created until then.
 */
export async function kafkaAnswers(port: number): Promise<boolean> {
  const reply = await askPort(port, metadataRequest(), 12);
  return reply !== undefined && brokersIn(reply) > 0;
}

/** Metadata v1 (Kafka protocol guide): size, api key, api version, correlation id, client id, an empty list of topics. */
export function metadataRequest(): Buffer {
  const clientId = Buffer.from('tributary-start');
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + clientId.length + 4);
  body.writeInt32BE(body.length - 4, 0);
  body.writeInt16BE(METADATA_KEY, 4);
  body.writeInt16BE(METADATA_VERSION, 6);
  body.writeInt32BE(1, 8);
  body.writeInt16BE(clientId.length, 12);
  clientId.copy(body, 14);
  body.writeInt32BE(0, 14 + clientId.length);
  return body;
}

/** The number of brokers in the start of a Metadata v1 reply: size, correlation id, then the list of brokers with its length first. */
export function brokersIn(reply: Buffer): number {
  return reply.readInt32BE(8);
}
