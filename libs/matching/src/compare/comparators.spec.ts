import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundedEdits, damerauLevenshtein } from './damerau-levenshtein.ts';
import { daysBetween, relativeDifference } from './distance.ts';
import { codePoints, jaroWinkler } from './jaro-winkler.ts';
import { arrayOverlap, jaccard, qgramSimilarity, tokenSetSimilarity } from './set-similarity.ts';
import { soundex } from './soundex.ts';

const word = fc.string({ unit: fc.constantFrom(...'abcd'), maxLength: 9 });

describe('jaroWinkler', () => {
  it.each([
    ['MARTHA', 'MARHTA', 0.9611],
    ['DIXON', 'DICKSONX', 0.8133],
    ['DWAYNE', 'DUANE', 0.84],
    ['DUNNINGHAM', 'CUNNIGHAM', 0.8963],
    ['ABROMS', 'ABRAMS', 0.9222],
    ['JERALDINE', 'GERALDINE', 0.9259],
  ])('%s and %s are %d alike (Winkler 1990, 2006)', (a, b, value) => {
    expect(jaroWinkler(a, b)).toBeCloseTo(value, 3);
  });

  it('is symmetric, 1 for equals only, 0 for nothing in common', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(jaroWinkler(a, b)).toBeCloseTo(jaroWinkler(b, a), 12);
        expect(jaroWinkler(a, b) === 1).toBe(a === b);
      }),
    );
    expect(jaroWinkler('abc', 'xyz')).toBe(0);
  });
});

describe('damerauLevenshtein', () => {
  it.each([
    ['CA', 'ABC', 2],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['', 'abc', 3],
    ['王芳', '芳王', 1],
  ])('%s to %s takes %i', (a, b, edits) => {
    expect(damerauLevenshtein(a, b)).toBe(edits);
  });

  it('is a metric', () => {
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(damerauLevenshtein(a, b)).toBe(damerauLevenshtein(b, a));
        expect(damerauLevenshtein(a, c)).toBeLessThanOrEqual(damerauLevenshtein(a, b) + damerauLevenshtein(b, c));
        expect(damerauLevenshtein(a, b) === 0).toBe(a === b);
      }),
    );
  });

  it('the bounded form agrees within one edit and says "more" beyond its limit', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const [left, right] = [codePoints(a), codePoints(b)];
        const bounded = boundedEdits(left, 0, left.length, right, 0, right.length, 2);
        const exact = damerauLevenshtein(a, b);
        if (exact <= 1) expect(bounded).toBe(exact);
        else expect(bounded).toBeGreaterThanOrEqual(2);
        if (exact > 2) expect(bounded).toBe(3);
      }),
    );
  });

  it('does not depend on the length of its scratch', () => {
    const long = codePoints('x'.repeat(1000));
    expect(boundedEdits(long, 0, 1000, [...long.slice(1), 121], 0, 1000, 2)).toBe(1);
  });
});

describe('soundex', () => {
  it.each([
    ['Robert', 'R163'],
    ['Rupert', 'R163'],
    ['Rubin', 'R150'],
    ['Ashcraft', 'A261'],
    ['Tymczak', 'T522'],
    ['Pfister', 'P236'],
    ['Honeyman', 'H555'],
    ['', ''],
  ])('%s is %s (US National Archives)', (name, code) => {
    expect(soundex(name)).toBe(code);
  });
});

describe('sets and distances', () => {
  it('compares words whatever their order', () => {
    expect(tokenSetSimilarity('Smith, John', 'john smith')).toBe(1);
    expect(tokenSetSimilarity('a b', 'b c')).toBeCloseTo(1 / 3, 12);
    expect(jaccard([], [])).toBe(1);
    expect(arrayOverlap(['a'], ['a', 'b'])).toBe(1);
    expect(arrayOverlap([], ['a'])).toBe(0);
    expect(qgramSimilarity('night', 'nacht')).toBeCloseTo(3 / 9, 12);
  });

  it('measures dates and numbers, and refuses what is none', () => {
    expect(daysBetween('2000-02-28', '2000-03-01')).toBe(2);
    expect(daysBetween('2001-02-29', '2001-03-01')).toBeUndefined();
    expect(relativeDifference(90, 100)).toBeCloseTo(0.1, 12);
    expect(relativeDifference(0, 0)).toBe(0);
    expect(relativeDifference(Number.NaN, 1)).toBeUndefined();
  });
});
