import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { verifySignature, type SignatureScheme } from './signature.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const body = Buffer.from('{"a":1}');
const now = 1_780_000_000;
const standard: SignatureScheme = { scheme: 'standard-webhooks' };
const sign = (key: string, id = 'msg_1', at = now, content = body) => new Webhook(key).sign(id, new Date(at * 1000), content.toString());
const headers = (signature: string, id = 'msg_1', at: number | string = now) => ({
  'webhook-id': id,
  'webhook-timestamp': String(at),
  'webhook-signature': signature,
});
const verdict = (given: Record<string, string>, content = body) =>
  verifySignature(standard, secret, { headers: given, body: content }, now * 1000);

describe('Standard Webhooks', () => {
  it('accepts what the reference library signs', () => {
    expect(verdict(headers(sign(secret)))).toBe('ok');
  });

  it('accepts one good signature of two, while a secret is rotated', () => {
    expect(verdict(headers(`${sign(other)} ${sign(secret)}`))).toBe('ok');
  });

  it.each([
    ['another secret', headers(sign(other)), body, 'mismatch'],
    ['a changed body', headers(sign(secret)), Buffer.from('{"a": 1}'), 'mismatch'],
    ['a changed id', headers(sign(secret), 'msg_2'), body, 'mismatch'],
    ['a changed timestamp', headers(sign(secret), 'msg_1', now + 1), body, 'mismatch'],
    ['a public-key signature', headers(sign(secret).replace('v1,', 'v1a,')), body, 'mismatch'],
    ['wrong base64', headers('v1,!!!'), body, 'mismatch'],
    ['a ninth candidate', headers(`${`${sign(other)} `.repeat(8)}${sign(secret)}`), body, 'mismatch'],
    ['no signature', headers(''), body, 'missing'],
    ['a dot in the id', headers(sign(secret, 'a.b'), 'a.b'), body, 'malformed'],
    ['a dot in the timestamp', headers(sign(secret), 'msg_1', '1.7'), body, 'malformed'],
    ['a replay after the window', headers(sign(secret, 'msg_1', now - 301), 'msg_1', now - 301), body, 'stale'],
    ['ten minutes ahead', headers(sign(secret, 'msg_1', now + 600), 'msg_1', now + 600), body, 'stale'],
  ])('refuses %s', (_name, given, content, expected) => {
    expect(verdict(given, content)).toBe(expected);
  });
});

describe('HMAC-SHA-256 over the body', () => {
  const shopify: SignatureScheme = { scheme: 'hmac-sha256', header: 'x-shopify-hmac-sha256', encoding: 'base64' };
  const hex: SignatureScheme = { scheme: 'hmac-sha256', header: 'x-hub-signature-256', encoding: 'hex', prefix: 'sha256=' };
  const mac = (key: string, encoding: 'base64' | 'hex') => createHmac('sha256', key).update(body).digest(encoding);

  it.each([
    [shopify, mac('s3cret', 'base64'), 'ok'],
    [shopify, mac('other', 'base64'), 'mismatch'],
    [shopify, '', 'missing'],
    [shopify, 'AAAA', 'mismatch'],
    [hex, `sha256=${mac('s3cret', 'hex')}`, 'ok'],
    [hex, mac('s3cret', 'hex'), 'malformed'],
  ])('%j %s: %s', (scheme, given, expected) => {
    const name = scheme.scheme === 'hmac-sha256' ? scheme.header : '';
    expect(verifySignature(scheme, 's3cret', { headers: { [name]: given }, body }, 0)).toBe(expected);
  });
});
