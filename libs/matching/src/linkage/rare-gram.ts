import type { ValueDictionary } from './value-dictionary.ts';

/**
 * The rarest three letters in a row that at least two values of the dictionary have: a q-gram index cut down to its most telling
 * entry (prefix filtering: Chaudhuri, Ganti & Kaushik 2006). Letters that a typing error has made occur once and are passed over,
 * so what is left is mostly a true part of the value.
 */
export function rareGram({ keys }: ValueDictionary): (value: number) => string {
  const times = new Map<number, number>();
  const trained = keys.length;
  for (let value = 0; value < trained; value += 1)
    for (const gram of gramsOf(keys[value] as string)) times.set(gram, (times.get(gram) ?? 0) + 1);
  return (value) => {
    let best = '';
    let fewest = Infinity;
    for (const gram of gramsOf(keys[value] as string)) {
      // A value that came later adds its own occurrence.
      const count = (times.get(gram) ?? 0) + (value < trained ? 0 : 1);
      if (count < 2 || count > fewest || (count === fewest && String(gram) > best)) continue;
      fewest = count;
      best = String(gram);
    }
    return best;
  };
}

/** The distinct triples of letters and digits of a text, spaces left out and the ends padded, as numbers. */
function gramsOf(key: string): Set<number> {
  const grams = new Set<number>();
  const units = [start, ...[...key].flatMap((letter) => (letter === ' ' ? [] : [letter.charCodeAt(0)])), end];
  for (let at = 0; at + 2 < units.length; at += 1)
    grams.add(((units[at] as number) << 16) | ((units[at + 1] as number) << 8) | (units[at + 2] as number));
  return grams;
}

const [start, end] = [2, 3];
