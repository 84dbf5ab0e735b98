import { createHash } from 'node:crypto';
import { v5 } from 'uuid';

/** Namespace of event ids derived by the hub (a fixed random UUID). */
const NAMESPACE = '5f1d2c0a-6a0e-4b57-9a39-0c7d3b6c1e52';

/**
 * Id of an event that follows from another: UUIDv5 of the cause, the type and a running number, so that a cause that is lost in a
 * database failover and replayed gives the same id again.
 */
export function derivedId(causeSource: string, causeId: string, type: string, n: number): string {
  return v5(`${causeSource}\n${causeId}\n${type}\n${n}`, NAMESPACE);
}

/** Key of an event in the inbox: the first 128 bits of SHA-256 over source and id, written as a UUID. */
export function eventKey(source: string, id: string): string {
  const hex = createHash('sha256').update(source).update('\0').update(id).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** 64 bits of the content's SHA-256, signed, as PostgreSQL's bigint holds them. */
export function contentHash(bytes: Uint8Array): bigint {
  return createHash('sha256').update(bytes).digest().readBigInt64BE(0);
}
