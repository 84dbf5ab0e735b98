import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { contentHash, derivedId, eventKey } from './event-key.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('ids of events', () => {
  it('derives the same id from the same cause, and another one when any part differs', () => {
    const id = derivedId('shop', 'e-1', 'customer.activity', 0);
    expect(id).toBe(derivedId('shop', 'e-1', 'customer.activity', 0));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const others = [
      derivedId('shop2', 'e-1', 'customer.activity', 0),
      derivedId('shop', 'e-2', 'customer.activity', 0),
      derivedId('shop', 'e-1', 'customer.profile', 0),
      derivedId('shop', 'e-1', 'customer.activity', 1),
    ];
    expect(new Set([id, ...others]).size).toBe(5);
  });

  it('is UUIDv5 as the library makes it, whatever the texts', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, fc.nat(), (source, id, type, n) => {
        expect(derivedId(source, id, type, n)).toBe(v5(`${source}\n${id}\n${type}\n${n}`, '5f1d2c0a-6a0e-4b57-9a39-0c7d3b6c1e52'));
      }),
    );
  });

  it('is the first half of SHA-256 over source, NUL and id', () => {
    const hex = createHash('sha256').update('shop\0e-1').digest('hex');
    expect(eventKey('shop', 'e-1').replaceAll('-', '')).toBe(hex.slice(0, 32));
    expect(eventKey('shop', 'e-1')).toMatch(UUID);
  });

  it('tells pairs apart whose parts only meet elsewhere', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b, c) => {
        fc.pre(!`${a}${b}${c}`.includes('\0'));
        expect(eventKey(`${a}${b}`, c)).not.toBe(eventKey(a, `${b}${c}`));
      }),
    );
  });

  it('hashes content to a signed 64-bit number that PostgreSQL can hold', () => {
    // SHA-256 of nothing begins e3b0c44298fc1c14 (FIPS 180-4 test vector): the top bit is set, so the number is negative.
    expect(contentHash(Buffer.alloc(0))).toBe(BigInt.asIntN(64, 0xe3b0c44298fc1c14n));
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const hash = contentHash(bytes);
        expect(BigInt.asIntN(64, hash)).toBe(hash);
      }),
    );
  });
});
