import type { ValueDictionary } from './value-dictionary.ts';

/** So many distinct values, next to each other in the alphabet, are one block. */
export const sortedWindow = 16;

/**
 * Sorted neighbourhood (Hernández & Stolfo 1995) as blocks: the distinct values are sorted and cut every `sortedWindow` of them.
 * The cuts of `half` 1 lie between those of `half` 0, so any two values at most half a window apart share a block of one or the
 * other (sorted blocks with overlap: Draisbach & Naumann 2011). What differs behind the first letters only stays together,
 * whatever the error is; a wrong first letter is for the other keys to survive.
 */
export const sortedBlocks =
  (half: 0 | 1) =>
  ({ keys }: ValueDictionary): ((value: number) => string) => {
    const sorted = [...new Set(keys)].filter((key) => key !== '').sort();
    const blockAt = (place: number): string => String(Math.floor((place + (half * sortedWindow) / 2) / sortedWindow));
    const places = new Map(sorted.map((key, place) => [key, blockAt(place)]));
    return (value) => {
      const key = keys[value] as string;
      if (key === '') return '';
      // A value that came later belongs where it would have stood.
      return places.get(key) ?? blockAt(placeOf(key, sorted));
    };
  };

function placeOf(key: string, sorted: readonly string[]): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
