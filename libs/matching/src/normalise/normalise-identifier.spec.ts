import { describe, expect, it } from '@jest/globals';
import { normaliseLoyaltyId, normaliseSourceId, normaliseTaxId } from './normalise-identifier.ts';

describe('identifiers', () => {
  it('reads a printed card number as the stored one', () => {
    expect(normaliseLoyaltyId(' gold-0012 345.6 ')).toEqual({ value: 'GOLD00123456' });
    expect(normaliseLoyaltyId('ＧＯＬＤ００１２')).toEqual({ value: 'GOLD0012' });
    expect(normaliseLoyaltyId('-')).toEqual({ refused: 'not-an-identifier' });
  });

  it('keeps leading zeros: 0012 is not 12', () => {
    expect(normaliseLoyaltyId('0012')).toEqual({ value: '0012' });
  });

  it('wants a digit in a tax id', () => {
    expect(normaliseTaxId('DE 123 456 789')).toEqual({ value: 'DE123456789' });
    expect(normaliseTaxId('pending')).toEqual({ refused: 'not-an-identifier' });
  });

  it('leaves a source id as opaque as it is', () => {
    expect(normaliseSourceId(' Ab-01 x ')).toEqual({ value: 'Ab-01 x' });
    expect(normaliseSourceId('9007199254740993')).toEqual({ value: '9007199254740993' });
    expect(normaliseSourceId('a\u0000b')).toEqual({ refused: 'control-character' });
    expect(normaliseSourceId('x'.repeat(257))).toEqual({ refused: 'too-long' });
  });
});
