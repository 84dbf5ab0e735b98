import { cleanText } from './clean-text.ts';
import type { NormalisationRefusal } from './clean-text.ts';
import { transliterate } from './transliterate.ts';

/** A person's or company's name in the forms that comparison needs. */
export interface NormalisedName {
  /** Case-folded, NFKC, punctuation as single blanks; the script is kept. Equal values are equal names. */
  readonly value: string;
  /** The same in ASCII letters; Han as pinyin with the surname reading. A lossy key, for proposals only. */
  readonly latin: string;
  /** Blank-separated parts of `latin`, sorted, so that "Smith, John" and "John Smith" share them. */
  readonly tokens: readonly string[];
  /** 'han' when every letter is Han, 'latin' when every letter is Latin, else 'mixed' or 'other'. */
  readonly script: 'latin' | 'han' | 'mixed' | 'other';
}

const honorific = /^(?:mr|mrs|ms|miss|mx|dr|prof|sir|herr|frau|mme|mlle)$/;
/** Appended address forms of Chinese: Mr, Ms, teacher, manager; they are no part of a name. */
const hanTitle = /(?:先生|女士|小姐|太太|老师|老師|经理|經理)$/u;

/**
 * Normalises a name of any script; built and tested for Latin and Chinese. Honorifics go when something else remains, a
 * surname particle (van, de la) stays. Refused: empty text, and text without a single letter.
 */
export function normaliseName(raw: string): NormalisedName | { readonly refused: NormalisationRefusal } {
  const spaced = typeof raw === 'string' ? raw.replace(/[\t\r\n]+/gu, ' ') : raw;
  const clean = cleanText(spaced, 256);
  if ('refused' in clean) return clean;
  const folded = clean.value
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’`´ʼ]/gu, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  if (!/\p{L}/u.test(folded)) return { refused: 'not-a-name' };
  const words = folded.split(' ');
  const kept = words.filter((word) => !honorific.test(word));
  const joined = (kept.length > 0 ? kept : words).join(' ');
  const script = scriptOf(joined);
  // Inner blanks of a Han name are typography, never a boundary of words.
  const value =
    script === 'han'
      ? joined.replaceAll(' ', '').replace(/(?<=\p{L}{2})(?:先生|女士|小姐|太太|老师|老師|经理|經理)$/u, '')
      : joined.replace(hanTitle, '').trim();
  const latin = transliterate(value, true)
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  return { value, latin, tokens: latin === '' ? [] : latin.split(' ').sort(), script };
}

function scriptOf(text: string): NormalisedName['script'] {
  const letters = text.replace(/[^\p{L}]/gu, '');
  if (/^\p{Script=Latin}+$/u.test(letters)) return 'latin';
  if (/^\p{Script=Han}+$/u.test(letters)) return 'han';
  return /\p{Script=Latin}|\p{Script=Han}/u.test(letters) ? 'mixed' : 'other';
}
