/** Why a raw value cannot serve as a key; one closed list for every normaliser. */
export type NormalisationRefusal =
  | 'not-text'
  | 'empty'
  | 'too-long'
  | 'malformed-unicode'
  | 'control-character'
  | 'not-an-email-address'
  | 'not-a-domain'
  | 'not-a-phone-number'
  | 'country-unknown'
  | 'has-extension'
  | 'not-an-identifier'
  | 'not-a-name'
  | 'not-a-date'
  | 'not-an-address';

/** Either the key or the reason why there is none. The raw value is the caller's to keep: a key never replaces it. */
export type Normalised = { readonly value: string } | { readonly refused: NormalisationRefusal };

/**
 * The hygiene every normaliser starts with: well-formed Unicode, no format characters (zero-width, byte-order and bidi marks),
 * NFC, trimmed, no control character inside, at most `maxLength` UTF-16 units.
 */
export function cleanText(raw: string, maxLength: number): Normalised {
  if (typeof raw !== 'string') return { refused: 'not-text' };
  if (raw.length > maxLength * 4) return { refused: 'too-long' };
  // With the u flag \p{Cs} sees lone surrogates only: a proper pair is one code point of another category.
  if (/\p{Cs}/u.test(raw)) return { refused: 'malformed-unicode' };
  const value = raw
    .replace(/\p{Cf}/gu, '')
    .normalize('NFC')
    .trim();
  if (value === '') return { refused: 'empty' };
  if (/\p{Cc}/u.test(value)) return { refused: 'control-character' };
  if (value.length > maxLength) return { refused: 'too-long' };
  return { value };
}
