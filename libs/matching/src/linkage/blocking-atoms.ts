import { soundex } from '../compare/soundex.ts';
import type { EncodedField } from './encode-table.ts';
import type { FieldKind } from './match-configuration.ts';
import type { ValueDictionary } from './value-dictionary.ts';

/**
 * One way to cut a column into blocks: the block of each dictionary value, 0 for none. Exact keys lose every typo;
 * `soundex`, `digits` (sorted), `rare-word` and `minhash` survive them, each another kind.
 */
export interface BlockingAtom {
  readonly field: number;
  readonly column: string;
  readonly key: string;
  /** Block per dictionary value: a non-zero 32-bit hash, or 0. */
  readonly blocks: Int32Array;
  /** The same for a value that joined the dictionary later. */
  readonly blockOf: (value: number) => number;
}

const [gramStart, gramEnd, space] = [2, 3, 32];

type KeyOf = (value: number, dictionary: ValueDictionary) => string;

const exact: KeyOf = (value, { keys, values }) =>
  keys[value] === '' ? (values[value] as string) : (keys[value] as string).split(' ').sort().join('');
const digits: KeyOf = (value, { keys }) => [...(keys[value] as string)].sort().join('');
const sound: KeyOf = (value, { keys }) => soundex(keys[value] as string);
const start: KeyOf = (value, { keys }) => (keys[value] as string).slice(0, 3);
const yearMonth: KeyOf = (value, { keys }) => (keys[value] as string).slice(0, 6);
const rareWord =
  (rank: number): KeyOf =>
  (value, { wordOffset, wordIds, wordCount, words }) => {
    const own = [...wordIds.subarray(wordOffset[value], wordOffset[value + 1])].sort(
      (a, b) => (wordCount[a] as number) - (wordCount[b] as number) || a - b,
    );
    return words[own[rank] ?? -1] ?? '';
  };
const houseNumber: KeyOf = (value, { keys }) => /\d+/.exec(keys[value] as string)?.[0] ?? '';
const minhash =
  (seed: number): KeyOf =>
  (value, { keys }) => {
    const key = keys[value] as string;
    if (key === '') return '';
    // The hash of each pair of letters, the ends padded, without making the pair a text: hashText(pair, seed).
    let best = 0xffffffff;
    let last = gramStart;
    for (let at = 0; at <= key.length; at += 1) {
      const unit = at === key.length ? gramEnd : key.charCodeAt(at);
      if (unit === space) continue;
      best = Math.min(best, mix(hashUnit(hashUnit(0x811c9dc5 ^ seed, last), unit)) >>> 0);
      last = unit;
    }
    return String(best);
  };

const keysOf: Readonly<Record<FieldKind, Readonly<Record<string, KeyOf>>>> = {
  name: { exact, soundex: sound, 'minhash-1': minhash(1), 'minhash-2': minhash(2) },
  surname: { exact, soundex: sound, 'minhash-1': minhash(1), 'minhash-2': minhash(2) },
  'full-name': {
    exact,
    'rare-word': rareWord(0),
    'rare-word-2': rareWord(1),
    'rare-sound': (value, dictionary) => soundex(rareWord(0)(value, dictionary)),
    'minhash-1': minhash(1),
    'minhash-2': minhash(2),
    'minhash-3': minhash(3),
  },
  date: { exact, digits, 'year-month': yearMonth },
  number: { exact },
  code: { exact, digits },
  category: { exact },
  address: {
    exact,
    'rare-word': rareWord(0),
    'rare-word-2': rareWord(1),
    'rare-word-3': rareWord(2),
    number: houseNumber,
    'minhash-1': minhash(1),
    'minhash-2': minhash(2),
    'minhash-3': minhash(3),
    'minhash-4': minhash(4),
  },
  text: { exact, 'rare-word': rareWord(0), 'rare-word-2': rareWord(1), 'minhash-1': minhash(1), 'minhash-2': minhash(2) },
  email: { exact, mailbox: (value, { keys }) => (keys[value] as string).replace(/@.*$/u, ''), start },
  phone: { exact, 'last-seven': (value, { keys }) => (keys[value] as string).slice(-7) },
  identifier: { exact, digits },
};

/** All atoms of a table's fields. */
export function blockingAtoms(fields: readonly EncodedField[]): BlockingAtom[] {
  return fields.flatMap((field, index) =>
    Object.entries(keysOf[field.configuration.kind]).map(([key, keyOf]) => {
      const { dictionary } = field;
      const seed = hashText(key, 7);
      const blockOf = (value: number): number => {
        const text = keyOf(value, dictionary);
        return text === '' ? 0 : hashText(text, seed) || 1;
      };
      return {
        field: index,
        column: field.configuration.column,
        key,
        blocks: Int32Array.from(dictionary.values, (_, value) => blockOf(value)),
        blockOf,
      };
    }),
  );
}

/** The names of the keys a kind offers, for a configuration's own rules. */
export function keyNames(kind: FieldKind): string[] {
  return Object.keys(keysOf[kind]);
}

/** FNV-1a with a final mix (Murmur3's), 32 bits, seeded. */
export function hashText(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at += 1) hash = hashUnit(hash, text.charCodeAt(at));
  return mix(hash);
}

function hashUnit(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** Joins a block into a rule's key; order matters. */
export function joinHash(key: number, block: number): number {
  return mix(Math.imul(key, 31) ^ block);
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
