import { soundex } from '../compare/soundex.ts';
import { hashUnit, mix } from './hash-text.ts';
import type { FieldKind } from './match-configuration.ts';
import { rareGram } from './rare-gram.ts';
import { sortedBlocks } from './sorted-blocks.ts';
import type { ValueDictionary } from './value-dictionary.ts';

/** The blocking key of a value, '' for none. Made once per dictionary; a value that joins it later is asked for in the same way. */
export type KeyOf = (value: number) => string;
type KeyMaker = (dictionary: ValueDictionary) => KeyOf;

const [gramStart, gramEnd, space] = [2, 3, 32];

/** A key that is made from the ASCII key of the value alone. */
const ofText =
  (make: (key: string) => string): KeyMaker =>
  ({ keys }) =>
  (value) =>
    make(keys[value] as string);
const exact: KeyMaker =
  ({ keys, values }) =>
  (value) =>
    keys[value] === '' ? (values[value] as string) : (keys[value] as string).split(' ').sort().join('');
const rareWord =
  (rank: number): KeyMaker =>
  (dictionary) =>
  (value) => {
    const { wordOffset, wordIds, wordCount, words } = dictionary;
    const own = [...wordIds.subarray(wordOffset[value], wordOffset[value + 1])].sort(
      (a, b) => (wordCount[a] as number) - (wordCount[b] as number) || a - b,
    );
    return words[own[rank] ?? -1] ?? '';
  };
const rareSound: KeyMaker = (dictionary) => {
  const word = rareWord(0)(dictionary);
  return (value) => soundex(word(value));
};
/** The smallest hash of a text's pairs of letters, the ends padded: equal with the probability of the pairs' Jaccard similarity (Broder 1997). */
const minhash = (seed: number): KeyMaker =>
  ofText((key) => {
    if (key === '') return '';
    let best = 0xffffffff;
    let last = gramStart;
    for (let at = 0; at <= key.length; at += 1) {
      const unit = at === key.length ? gramEnd : key.charCodeAt(at);
      if (unit === space) continue;
      best = Math.min(best, mix(hashUnit(hashUnit(0x811c9dc5 ^ seed, last), unit)) >>> 0);
      last = unit;
    }
    return String(best);
  });
const minhashes = (count: number): Readonly<Record<string, KeyMaker>> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`minhash-${at + 1}`, minhash(at + 1)]));

const digits = ofText((key) => [...key].sort().join(''));
const sound = ofText(soundex);
/** Keys that survive typing errors in words, each another kind of error. */
const misspelt = { 'sorted-1': sortedBlocks(0), 'sorted-2': sortedBlocks(1), 'rare-gram': rareGram };

const keysOf: Readonly<Record<FieldKind, Readonly<Record<string, KeyMaker>>>> = {
  name: { exact, soundex: sound, ...minhashes(2), ...misspelt },
  surname: { exact, soundex: sound, ...minhashes(2), ...misspelt },
  'full-name': {
    exact,
    'rare-word': rareWord(0),
    'rare-word-2': rareWord(1),
    'rare-sound': rareSound,
    ...minhashes(3),
    ...misspelt,
  },
  date: { exact, digits, 'year-month': ofText((key) => key.slice(0, 6)) },
  number: { exact },
  code: { exact, digits },
  category: { exact },
  address: {
    exact,
    'rare-word': rareWord(0),
    'rare-word-2': rareWord(1),
    'rare-word-3': rareWord(2),
    number: ofText((key) => /\d+/.exec(key)?.[0] ?? ''),
    ...minhashes(4),
    ...misspelt,
  },
  text: { exact, 'rare-word': rareWord(0), 'rare-word-2': rareWord(1), ...minhashes(2), ...misspelt },
  email: { exact, mailbox: ofText((key) => key.replace(/@.*$/u, '')), start: ofText((key) => key.slice(0, 3)) },
  phone: { exact, 'last-seven': ofText((key) => key.slice(-7)) },
  identifier: { exact, digits },
};

/** The keys of a kind over one dictionary, by name. */
export function blockingKeys(kind: FieldKind, dictionary: ValueDictionary): readonly (readonly [string, KeyOf])[] {
  return Object.entries(keysOf[kind]).map(([name, make]) => [name, make(dictionary)]);
}

/** The names of the keys a kind offers, for a configuration's own rules. */
export function keyNames(kind: FieldKind): string[] {
  return Object.keys(keysOf[kind]);
}
