import { hash } from 'node:crypto';
import { parse } from 'uuid';

/** Namespace of event ids derived by the hub (a fixed random UUID). */
const NAMESPACE = parse('5f1d2c0a-6a0e-4b57-9a39-0c7d3b6c1e52');
const VARIANT = '89ab';

/** Namespace and name of the id being derived. */
let scratch = Buffer.from(NAMESPACE);

/**
 * Id of an event that follows from another: UUIDv5 (RFC 9562, section 5.5) of the cause, the type and a running number, so that a cause
 * that is lost in a database failover and replayed gives the same id again. Several are derived for every event: one native call each.
 */
export function derivedId(causeSource: string, causeId: string, type: string, n: number): string {
  const name = `${causeSource}\n${causeId}\n${type}\n${n}`;
  if (scratch.length < 16 + name.length * 3) {
    scratch = Buffer.alloc(16 + name.length * 3);
    scratch.set(NAMESPACE);
  }
  const hex = hash('sha1', scratch.subarray(0, 16 + scratch.write(name, 16, 'utf8')));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${VARIANT[Number.parseInt(hex[16] ?? '0', 16) & 3]}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Key of an event in the inbox: the first 128 bits of SHA-256 over source and id, written as a UUID. */
export function eventKey(source: string, id: string): string {
  const hex = hash('sha256', `${source}\0${id}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** 64 bits of the content's SHA-256, signed, as PostgreSQL's bigint holds them. */
export function contentHash(bytes: Uint8Array): bigint {
  return hash('sha256', bytes, 'buffer').readBigInt64BE(0);
}
