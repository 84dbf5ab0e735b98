import { describe, expect, it } from '@jest/globals';
import { isJunkIdentifier } from './is-junk-identifier.ts';
import { defaultJunkRules } from './junk-rules.ts';
import type { IdentifierKind } from './identity-graph.ts';

describe('isJunkIdentifier', () => {
  it.each<[IdentifierKind, string, string]>([
    ['email', 'test@test.com', 'blocked-value'],
    ['email', 'noreply@shop.com', 'role-address'],
    ['email', 'noreply+17@shop.com', 'role-address'],
    ['email', 'guest@shop.com', 'role-address'],
    ['email', 'abc123@marketplace.amazon.com', 'blocked-domain'],
    ['email', 'n/a', 'placeholder'],
    ['phone', '0000000000', 'repeated-digits'],
    ['phone', '+4900000000000', 'repeated-digits'],
    ['phone', '+491234567890', 'digit-sequence'],
    ['phone', 'unknown', 'placeholder'],
    ['loyalty', '0000', 'repeated-digits'],
    ['loyalty', '123456', 'digit-sequence'],
    ['tax', 'XXXX', 'repeated-digits'],
    ['source-customer', '散客', 'placeholder'],
    ['source-customer', 'Walk-In Customer', 'placeholder'],
    ['email', ' ', 'empty'],
  ])('%s %j is %s', (kind, value, reason) => {
    expect(isJunkIdentifier(kind, value)).toBe(reason);
  });

  it.each<[IdentifierKind, string]>([
    ['email', 'jane@example.com'],
    ['email', 'contest@testing-labs.com'],
    ['phone', '+12125550100'],
    ['phone', '+4915112345678'],
    ['loyalty', 'GOLD0012'],
    ['source-customer', '1'],
    ['source-customer', '111111'],
    ['source-customer', '12345'],
  ])('%s %j may identify somebody', (kind, value) => {
    expect(isJunkIdentifier(kind, value)).toBeUndefined();
  });

  it('blocks what the seller adds, such as the own telephone', () => {
    const rules = { ...defaultJunkRules, values: { phone: ['+442079460958'] } };
    expect(isJunkIdentifier('phone', '+442079460958', rules)).toBe('blocked-value');
  });
});
