import { describe, expect, it } from '@jest/globals';
import avro from 'avsc';
import fc from 'fast-check';
import { logicalTypes } from './avro-types.ts';

const decimal = avro.Type.forSchema({ type: 'bytes', logicalType: 'decimal', precision: 24, scale: 4 } as never, { logicalTypes } as never);
const bytes = avro.Type.forSchema('bytes');

/** The fewest bytes of big-endian two's complement. */
function twosComplement(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length += 1;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex');
}

/** Around the sizes at which another byte is needed, and anywhere else. */
const edge = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
  .map(([length, by, negative]) => (negative ? -1n : 1n) * 2n ** BigInt(8 * length - 1) + BigInt(by));
const amount = fc.oneof(edge, fc.bigInt({ min: -(10n ** 24n) + 1n, max: 10n ** 24n - 1n }), fc.bigInt({ min: -300n, max: 300n }));

describe('a decimal', () => {
  it('is the fewest bytes of two’s complement, and is read back', () => {
    fc.assert(
      fc.property(amount, (value) => {
        const written = decimal.toBuffer(value);
        expect(written.toString('hex')).toBe(bytes.toBuffer(twosComplement(value)).toString('hex'));
        expect(decimal.fromBuffer(written)).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('is read the same from more bytes than it needs', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n }), fc.integer({ min: 4, max: 16 }), (value, length) => {
        const hex = BigInt.asUintN(length * 8, value).toString(16);
        expect(decimal.fromBuffer(bytes.toBuffer(Buffer.from(hex.padStart(length * 2, '0'), 'hex')))).toBe(value);
      }),
    );
  });

  it('does not fit a buffer that is too short, wherever it begins', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 20 }), (value, place) => {
        const buffer = Buffer.alloc(20);
        const length = decimal.toBuffer(value).length;
        const end = decimal.encode(value, buffer, place) as unknown as number;
        expect(end).toBe(place + length <= 20 ? place + length : 20 - place - length);
      }),
    );
  });

  it.each([
    ['no bytes at all', ''],
    ['a length of nothing', '00'],
    ['fewer bytes than its length says', '0801'],
    ['a negative length', '0301'],
    ['more than 16 bytes', `22${'01'.repeat(17)}`],
    ['more digits than its precision', `18${'7f'.repeat(12)}`],
  ])('is refused: %s', (_name, hex) => {
    expect(() => decimal.fromBuffer(Buffer.from(hex, 'hex'))).toThrow();
  });

  it.each([1, 1.5, '1', null, 10n ** 24n, -(10n ** 24n)])('is not written: %p', (value) => {
    expect(() => decimal.toBuffer(value)).toThrow();
  });
});
