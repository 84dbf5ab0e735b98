import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jaroWinkler } from '../compare/jaro-winkler.ts';
import { createCompareValues } from './compare-values.ts';
import type { FieldKind } from './match-configuration.ts';
import { ValueDictionary } from './value-dictionary.ts';

/** Optimal string alignment by the whole table, as in the textbook. */
const edits = (a: string, b: string): number => {
  const d = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number): number => d[i]?.[j] ?? NaN;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      (d[i] as number[])[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1), swap);
    }
  }
  return at(a.length, b.length);
};
/** The levels as `levelNames` describes them, without a filter, a bound or a memory. */
const plain: Partial<Record<FieldKind, (a: string, b: string) => number>> = {
  name: (a, b) => {
    const longest = Math.max(a.length, b.length);
    const similarity = jaroWinkler(a, b);
    if ((longest >= 3 && edits(a, b) <= 1) || similarity >= 0.93) return 1;
    if (similarity >= 0.86 || (edits(a, b) === 2 && longest >= 6)) return 2;
    return similarity >= 0.78 || a.startsWith(b) || b.startsWith(a) ? 3 : 4;
  },
  number: (a, b) => (Math.max(a.length, b.length) >= 2 && edits(a, b) <= 1 ? 1 : 2),
  category: (a, b) => (edits(a, b) <= 1 ? 1 : 2),
  code: (a, b) => (edits(a, b) <= 1 ? 1 : edits(a, b) === 2 && Math.max(a.length, b.length) >= 4 ? 2 : 3),
  date: (a, b) => {
    const [yearA, monthA, dayA] = [a.slice(0, 4), a.slice(4, 6), a.slice(6)];
    const [yearB, monthB, dayB] = [b.slice(0, 4), b.slice(4, 6), b.slice(6)];
    const agree = Number(yearA === yearB) + Number(monthA === monthB) + Number(dayA === dayB);
    if (yearA === yearB && monthA === dayB && dayA === monthB) return 1;
    return agree >= 1 && edits(a, b) <= 1 ? 1 : agree === 2 ? 2 : agree === 1 ? 3 : 4;
  },
};
const levelOf = (kind: FieldKind, a: string, b: string): number => {
  const dictionary = new ValueDictionary();
  const compare = createCompareValues(kind, dictionary);
  return compare(dictionary.add(a, a), dictionary.add(b, b));
};
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'n', 'o'), minLength: 1, maxLength: 12 });
const digits = fc.string({ unit: fc.constantFrom('0', '1', '2', '9'), minLength: 1, maxLength: 7 });
const two = (least: number, most: number): fc.Arbitrary<string> =>
  fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, '0'));
const date = fc.tuple(fc.constantFrom('1980', '1981', '2001'), two(1, 12), two(1, 28)).map((parts) => parts.join(''));
/** The same text with up to two letters changed, dropped, doubled or swapped with the next. */
const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<readonly [string, string]> =>
  fc.tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 3 })), { maxLength: 2 })).map(([a, changes]) => {
    const b = changes.reduce((now, [place, way]) => {
      const at = place % Math.max(1, now.length);
      const [before, own, after] = [now.slice(0, at), now[at] ?? '', now.slice(at + 1)];
      return way === 0
        ? `${before}${own === 'z' ? 'y' : 'z'}${after}`
        : way === 1
          ? before + after
          : way === 2
            ? before + own + own + after
            : before + after.slice(0, 1) + own + after.slice(1);
    }, a);
    return [a, b] as const;
  });

describe('levels by the fast comparison are those of the plain one', () => {
  it.each([
    ['name', word],
    ['number', digits],
    ['category', digits],
    ['code', digits],
    ['date', date],
  ] as const)('%s', (kind, text) => {
    const pair = kind === 'date' ? fc.tuple(text, text) : fc.oneof(fc.tuple(text, text), damaged(text));
    fc.assert(
      fc.property(pair, ([a, b]) => {
        fc.pre(a !== b && a !== '' && b !== '');
        expect([a, b, levelOf(kind, a, b)]).toEqual([a, b, plain[kind]?.(a, b)]);
      }),
      { numRuns: 2000 },
    );
  });

  it('a date that lost a digit is compared as a text', () => {
    expect(levelOf('date', '19800412', '1980412')).toBe(1);
    expect(levelOf('date', '19800412', '980412')).toBe(2);
    expect(levelOf('date', '19800412', '20011231')).toBe(4);
  });
});
