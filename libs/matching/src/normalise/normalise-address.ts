import { cleanText } from './clean-text.ts';
import type { Normalised } from './clean-text.ts';
import { transliterate } from './transliterate.ts';

/** Words with one meaning and several spellings on envelopes; the short one is the key, so a typo in the long one weighs less. */
const abbreviations: Readonly<Record<string, string>> = {
  street: 'st',
  strasse: 'str',
  avenue: 'ave',
  av: 'ave',
  road: 'rd',
  drive: 'dr',
  place: 'pl',
  court: 'ct',
  crescent: 'cres',
  crsc: 'cres',
  circuit: 'cct',
  lane: 'ln',
  terrace: 'tce',
  boulevard: 'blvd',
  parade: 'pde',
  close: 'cl',
  highway: 'hwy',
  square: 'sq',
  grove: 'gr',
  apartment: 'apt',
  flat: 'apt',
  unit: 'apt',
  suite: 'ste',
  floor: 'fl',
  building: 'bldg',
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  mount: 'mt',
  saint: 'st',
  village: 'vlge',
};

/**
 * An address line as a comparison key: ASCII (Han as pinyin), lower case, punctuation as blanks, common street words
 * abbreviated, German "…straße" parted from its name, Chinese 省市区路号 kept as syllables. No gazetteer is consulted.
 */
export function normaliseAddress(raw: string): Normalised {
  const spaced = typeof raw === 'string' ? raw.replace(/[\t\r\n]+/gu, ' ') : raw;
  const clean = cleanText(spaced, 512);
  if ('refused' in clean) return clean;
  const words = transliterate(clean.value.normalize('NFKC'))
    .replace(/['’`]/gu, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  if (words === '') return { refused: 'not-an-address' };
  const value = words
    .split(' ')
    .flatMap((word) =>
      /^[a-z]{3,}(?:strasse|str)$/.test(word)
        ? [word.replace(/str(?:asse)?$/, ''), 'str']
        : [Object.hasOwn(abbreviations, word) ? (abbreviations[word] as string) : word],
    )
    .join(' ');
  return { value };
}
