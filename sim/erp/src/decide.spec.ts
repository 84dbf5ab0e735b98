import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, defaultErpRules, hashOf, type Hook } from './decide.ts';

const forecast = (sku: string, mean: readonly number[] = [2.4]): Hook => ({
  type: 'erp.forecast',
  id: 'f',
  key: `${sku}@central`,
  data: { sku, mean },
});
const replenishment = (sku: string, suggestedQuantity: string): Hook => ({
  type: 'erp.replenishment',
  id: 'r',
  key: `${sku}@central`,
  data: { sku, suggestedQuantity },
});
const skuWith = (test: (hash: number) => boolean): string => {
  for (let index = 0; ; index += 1) if (test(hashOf(`SKU-${index}`))) return `SKU-${index}`;
};
const plain = skuWith((hash) => hash % 13 !== 0 && hash % 7 !== 0);
const refused = skuWith((hash) => hash % 13 === 0);
const overridden = skuWith((hash) => hash % 13 !== 0 && hash % 7 === 0);
const none = new Map<string, bigint>();

describe('decide', () => {
  it('hashes as FNV-1a does', () => {
    expect([hashOf(''), hashOf('a'), hashOf('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it('accepts, refuses and overrides forecasts by the article', () => {
    expect(decide(forecast(plain), defaultErpRules, none).decision).toBe('ACCEPTED');
    expect(decide(forecast(refused), defaultErpRules, none)).toMatchObject({ decision: 'REFUSED', rule: 'planned-by-hand' });
    expect(decide(forecast(overridden), defaultErpRules, none)).toMatchObject({ decision: 'OVERRIDDEN', value: '4' });
  });

  it('refuses what it does not carry, once it has a range', () => {
    const range = new Map([['OTHER', 10_000n]]);
    expect(decide(forecast(plain), defaultErpRules, range)).toMatchObject({ decision: 'REFUSED', rule: 'not-carried' });
  });

  it('rounds an order up to whole packs', () => {
    const range = new Map([[plain, 60_000n]]);
    expect(decide(replenishment(plain, '13'), defaultErpRules, range)).toMatchObject({
      decision: 'OVERRIDDEN',
      rule: 'pack-size',
      value: '18',
    });
    expect(decide(replenishment(plain, '18'), defaultErpRules, range).decision).toBe('ACCEPTED');
    expect(decide(replenishment(plain, 'many'), defaultErpRules, range)).toMatchObject({ decision: 'REFUSED', rule: 'no-quantity' });
  });

  it('answers customer classes too', () => {
    const decisions = Array.from(
      { length: 100 },
      (_, index) => decide({ type: 'customer.segment', id: 's', key: `profile-${index}`, data: {} }, defaultErpRules, none).decision,
    );
    expect(new Set(decisions)).toEqual(new Set(['ACCEPTED', 'REFUSED']));
  });

  it('gives every refusal a reason and every override a value that is a decimal', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.double()), fc.oneof(fc.string(), fc.nat().map(String)), (sku, mean, quantity) => {
        for (const hook of [forecast(sku, mean), replenishment(sku, quantity)]) {
          const verdict = decide(hook, defaultErpRules, none);
          if (verdict.decision === 'REFUSED') expect(verdict.reason).not.toBe('');
          if (verdict.decision === 'OVERRIDDEN') expect(verdict.value).toMatch(/^-?\d+(\.\d{1,4})?$/);
        }
      }),
    );
  });
});
