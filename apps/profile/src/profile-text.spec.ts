import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { profileText, searchText } from './profile-text.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const amount = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const time = fc.integer({ min: 0, max: 2 ** 50 });
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 3 });
const view = fc.record({
  profileId: fc.uuid(),
  seq: fc.constant(7n),
  updatedAt: time,
  kind: fc.constantFrom('GUEST' as const, 'PERSON' as const, 'ORGANISATION' as const),
  name: fc.option(text),
  email: fc.option(text),
  phone: fc.option(text),
  country: fc.option(text),
  marketingConsent: fc.option(fc.boolean()),
  sources: list(fc.record({ source: text, customerId: text })),
  provenance: list(fc.record({ field: text, source: text, at: time })),
  firstOrderAt: fc.option(time),
  lastOrderAt: fc.option(time),
  orders: fc.nat(),
  returns: fc.nat(),
  payments: fc.nat(),
  interactions: fc.nat(),
  complaints: fc.nat(),
  totals: list(
    fc.record({ currency: text, gross: amount, returned: amount, net: amount, paid: amount, invoiced: amount, settled: amount }),
  ),
  mergedFrom: list(fc.uuid()),
});

describe('a profile in its columns', () => {
  it('is what JSON.stringify writes of it, amounts as text and without the number, whatever the texts', () => {
    fc.assert(
      fc.property(view, (value) => {
        const expected = JSON.stringify({ ...value, seq: undefined }, (_key, item: unknown) =>
          typeof item === 'bigint' ? item.toString() : item,
        );
        expect(profileText(value)).toBe(expected);
      }),
    );
  });

  it('is searched in by what is there of name, address and number, in small letters', () => {
    fc.assert(
      fc.property(view, (value) => {
        expect(searchText(value)).toBe([value.name, value.email, value.phone].filter(Boolean).join(' ').toLowerCase());
      }),
    );
  });
});
