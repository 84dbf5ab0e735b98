import { createRandom } from '@tributary/numerics';

/** Visits `wanted` pairs drawn at random (all pairs when there are no more), left < right, across files when `source` is given. */
export function forEachRandomPair(
  records: number,
  source: readonly number[] | undefined,
  wanted: number,
  seed: number,
  visit: (left: number, right: number) => void,
): number {
  const all = (records * (records - 1)) / 2;
  if (all <= wanted) {
    let seen = 0;
    for (let left = 0; left < records; left += 1) {
      for (let right = left + 1; right < records; right += 1) {
        if (source !== undefined && source[left] === source[right]) continue;
        visit(left, right);
        seen += 1;
      }
    }
    return seen;
  }
  const random = createRandom(seed);
  let seen = 0;
  // Bounded: with one file all but empty, few draws cross; the tries are limited and the caller sees how many pairs there were.
  for (let tries = 0; tries < wanted * 20 && seen < wanted; tries += 1) {
    const a = random.integer(records);
    const b = random.integer(records);
    if (a === b || (source !== undefined && source[a] === source[b])) continue;
    visit(Math.min(a, b), Math.max(a, b));
    seen += 1;
  }
  return seen;
}

/** The number of pairs that could be compared. */
export function pairsInAll(records: number, source: readonly number[] | undefined): number {
  if (source === undefined) return (records * (records - 1)) / 2;
  const sizes = new Map<number, number>();
  for (const file of source) sizes.set(file, (sizes.get(file) ?? 0) + 1);
  const within = [...sizes.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  return (records * (records - 1)) / 2 - within;
}
