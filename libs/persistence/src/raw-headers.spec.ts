import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packHeaders, unpackHeaders } from './raw-headers.ts';

const bytes = fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value));
const headers = fc
  .array(fc.tuple(fc.string({ unit: 'binary', maxLength: 8 }), fc.oneof(bytes, fc.array(bytes, { maxLength: 3 }))), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);

describe('headers as bytes', () => {
  it('come back as they were', () => {
    fc.assert(fc.property(headers, (given) => expect(unpackHeaders(packHeaders(given))).toEqual(given)));
  });

  it('text is taken as UTF-8, an absent value stays absent', () => {
    expect(unpackHeaders(packHeaders({ a: '客\0', b: undefined, n: 7n }))).toEqual({
      a: Buffer.from('客\0'),
      b: undefined,
      n: Buffer.from('7'),
    });
  });
});
