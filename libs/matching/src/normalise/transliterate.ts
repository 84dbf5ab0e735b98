import anyAscii from 'any-ascii';
import { pinyin } from 'pinyin-pro';

const han = /\p{Script=Han}/u;
const asciiOnly = /^[\x20-\x7e]*$/;

/**
 * Text in lower-case ASCII letters: Han by pinyin (pinyin-pro), every other script by any-ascii. `asName` reads the first
 * character with its surname reading (曾 as zeng, 单 as shan). Syllables of Han text are separated by blanks.
 * A lossy key for comparison and blocking, never for identity.
 */
export function transliterate(text: string, asName = false): string {
  if (asciiOnly.test(text)) return text.toLowerCase();
  const latin = han.test(text)
    ? pinyin(text, { toneType: 'none', type: 'array', nonZh: 'consecutive', surname: asName ? 'head' : 'off' }).join(' ')
    : text;
  return anyAscii(latin).toLowerCase();
}
