/** The q-grams of a text, padded at both ends by q−1 marks so that the ends weigh as much as the middle. */
export function qgrams(text: string, q = 2): string[] {
  const padded = [...'\u0002'.repeat(q - 1), ...text, ...'\u0003'.repeat(q - 1)];
  return Array.from({ length: Math.max(0, padded.length - q + 1) }, (_, at) => padded.slice(at, at + q).join(''));
}

/** |A ∩ B| / |A ∪ B| of two lists read as sets; 1 when both are empty (Jaccard 1901). */
export function jaccard<T>(a: readonly T[], b: readonly T[]): number {
  const left = new Set(a);
  const right = new Set(b);
  if (left.size === 0 && right.size === 0) return 1;
  const common = [...left].filter((item) => right.has(item)).length;
  return common / (left.size + right.size - common);
}

/** |A ∩ B| / min(|A|, |B|): the overlap of two lists, 1 when one holds the other, 0 when either is empty. */
export function arrayOverlap<T>(a: readonly T[], b: readonly T[]): number {
  const left = new Set(a);
  const right = new Set(b);
  const common = [...left].filter((item) => right.has(item)).length;
  return common === 0 ? 0 : common / Math.min(left.size, right.size);
}

/** Jaccard similarity of the q-gram sets of two texts. */
export function qgramSimilarity(a: string, b: string, q = 2): number {
  return jaccard(qgrams(a, q), qgrams(b, q));
}

/** Jaccard similarity of the words of two texts, whatever their order and number. */
export function tokenSetSimilarity(a: string, b: string): number {
  const words = (text: string): string[] =>
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '');
  return jaccard(words(a), words(b));
}
