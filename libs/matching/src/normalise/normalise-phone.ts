import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { CountryCode } from 'libphonenumber-js';
import { cleanText } from './clean-text.ts';
import type { Normalised } from './clean-text.ts';

/**
 * A phone number as E.164 (`+4915112345678`), parsed with the numbering plans of libphonenumber.
 *
 * `defaultCountry` (ISO 3166-1 alpha-2) reads numbers in national form; without it only international ones are accepted
 * (`country-unknown`). A number of a possible length is taken even where its range is not yet assigned, because ranges
 * open all the time; sham numbers are the business of `isJunkIdentifier`. A number with an extension is refused: E.164 cannot hold it, and without
 * it a whole company would share one key.
 */
export function normalisePhone(raw: string, defaultCountry?: string): Normalised {
  const clean = cleanText(raw, 64);
  if ('refused' in clean) return clean;
  const country = defaultCountry?.toUpperCase();
  if (country !== undefined && !isSupportedCountry(country)) return { refused: 'country-unknown' };
  // Full-width digits and plus signs arrive from Chinese and Japanese keyboards; 00 is the international prefix people type.
  const text = clean.value.normalize('NFKC').replace(/^\s*\(?00\)?(?=\s*[1-9])/u, '+');
  const international = /^\s*\+/u.test(text);
  if (!international && country === undefined)
    return { refused: /\d{5}/u.test(text.replace(/\D/gu, '')) ? 'country-unknown' : 'not-a-phone-number' };
  const parsed = parsePhoneNumberFromString(text, {
    ...(country === undefined ? {} : { defaultCountry: country as CountryCode }),
    extract: false,
  });
  if (parsed === undefined || !parsed.isPossible()) return { refused: 'not-a-phone-number' };
  if (parsed.ext !== undefined) return { refused: 'has-extension' };
  return { value: parsed.number };
}
