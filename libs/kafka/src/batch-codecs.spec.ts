import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import snappy from 'snappyjs';
import { codecs } from './batch-codecs.ts';
import { inflateLz4 } from './lz4-frame.ts';

const inflate = (codec: number, packed: Buffer, limit: number): Promise<Buffer> =>
  codecs.get(codec)?.inflate(packed, limit) ?? Promise.reject(new Error('no such codec'));

/** An LZ4 frame of stored blocks, as a packer writes what it cannot make smaller. */
function stored(...blocks: Buffer[]): Buffer {
  const pieces = blocks.flatMap((block) => [uint32(block.length + 0x80000000), block]);
  return Buffer.concat([uint32(0x184d2204), Buffer.from([0x60, 0x40, 0x82]), ...pieces, uint32(0)]);
}
const packedBlock = (...bytes: number[]): Buffer =>
  Buffer.concat([uint32(0x184d2204), Buffer.from([0x60, 0x40, 0x82]), uint32(bytes.length), Buffer.from(bytes), uint32(0)]);
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
// What zstd 1.5 makes of 100 bytes "a".
const ZSTD_A = Buffer.from('KLUv/QRYRQAAEGFhAQA/ASyzz96x', 'base64');

describe('the codecs of record batches', () => {
  it('inflate up to the limit and not a byte more', async () => {
    const text = Buffer.from('the same again and again '.repeat(40));
    for (const [codec, packed] of [
      [1, gzipSync(text)],
      [2, snappy.compress(text)],
      [3, stored(text)],
    ] as const) {
      expect((await inflate(codec, packed, text.length)).equals(text)).toBe(true);
      await expect(inflate(codec, packed, text.length - 1)).rejects.toThrow();
    }
  });

  it("inflates Snappy in the Java client's frames, and bounds their sum", async () => {
    const [first, second] = ['one '.repeat(50), 'two '.repeat(60)].map((text) => Buffer.from(text)) as [Buffer, Buffer];
    const framed = (block: Buffer): Buffer => {
      const packed = snappy.compress(block);
      const length = Buffer.alloc(4);
      length.writeInt32BE(packed.length);
      return Buffer.concat([length, packed]);
    };
    const xerial = Buffer.concat([
      Buffer.from('\x82SNAPPY\0', 'latin1'),
      Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]),
      framed(first),
      framed(second),
    ]);
    const both = Buffer.concat([first, second]);
    expect((await inflate(2, xerial, both.length)).equals(both)).toBe(true);
    await expect(inflate(2, xerial, both.length - 1)).rejects.toThrow('too big');
    await expect(inflate(2, xerial.subarray(0, -1), both.length)).rejects.toThrow('longer than its batch');
  });

  it('inflates LZ4 matches that reach into what they write', () => {
    // 1 literal "a", then a match of 19 bytes one back; then 2 literals.
    expect(inflateLz4(packedBlock(0x1f, 0x61, 1, 0, 0, 0x20, 0x62, 0x63), 100).toString()).toBe(`${'a'.repeat(20)}bc`);
    // 3 literals "abc", a match of 7 three back.
    expect(inflateLz4(packedBlock(0x33, 0x61, 0x62, 0x63, 3, 0), 100).toString()).toBe('abcabcabca');
  });

  it('refuses LZ4 that refers before its beginning, ends early, or grows without end, and never hangs', () => {
    expect(() => inflateLz4(packedBlock(0x10, 0x61, 2, 0), 100)).toThrow('before its beginning');
    expect(() => inflateLz4(packedBlock(0x1f, 0x61, 1, 0, ...new Array<number>(60_000).fill(255), 0), 1_000_000)).toThrow(
      'inflates beyond 1000000 bytes',
    );
    expect(() => inflateLz4(packedBlock(0xf0, 255), 100)).toThrow('ends within a length');
    expect(() => inflateLz4(stored(Buffer.alloc(10)).subarray(0, 15), 100)).toThrow('longer than its frame');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (junk) => {
        try {
          expect(inflateLz4(packedBlock(...junk), 10_000).length).toBeLessThanOrEqual(10_000);
        } catch (error) {
          expect(error).toMatchObject({ name: 'Lz4Error' });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('inflates zstd and bounds it', async () => {
    expect((await inflate(4, ZSTD_A, 100)).toString()).toBe('a'.repeat(100));
    await expect(inflate(4, ZSTD_A, 99)).rejects.toThrow('inflates beyond 99 bytes');
    await expect(inflate(4, ZSTD_A.subarray(0, 9), 100)).rejects.toThrow();
  });
});
