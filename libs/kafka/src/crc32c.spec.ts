import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32c } from './crc32c.ts';

const stock = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

describe('crc32c', () => {
  it('gives the published values (RFC 3720, appendix B.4)', () => {
    const of = (bytes: number[]): number => crc32c(Uint8Array.from(bytes), 0, bytes.length);
    const ascending = Array.from({ length: 32 }, (_, index) => index);
    expect(of(new Array<number>(32).fill(0))).toBe(0x8a9136aa);
    expect(of(new Array<number>(32).fill(255))).toBe(0x62a8ab43);
    expect(of(ascending)).toBe(0x46dd794e);
    expect(of(ascending.reverse())).toBe(0x113fdb5c);
  });

  it("is kafkajs's, over any part of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, a, b) => {
        const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
        expect(crc32c(bytes, start, end)).toBe(stock(Buffer.from(bytes.subarray(start, end))) >>> 0);
      }),
    );
  });
});
