import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mailboxEmailRules, normaliseEmail } from './normalise-email.ts';

const value = (raw: string): string | undefined => {
  const result = normaliseEmail(raw);
  return 'value' in result ? result.value : undefined;
};

describe('normaliseEmail', () => {
  it.each([
    [' Jane.Doe@Example.COM ', 'jane.doe@example.com'],
    ['jane+shop@example.com', 'jane+shop@example.com'],
    ['j.ane@gmail.com', 'j.ane@gmail.com'],
    ['\u200bjane@example.com\ufeff', 'jane@example.com'],
    ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
    ['王芳@example.cn', '王芳@example.cn'],
  ])('%j becomes %j', (raw, key) => {
    expect(value(raw)).toBe(key);
  });

  it('gives NFC and NFD spellings one key (reliability matrix, row 64)', () => {
    expect(value('jos\u00e9@example.com')).toBe(value('jose\u0301@example.com'));
  });

  it('never merges look-alike letters of another script', () => {
    expect(value('p\u0430ul@example.com')).not.toBe(value('paul@example.com'));
    expect(value('paul@ex\u0430mple.com')).not.toBe(value('paul@example.com'));
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['jane', 'not-an-email-address'],
    ['@example.com', 'not-an-email-address'],
    ['jane@', 'not-an-email-address'],
    ['a b@example.com', 'not-an-email-address'],
    ['a..b@example.com', 'not-an-email-address'],
    ['jane@localhost', 'not-a-domain'],
    ['jane@exa_mple.com', 'not-a-domain'],
    ['jane\u0000@example.com', 'control-character'],
    ['jane\ud800@example.com', 'malformed-unicode'],
    [`${'a'.repeat(65)}@example.com`, 'too-long'],
    ['a'.repeat(5000), 'too-long'],
  ])('refuses %j as %s', (raw, reason) => {
    expect(normaliseEmail(raw)).toEqual({ refused: reason });
  });

  it('follows a provider only where its rule is given', () => {
    expect(normaliseEmail('J.Ane+x@googlemail.com', mailboxEmailRules)).toEqual({ value: 'jane@gmail.com' });
    expect(normaliseEmail('j.ane+x@example.com', mailboxEmailRules)).toEqual({ value: 'j.ane+x@example.com' });
  });

  it('is idempotent and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (raw) => {
        const once = normaliseEmail(raw);
        if ('value' in once) expect(normaliseEmail(once.value)).toEqual(once);
      }),
    );
  });
});
