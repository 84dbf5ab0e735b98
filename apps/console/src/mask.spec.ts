import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mask, type PersonalField } from './mask.ts';

describe('mask', () => {
  it.each([
    ['name', 'Maria Schmidt', 'M••• S•••'],
    ['name', '王小明', '王•••'],
    ['name', '👩‍🚀 Zoë', '👩‍🚀••• Z•••'],
    ['email', 'maria@shop.example', 'm•••@s•••.example'],
    ['email', '@nobody', '@n•••dy'],
    ['email', 'root@localhost', 'r•••@l•••'],
    ['phone', '+4930123456', '+49•••56'],
    ['phone', '110', '•••'],
    ['identifier', 'C-100234', 'C-•••34'],
    ['identifier', '12346', '1•••'],
  ] as const)('%s %s', (field, text, shown) => expect(mask(field, text)).toBe(shown));

  it('leaves an empty field empty', () => expect(mask('name', null)).toBeNull());

  it('never shows the whole of what it hides', () => {
    const field = fc.constantFrom<PersonalField>('name', 'email', 'phone', 'identifier');
    fc.assert(fc.property(field, fc.string({ minLength: 1 }), (kind, text) => mask(kind, text) !== text));
  });
});
