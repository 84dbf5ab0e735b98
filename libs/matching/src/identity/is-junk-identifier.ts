import type { IdentifierKind } from './identity-graph.ts';
import { defaultJunkRules } from './junk-rules.ts';
import type { JunkRules } from './junk-rules.ts';

/** Why a value identifies nobody. */
export type JunkReason =
  'empty' | 'blocked-value' | 'placeholder' | 'role-address' | 'blocked-domain' | 'repeated-digits' | 'digit-sequence';

/**
 * Whether a normalised identifier is on the blocked list or of a shape nobody owns; undefined when it may identify somebody.
 * A source's own customer id is only checked against `values` and the placeholders: `1` and `111111` are honest keys there.
 */
export function isJunkIdentifier(kind: IdentifierKind, value: string, rules: JunkRules = defaultJunkRules): JunkReason | undefined {
  if (value.trim() === '') return 'empty';
  if (rules.values[kind]?.includes(value) === true) return 'blocked-value';
  const word = value.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  if (word === '' || rules.placeholders.includes(word)) return 'placeholder';
  if (kind === 'email') return junkEmail(value, rules);
  if (kind === 'phone') return junkDigits(value.replace(/\D/g, ''), rules.repeatedDigits);
  if (kind === 'loyalty' || kind === 'tax') return /^\p{N}+$/u.test(value) ? junkWhole(value) : junkLetters(value);
  return undefined;
}

function junkEmail(value: string, rules: JunkRules): JunkReason | undefined {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, at).replace(/\+.*$/u, '');
  const domain = value.slice(at + 1);
  if (rules.emailLocalParts.includes(local)) return 'role-address';
  if (rules.emailDomains.some((blocked) => domain === blocked || domain.endsWith(`.${blocked}`))) return 'blocked-domain';
  return undefined;
}

/** The country code cannot be told apart here without a numbering plan, so the tail is judged: an invented number repeats or counts at its end. */
function junkDigits(digits: string, repeated: number): JunkReason | undefined {
  const tail = digits.slice(-(repeated + 1));
  if (tail.length > repeated && isRepeated(tail)) return 'repeated-digits';
  return digits.endsWith('1234567890') || digits.endsWith('0123456789') || digits.endsWith('9876543210') ? 'digit-sequence' : undefined;
}

function junkWhole(digits: string): JunkReason | undefined {
  if (isRepeated(digits)) return 'repeated-digits';
  return digits.length >= 5 && '01234567890'.includes(digits) ? 'digit-sequence' : undefined;
}

function junkLetters(value: string): JunkReason | undefined {
  return isRepeated(value) ? 'repeated-digits' : undefined;
}

function isRepeated(text: string): boolean {
  return text.length > 1 && [...text].every((character) => character === text[0]);
}
