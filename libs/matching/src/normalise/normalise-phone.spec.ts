import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalisePhone } from './normalise-phone.ts';

describe('normalisePhone', () => {
  it.each([
    ['+49 1511 2345678', undefined, '+4915112345678'],
    ['0049 (0)1511 2345678', undefined, '+4915112345678'],
    ['01511/2345678', 'DE', '+4915112345678'],
    ['138 1234 5678', 'CN', '+8613812345678'],
    ['＋８６ 138 1234 5678', undefined, '+8613812345678'],
    ['(020) 7946 0958', 'gb', '+442079460958'],
    ['+1 (212) 555-0100', 'CN', '+12125550100'],
  ])('%j (%s) becomes %s', (raw, country, e164) => {
    expect(normalisePhone(raw, country)).toEqual({ value: e164 });
  });

  it.each([
    ['138 1234 5678', undefined, 'country-unknown'],
    ['138 1234 5678', 'XX', 'country-unknown'],
    ['call me', 'GB', 'not-a-phone-number'],
    ['+49', undefined, 'not-a-phone-number'],
    ['12', 'DE', 'not-a-phone-number'],
    ['+1 212 555 0100 ext. 12', undefined, 'has-extension'],
    ['', 'DE', 'empty'],
  ])('refuses %j (%s) as %s', (raw, country, reason) => {
    expect(normalisePhone(raw, country)).toEqual({ refused: reason });
  });

  it('is idempotent and never throws', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[0-9 ()-]{0,18}$/), (raw) => {
        const once = normalisePhone(raw, 'DE');
        if ('value' in once) expect(normalisePhone(once.value)).toEqual(once);
      }),
    );
  });
});
