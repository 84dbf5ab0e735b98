import { describe, expect, it } from '@jest/globals';
import { identify } from './identify.ts';
import { createIdentifierReader } from './identifier.ts';
import { identityKeys } from './identity-keys.ts';

const reader = createIdentifierReader(identityKeys('11'.repeat(32)));
const nobody = { id: null, email: null, phone: null, loyaltyId: null, name: null };

describe('identify', () => {
  it('normalises what it knows, and masks what a person may see', () => {
    const { customer, personal } = identify(
      reader,
      'shop',
      { ...nobody, id: 'C-7', email: ' Ada@Example.ORG ', phone: '+49 30 901820' },
      'ORDER:1',
    );
    expect(customer).toMatchObject({ kind: 'source-customer', scope: 'shop', value: 'C-7', display: 'C-7' });
    expect(personal.map(({ kind, value }) => [kind, value])).toEqual([
      ['email', 'ada@example.org'],
      ['phone', '+4930901820'],
    ]);
    for (const { value, display } of personal) expect(display).not.toContain(value);
  });

  it.each([
    ['email', 'test@test.com'],
    ['email', 'noreply@example.com'],
    ['email', 'not an address'],
    ['phone', '0000000000'],
    ['phone', '12'],
  ])('a junk %s (%s) identifies nobody', (field, value) => {
    expect(identify(reader, 'shop', { ...nobody, [field]: value }, 'ORDER:1').personal).toEqual([]);
  });

  it('without a customer id it is a guest', () => {
    for (const id of [null, '', '  ']) expect(identify(reader, 'shop', { ...nobody, id }, 'ORDER:1').customer).toBeUndefined();
  });
});

describe('identityKeys', () => {
  it('hides the value behind the key: another key, another node; the same key, the same node', () => {
    const keys = identityKeys('11'.repeat(32));
    const node = keys.node('email', '', 'ada@example.org');
    expect(node).toBe(identityKeys('11'.repeat(32)).node('email', '', 'ada@example.org'));
    expect(node).not.toBe(identityKeys('22'.repeat(32)).node('email', '', 'ada@example.org'));
    expect(node).not.toBe(keys.node('email', 'x', 'ada@example.org'));
    expect(keys.edge('a', 'b')).not.toBe(keys.edge('b', 'a'));
  });
});
