import { describe, expect, it } from '@jest/globals';
import { formatFor, startLanguage } from './format.ts';

describe('startLanguage', () => {
  it.each([
    ['zh-CN', ['en'], 'zh-CN'],
    [null, ['fr', 'zh-TW', 'en'], 'zh-CN'],
    [null, ['de', 'en-GB'], 'en'],
    [null, ['de'], 'en'],
    ['klingon', ['zh'], 'zh-CN'],
    [null, [], 'en'],
  ] as const)('chosen %s, browser %j: %s', (chosen, wanted, language) => expect(startLanguage(chosen, wanted)).toBe(language));
});

describe('formatFor', () => {
  const en = formatFor('en');
  it('writes money exactly, beyond what a double holds', () => {
    expect(en.money('90071992547409931.2500', 'EUR')).toBe('€90,071,992,547,409,931.25');
    expect(en.money('1234.5000', 'JPY')).toBe('¥1,235');
    expect(en.money('-12.3400', 'GBP')).toBe('-£12.34');
    expect(formatFor('zh-CN').money('1234.5', 'CNY')).toBe('¥1,234.50');
  });
  it('writes what is no currency code behind the number', () => expect(en.money('1.5', '???')).toBe('1.5 ???'));
  it.each([
    [0, '0 sec'],
    [59, '59 sec'],
    [119, '119 sec'],
    [180, '3 min'],
    [9000, '2.5 hr'],
    [259_200, '3 days'],
  ])('writes %d seconds as %s', (seconds, text) => expect(en.duration(seconds)).toBe(text));
  it('tells how long ago in both languages', () => {
    expect(en.ago(12)).toBe('12 seconds ago');
    expect(formatFor('zh-CN').ago(300)).toBe('5分钟前');
  });
  it('shows times in UTC', () => expect(en.time('2026-01-02T03:04:05.000Z')).toMatch(/3:04:05.AM UTC/u));
});
