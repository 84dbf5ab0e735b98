import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BadParameter } from './api-fault.ts';
import { place, readCursor, writeCursor } from './cursor.ts';

describe('cursor', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.string(), fc.bigInt(-(10n ** 17n), 10n ** 17n), (text, number) => {
        const written = [text, number.toString()];
        expect(readCursor(writeCursor(written), [place.text, place.integer])).toEqual(written);
      }),
    );
  });
  it('is absent on the first page', () => expect(readCursor(undefined, [place.text])).toBeUndefined());
  it.each(['', '!', writeCursor([]), writeCursor(['1', '2']), writeCursor(['x']), Buffer.from('{"0":1}').toString('base64url')])(
    'refuses %j',
    (cursor) => expect(() => readCursor(cursor, [place.integer])).toThrow(BadParameter),
  );
  it('takes times to the microsecond only', () => {
    expect(readCursor(writeCursor(['2026-01-02T03:04:05.678901Z']), [place.time])).toBeDefined();
    expect(() => readCursor(writeCursor(['2026-01-02']), [place.time])).toThrow(BadParameter);
  });
});
