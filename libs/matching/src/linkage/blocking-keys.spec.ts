import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRandom } from '@tributary/numerics';
import { dirtyPeople } from '../../../../test/support/matching/dirty-people.ts';
import { blockingKeys, keyNames } from './blocking-keys.ts';
import { matchRecords } from './match-records.ts';
import type { MatchResult } from './match-records.ts';
import { proposeConfiguration } from './propose-configuration.ts';
import { sortedWindow } from './sorted-blocks.ts';
import { ValueDictionary } from './value-dictionary.ts';

const words = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 }), {
  minLength: 2,
  maxLength: 120,
});
const dictionaryOf = (keys: readonly string[]): ValueDictionary => {
  const dictionary = new ValueDictionary();
  for (const key of keys) dictionary.add(key, key);
  return dictionary;
};
const keyOf = (dictionary: ValueDictionary, name: string): ((value: number) => string) => {
  const own = blockingKeys('surname', dictionary).find(([key]) => key === name);
  if (own === undefined) throw new Error(`no key ${name}`);
  return own[1];
};

describe('sorted neighbourhood (Hernández & Stolfo 1995) by overlapping blocks (Draisbach & Naumann 2011)', () => {
  it('puts any two values at most half a window apart in the alphabet into one block, and none a window apart', () => {
    fc.assert(
      fc.property(words, (keys) => {
        const dictionary = dictionaryOf(keys);
        const [first, second] = [keyOf(dictionary, 'sorted-1'), keyOf(dictionary, 'sorted-2')];
        const sorted = keys.map((key, value) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
        for (const [i, a] of sorted.entries()) {
          for (const [j, b] of sorted.entries()) {
            const together = first(a.value) === first(b.value) || second(a.value) === second(b.value);
            if (Math.abs(i - j) <= sortedWindow / 2) expect(together).toBe(true);
            if (Math.abs(i - j) >= sortedWindow) expect(together).toBe(false);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives a value that comes later the block in which it would have stood', () => {
    const dictionary = dictionaryOf(Array.from({ length: 64 }, (_, at) => `name${String(at).padStart(2, '0')}`));
    const key = keyOf(dictionary, 'sorted-1');
    const before = key(20);
    expect(key(dictionary.add('name20b', 'name20b'))).toBe(before);
    expect(key(dictionary.add('', ''))).toBe('');
  });
});

describe('rare-gram (q-gram index, prefix filtering)', () => {
  it('passes over the letters of a typing error, which no other value has', () => {
    const dictionary = dictionaryOf(['quillfeather', 'quillfeathxer', 'smith', 'smithers', 'feather']);
    const key = keyOf(dictionary, 'rare-gram');
    expect(key(0)).not.toBe('');
    expect(key(1)).toBe(key(0));
    expect(key(2)).toBe(key(3));
    expect(key(2)).not.toBe(key(0));
  });

  it('has no key for a value that shares nothing, until a later one does', () => {
    const dictionary = dictionaryOf(['abcdef', 'uvwxyz']);
    const key = keyOf(dictionary, 'rare-gram');
    expect(key(0)).toBe('');
    expect(key(dictionary.add('xabcx', 'xabcx'))).not.toBe('');
  });
});

describe('keys under typing errors', () => {
  const random = createRandom(4);
  const { people, truth } = dirtyPeople({ originals: 200, duplicates: 250, maxPerOriginal: 3, maxErrors: 9, households: 0, seed: 9 });
  const columns = {
    given_name: people.map((p) => p.givenName),
    // One more letter wrong in every second surname: what exact keys lose.
    surname: people.map(({ surname }) => {
      const at = 1 + random.integer(Math.max(1, surname.length - 1));
      return random.next() < 0.5 ? surname : `${surname.slice(0, at)}x${surname.slice(at + 1)}`;
    }),
    address_1: people.map((p) => p.address1),
    suburb: people.map((p) => p.suburb),
    date_of_birth: people.map((p) => p.birthDate),
  };
  const proposal = proposeConfiguration(columns);
  if ('refused' in proposal) throw new Error(proposal.detail);
  const blockedBy = (key: string): MatchResult => {
    const result = matchRecords(
      { columns },
      {
        ...proposal.configuration,
        blocking: [{ atoms: [{ column: 'surname', key }] }, { atoms: [{ column: 'date_of_birth', key: 'exact' }] }],
      },
    );
    if ('refused' in result) throw new Error(result.detail);
    return result;
  };
  const truePairs = truth.flatMap((a, left) => truth.flatMap((b, right) => (left < right && a === b ? [[left, right] as const] : [])));
  const exact = blockedBy('exact');
  /** The share of the true pairs that share the surname's block. */
  const trueRecall = (result: MatchResult): number => {
    const rule = result.model.rules.find(([atom]) => atom?.column === 'surname') ?? [];
    const atom = rule[0];
    const codes = result.model.fields[atom?.field ?? 0]?.codes ?? new Int32Array();
    const block = (record: number): number => ((codes[record] ?? -1) < 0 ? 0 : (atom?.blocks[codes[record] as number] ?? 0));
    return truePairs.filter(([left, right]) => block(left) !== 0 && block(left) === block(right)).length / truePairs.length;
  };

  it.each(['minhash-1', 'sorted-1', 'sorted-2', 'rare-gram', 'soundex'])(
    '%s finds pairs that exact keys lose, and its cost and recall are shown',
    (key) => {
      const result = blockedBy(key);
      expect(trueRecall(result)).toBeGreaterThan(trueRecall(exact) * 1.2);
      const report = result.blocking.rules.find(({ atoms }) => atoms[0]?.column === 'surname');
      const other = exact.blocking.rules.find(({ atoms }) => atoms[0]?.column === 'surname');
      expect(report?.pairs).toBeGreaterThan(other?.pairs ?? 0);
      expect(report?.recall).toBeGreaterThan(other?.recall ?? 1);
      expect(result.blocking.lostRecall).toBeLessThan(exact.blocking.lostRecall);
      // The report learns from pairs found without labels; it must be near what labels say.
      expect(Math.abs((report?.recall ?? 0) - trueRecall(result))).toBeLessThan(0.12);
    },
  );

  it('are all on offer to the chooser, for words of any kind', () => {
    for (const kind of ['name', 'surname', 'full-name', 'address', 'text'] as const)
      expect(keyNames(kind)).toEqual(expect.arrayContaining(['exact', 'minhash-1', 'sorted-1', 'sorted-2', 'rare-gram']));
  });
});
