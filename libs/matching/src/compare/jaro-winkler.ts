/**
 * Jaro similarity of two slices of code-unit arrays, 0..1 (Jaro 1989). Two empty slices are equal (1).
 * Works on slices so that a linkage run compares a million pairs without making a string.
 */
export function jaroSlices(
  a: ArrayLike<number>,
  aFrom: number,
  aLength: number,
  b: ArrayLike<number>,
  bFrom: number,
  bLength: number,
): number {
  if (aLength === 0 || bLength === 0) return aLength === bLength ? 1 : 0;
  const reach = Math.max(0, (Math.max(aLength, bLength) >> 1) - 1);
  const usedA = scratchA;
  const usedB = scratchB;
  if (usedA.length < aLength || usedB.length < bLength) return jaroLong(a, aFrom, aLength, b, bFrom, bLength);
  usedA.fill(0, 0, aLength);
  usedB.fill(0, 0, bLength);
  return jaroWith(usedA, usedB, reach, a, aFrom, aLength, b, bFrom, bLength);
}

/** Jaro–Winkler: Jaro plus a bonus for up to four common leading characters (Winkler 1990, scale 0.1). */
export function jaroWinklerSlices(
  a: ArrayLike<number>,
  aFrom: number,
  aLength: number,
  b: ArrayLike<number>,
  bFrom: number,
  bLength: number,
): number {
  const jaro = jaroSlices(a, aFrom, aLength, b, bFrom, bLength);
  const most = Math.min(4, aLength, bLength);
  let prefix = 0;
  while (prefix < most && a[aFrom + prefix] === b[bFrom + prefix]) prefix += 1;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** Jaro–Winkler similarity of two strings by code point, 0..1. Winkler's 1990 values: MARTHA/MARHTA 0.9611, DIXON/DICKSONX 0.8133. */
export function jaroWinkler(a: string, b: string): number {
  const left = codePoints(a);
  const right = codePoints(b);
  return jaroWinklerSlices(left, 0, left.length, right, 0, right.length);
}

/** The code points of a string as numbers. */
export function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

const scratchA = new Uint8Array(128);
const scratchB = new Uint8Array(128);

function jaroLong(a: ArrayLike<number>, aFrom: number, aLength: number, b: ArrayLike<number>, bFrom: number, bLength: number): number {
  const reach = Math.max(0, (Math.max(aLength, bLength) >> 1) - 1);
  return jaroWith(new Uint8Array(aLength), new Uint8Array(bLength), reach, a, aFrom, aLength, b, bFrom, bLength);
}

function jaroWith(
  usedA: Uint8Array,
  usedB: Uint8Array,
  reach: number,
  a: ArrayLike<number>,
  aFrom: number,
  aLength: number,
  b: ArrayLike<number>,
  bFrom: number,
  bLength: number,
): number {
  let matches = 0;
  for (let i = 0; i < aLength; i += 1) {
    const unit = a[aFrom + i];
    const last = Math.min(bLength - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= last; j += 1) {
      if (usedB[j] === 0 && b[bFrom + j] === unit) {
        usedA[i] = 1;
        usedB[j] = 1;
        matches += 1;
        break;
      }
    }
  }
  if (matches === 0) return 0;
  let moved = 0;
  let j = 0;
  for (let i = 0; i < aLength; i += 1) {
    if (usedA[i] === 0) continue;
    while (usedB[j] === 0) j += 1;
    if (a[aFrom + i] !== b[bFrom + j]) moved += 1;
    j += 1;
  }
  return (matches / aLength + matches / bLength + (matches - (moved >> 1)) / matches) / 3;
}
