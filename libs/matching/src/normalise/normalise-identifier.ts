import { cleanText } from './clean-text.ts';
import type { Normalised } from './clean-text.ts';

/**
 * A loyalty card number: NFKC (full-width digits become ASCII), upper case, without the blanks, dashes, dots and slashes that
 * printing adds. Leading zeros are part of the number. At least three letters or digits must remain.
 */
export function normaliseLoyaltyId(raw: string): Normalised {
  const clean = cleanText(raw, 128);
  if ('refused' in clean) return clean;
  const value = clean.value
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-‐-―._/#]/gu, '');
  if (value.length > 64) return { refused: 'too-long' };
  return /^[\p{L}\p{N}]{3,}$/u.test(value) ? { value } : { refused: 'not-an-identifier' };
}

/**
 * A tax or company number (VAT id, USCC): as a loyalty id, since authorities print it with blanks and dashes of their own.
 * The country prefix stays where it was written; the caller scopes it by country where the source leaves it out.
 */
export function normaliseTaxId(raw: string): Normalised {
  const loyalty = normaliseLoyaltyId(raw);
  return 'value' in loyalty && !/\d/u.test(loyalty.value) ? { refused: 'not-an-identifier' } : loyalty;
}

/**
 * A source system's own key of a customer. It is opaque: NFC, trimmed, no invisible characters, but letter case, inner
 * blanks and leading zeros are kept, because the source may tell them apart.
 */
export function normaliseSourceId(raw: string): Normalised {
  return cleanText(raw, 256);
}
