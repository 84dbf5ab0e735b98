import {
  isJunkIdentifier,
  normaliseEmail,
  normaliseLoyaltyId,
  normalisePhone,
  normaliseSourceId,
  normaliseTaxId,
  type IdentifierKind,
  type Normalised,
} from '@tributary/matching';
import type { IdentityKeys } from './identity-keys.ts';
import { SecondChanceCache } from './second-chance-cache.ts';

/** An identifier that an event carries, normalised. */
export interface Identifier {
  readonly kind: IdentifierKind;
  /** System or brand in which the value is unique; empty for what is unique in the world. */
  readonly scope: string;
  readonly value: string;
  /** What a person may see of it without a reason: masked. */
  readonly display: string;
  /** Its node: the keyed hash. */
  readonly node: string;
  /** The profile its node was last seen in: a hint, which loading proves or takes back. */
  hint?: string | undefined;
}

/** Kinds whose values sources spell in many ways. */
export type SpelledKind = 'source-customer' | 'email' | 'phone' | 'loyalty' | 'tax';

/** Reads identifiers as they are written; `undefined` for what identifies nobody. */
export interface IdentifierReader {
  /** @param country ISO 3166 alpha-2, for telephone numbers without a prefix. */
  read(kind: SpelledKind, scope: string, raw: string, country: string | undefined): Identifier | undefined;
  document(scope: string, documentId: string): Identifier;
}

const NORMALISE: Readonly<Record<SpelledKind, (raw: string, country: string | undefined) => Normalised>> = {
  'source-customer': (raw) => normaliseSourceId(raw),
  email: (raw) => normaliseEmail(raw),
  phone: normalisePhone,
  loyalty: (raw) => normaliseLoyaltyId(raw),
  tax: (raw) => normaliseTaxId(raw),
};
/** Spellings remembered of each kind: customers come again, and a telephone number takes 20 µs to read. */
const REMEMBERED = 27_000;

type Spellings = SecondChanceCache<string, { readonly found: Identifier | undefined }>;

/** A reader that remembers the spellings it read last. A document is named once or twice and is not worth a place. */
export function createIdentifierReader(keys: IdentityKeys, remembered = REMEMBERED): IdentifierReader {
  const cache = (): Spellings => new SecondChanceCache(remembered);
  const known: Readonly<Record<SpelledKind, Spellings>> = {
    'source-customer': cache(),
    email: cache(),
    phone: cache(),
    loyalty: cache(),
    tax: cache(),
  };
  const read: IdentifierReader['read'] = (kind, scope, raw, country) => {
    const key = NORMALISE[kind](raw, country);
    if (!('value' in key) || isJunkIdentifier(kind, key.value) !== undefined) return undefined;
    return { kind, scope, value: key.value, display: mask(kind, key.value), node: keys.node(kind, scope, key.value) };
  };
  return {
    read(kind, scope, raw, country) {
      const spellings = known[kind];
      const name = scope === '' && country === undefined ? raw : `${scope}\n${country ?? ''}\n${raw}`;
      const entry = spellings.get(name);
      if (entry !== undefined) return entry.found;
      const found = read(kind, scope, raw, country);
      spellings.set(name, { found });
      return found;
    },
    document: (scope, documentId) => ({
      kind: 'document',
      scope,
      value: documentId,
      display: documentId,
      node: keys.node('document', scope, documentId),
    }),
  };
}

/** First and last characters only, where the value is personal. */
function mask(kind: IdentifierKind, value: string): string {
  if (kind === 'source-customer' || kind === 'document') return value;
  if (kind === 'email') return value.replace(/^(.).*?(@.*)$/u, '$1***$2');
  return value.length <= 4 ? '***' : `***${value.slice(-3)}`;
}
