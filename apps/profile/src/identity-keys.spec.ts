import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hmacSha256, identityKeys } from './identity-keys.ts';

describe('keyed hashes of identifiers', () => {
  it('are HMAC-SHA256 as the library makes it, whatever key and text', () => {
    const keys = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc.uint8Array({ maxLength: 150 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(keys, fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { minLength: 1, maxLength: 4 }), (key, texts) => {
        const keyed = hmacSha256(key);
        for (const text of texts) expect(keyed(text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
      }),
    );
  });

  it('are written as UUIDs, edges by both ends', () => {
    const keys = identityKeys('11'.repeat(32));
    const node = keys.node('email', '', 'ann@example.org');
    expect(node).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(keys.edge(node, 'x').replaceAll('-', '')).toBe(createHash('sha256').update(`${node}x`).digest('hex').slice(0, 32));
    expect(keys.edge('x', node)).not.toBe(keys.edge(node, 'x'));
  });
});
