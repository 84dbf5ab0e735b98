import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Delivery } from './incoming-event.ts';

/** How a source signs its requests. */
export type SignatureScheme =
  /** Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`, several signatures while a secret is rotated. */
  | { readonly scheme: 'standard-webhooks' }
  /** HMAC-SHA-256 over the body alone, in one header. */
  | { readonly scheme: 'hmac-sha256'; readonly header: string; readonly encoding: 'base64' | 'hex'; readonly prefix?: string };

/** Whether a request may be trusted, and if not why. */
export type SignatureVerdict = 'ok' | 'missing' | 'malformed' | 'mismatch' | 'stale';

/** Seconds a signed timestamp may lie in the past or the future (Standard Webhooks, "Verifying webhook authenticity"). */
const TOLERANCE = 300;
/** Candidates that are compared; a sender rotates with two. */
const MAX_CANDIDATES = 8;

/**
 * Checks a signature over the raw bytes, in constant time.
 * @param nowMs the clock, milliseconds; only schemes that sign a timestamp look at it.
 */
export function verifySignature(scheme: SignatureScheme, secret: string, { headers, body }: Delivery, nowMs: number): SignatureVerdict {
  if (scheme.scheme === 'hmac-sha256') {
    const given = headers[scheme.header];
    if (given === undefined || given === '') return 'missing';
    if (!given.startsWith(scheme.prefix ?? '')) return 'malformed';
    const expected = createHmac('sha256', secret).update(body).digest();
    return same(Buffer.from(given.slice(scheme.prefix?.length ?? 0), scheme.encoding), expected) ? 'ok' : 'mismatch';
  }
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) return 'missing';
  // A dot inside would let parts be moved from one field into the next under the same signature.
  if (id.includes('.') || !/^\d{1,12}$/.test(timestamp)) return 'malformed';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE) return 'stale';
  const expected = createHmac('sha256', webhookKey(secret)).update(`${id}.${timestamp}.`).update(body).digest();
  const candidates = signatures.split(' ').slice(0, MAX_CANDIDATES);
  const found = candidates.some((candidate) => candidate.startsWith('v1,') && same(Buffer.from(candidate.slice(3), 'base64'), expected));
  return found ? 'ok' : 'mismatch';
}

const webhookKey = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');

const same = (left: Buffer, right: Buffer): boolean => left.length === right.length && timingSafeEqual(left, right);
