import { hash } from 'node:crypto';
import { parse } from 'uuid';

/** Namespace of event ids derived by the hub (a fixed random UUID). */
const NAMESPACE = parse('5f1d2c0a-6a0e-4b57-9a39-0c7d3b6c1e52');
/** Version and variant of UUIDv5 as characters, and the dash. */
const FIVE = 0x35;
const VARIANT = Buffer.from('89ab');
const DASH = 0x2d;
/** Where the text of an id is put together: the hexadecimal digits of a hash at first. */
const text = Buffer.alloc(128);

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
  text.write(hex, 0, 'latin1');
  text[12] = FIVE;
  text[16] = VARIANT[Number.parseInt(hex[16] ?? '0', 16) & 3] as number;
  return dashed();
}

/** First 128 bits of a hash as a UUID's text. One string made from bytes: joined from five it would be built of eight. */
export function uuidText(hex: string): string {
  text.write(hex, 0, 'latin1');
  return dashed();
}

function dashed(): string {
  text.copyWithin(24, 20, 32);
  text.copyWithin(19, 16, 20);
  text.copyWithin(14, 12, 16);
  text.copyWithin(9, 8, 12);
  text[8] = text[13] = text[18] = text[23] = DASH;
  return text.toString('latin1', 0, 36);
}

/** Key of an event in the inbox: the first 128 bits of SHA-256 over source and id, written as a UUID. */
export function eventKey(source: string, id: string): string {
  return uuidText(hash('sha256', `${source}\0${id}`));
}

/** 64 bits of the content's SHA-256, signed, as PostgreSQL's bigint holds them. */
export function contentHash(bytes: Uint8Array): bigint {
  return hash('sha256', bytes, 'buffer').readBigInt64BE(0);
}
