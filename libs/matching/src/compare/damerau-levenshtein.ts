import { codePoints } from './jaro-winkler.ts';

/**
 * Damerau–Levenshtein distance: the fewest insertions, deletions, substitutions and transpositions of neighbours, by code
 * point, with edits allowed between transposed characters (Lowrance & Wagner 1975), so it is a metric: CA→ABC is 2.
 */
export function damerauLevenshtein(a: string, b: string): number {
  const left = codePoints(a);
  const right = codePoints(b);
  const width = right.length + 2;
  const beyond = left.length + right.length;
  const table = new Int32Array((left.length + 2) * width);
  const at = (row: number, column: number): number => table[row * width + column] as number;
  table[0] = beyond;
  for (let i = 0; i <= left.length; i += 1) {
    table[(i + 1) * width] = beyond;
    table[(i + 1) * width + 1] = i;
  }
  for (let j = 0; j <= right.length; j += 1) {
    table[j + 1] = beyond;
    table[width + j + 1] = j;
  }
  const lastRow = new Map<number, number>();
  for (let i = 1; i <= left.length; i += 1) {
    let lastColumn = 0;
    for (let j = 1; j <= right.length; j += 1) {
      const row = lastRow.get(right[j - 1] as number) ?? 0;
      const column = lastColumn;
      const same = left[i - 1] === right[j - 1];
      if (same) lastColumn = j;
      table[(i + 1) * width + j + 1] = Math.min(
        at(i, j) + (same ? 0 : 1),
        at(i + 1, j) + 1,
        at(i, j + 1) + 1,
        at(row, column) + (i - row - 1) + 1 + (j - column - 1),
      );
    }
    lastRow.set(left[i - 1] as number, i);
  }
  return at(left.length + 1, right.length + 1);
}

/**
 * Optimal string alignment distance of two slices, at most `limit` + 1 (which means "more than the limit"). The restricted
 * form of the above, by a band of the table only: within one or two edits the two agree but for contrived cases.
 */
export function boundedEdits(
  a: ArrayLike<number>,
  aFrom: number,
  aLength: number,
  b: ArrayLike<number>,
  bFrom: number,
  bLength: number,
  limit: number,
): number {
  if (Math.abs(aLength - bLength) > limit) return limit + 1;
  // Equal beginnings and ends change no distance, and most near values differ in one place only.
  while (aLength > 0 && bLength > 0 && a[aFrom] === b[bFrom]) {
    aFrom += 1;
    bFrom += 1;
    aLength -= 1;
    bLength -= 1;
  }
  while (aLength > 0 && bLength > 0 && a[aFrom + aLength - 1] === b[bFrom + bLength - 1]) {
    aLength -= 1;
    bLength -= 1;
  }
  if (aLength === 0 || bLength === 0) return aLength + bLength;
  if (limit === 1) {
    const swapped = aLength === 2 && bLength === 2 && a[aFrom] === b[bFrom + 1] && a[aFrom + 1] === b[bFrom];
    return swapped || (aLength === 1 && bLength === 1) ? 1 : 2;
  }
  if (bLength >= rows[0].length) rows = threeRows(bLength * 2);
  let [before, previous, current] = rows;
  for (let j = 0; j <= bLength; j += 1) previous[j] = j;
  for (let i = 1; i <= aLength; i += 1) {
    const from = Math.max(1, i - limit);
    const to = Math.min(bLength, i + limit);
    current[from - 1] = from === 1 ? i : limit + 1;
    let best = current[from - 1] as number;
    const unit = a[aFrom + i - 1];
    for (let j = from; j <= to; j += 1) {
      const other = b[bFrom + j - 1];
      let cost = (previous[j - 1] as number) + (unit === other ? 0 : 1);
      if (j < i + limit) cost = Math.min(cost, (previous[j] as number) + 1);
      cost = Math.min(cost, (current[j - 1] as number) + 1);
      if (i > 1 && j > 1 && unit === b[bFrom + j - 2] && a[aFrom + i - 2] === other) cost = Math.min(cost, (before[j - 2] as number) + 1);
      current[j] = cost;
      if (cost < best) best = cost;
    }
    if (best > limit) return limit + 1;
    [before, previous, current] = [previous, current, before];
  }
  return Math.min(limit + 1, previous[bLength] as number);
}

function threeRows(size: number): [Int32Array, Int32Array, Int32Array] {
  return [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
}

/** Scratch that grows to the longest text seen: a call per pair must not allocate. */
let rows = threeRows(256);
