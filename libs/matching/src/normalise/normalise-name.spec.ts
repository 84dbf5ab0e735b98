import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normaliseName } from './normalise-name.ts';

describe('normaliseName', () => {
  it.each([
    ['  José  GARCÍA ', 'josé garcía', 'jose garcia', 'latin'],
    ["Dr. Sinéad O'Connor", 'sinéad oconnor', 'sinead oconnor', 'latin'],
    ['Łukasz Größe', 'łukasz größe', 'lukasz grosse', 'latin'],
    ['王 芳', '王芳', 'wang fang', 'han'],
    ['曾国藩先生', '曾国藩', 'zeng guo fan', 'han'],
    ['单雄信', '单雄信', 'shan xiong xin', 'han'],
    ['Иван Петров', 'иван петров', 'ivan petrov', 'other'],
    ['李 David', '李 david', 'li david', 'mixed'],
  ])('%j', (raw, value, latin, script) => {
    expect(normaliseName(raw)).toMatchObject({ value, latin, script });
  });

  it('shares tokens whatever the order of the parts', () => {
    expect(normaliseName('Smith, John')).toMatchObject({ tokens: ['john', 'smith'] });
    expect(normaliseName('John Smith')).toMatchObject({ tokens: ['john', 'smith'] });
  });

  it('keeps a name that is nothing but a title', () => {
    expect(normaliseName('Frau')).toMatchObject({ value: 'frau' });
  });

  it.each([
    ['', 'empty'],
    ['12345', 'not-a-name'],
    ['--', 'not-a-name'],
    ['a\ud83d', 'malformed-unicode'],
    ['nul\u0000', 'control-character'],
  ])('refuses %j as %s', (raw, reason) => {
    expect(normaliseName(raw)).toEqual({ refused: reason });
  });

  it('answers or refuses, whatever the input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (raw) => {
        const name = normaliseName(raw);
        if ('value' in name) expect(name.value).toBe(name.value.trim());
        else expect(name.refused).toMatch(/^[a-z-]+$/);
      }),
    );
  });
});
