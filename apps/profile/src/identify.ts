import type { CustomerRef } from '@tributary/contracts';
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

/** An identifier that an event carries, normalised. */
export interface Identifier {
  readonly kind: IdentifierKind;
  /** System or brand in which the value is unique; empty for what is unique in the world. */
  readonly scope: string;
  readonly value: string;
  /** What a person may see of it without a reason: masked. */
  readonly display: string;
}

/** Who an event is about: `customer` is the source's own id, `personal` what links sources, `document` the order of a guest. */
export interface Identification {
  readonly customer: Identifier | undefined;
  readonly document: Identifier;
  readonly personal: readonly Identifier[];
}

/**
 * Reads the identifiers of an event. A value that cannot be normalised, or is on the blocked list (`test@test.com`, 0000000000),
 * identifies nobody and is left out; the raw value stays in the fact.
 */
export function identify(
  source: string,
  ref: CustomerRef,
  documentId: string,
  taxId: string | null = null,
  country?: string,
): Identification {
  const read = (kind: IdentifierKind, scope: string, raw: string | null, normalise: (raw: string) => Normalised): Identifier[] => {
    if (raw === null) return [];
    const key = normalise(raw);
    if (!('value' in key) || isJunkIdentifier(kind, key.value) !== undefined) return [];
    return [{ kind, scope, value: key.value, display: mask(kind, key.value) }];
  };
  const [customer] = read('source-customer', source, ref.id, normaliseSourceId);
  return {
    customer,
    document: { kind: 'document', scope: source, value: documentId, display: documentId },
    personal: [
      ...read('email', '', ref.email, normaliseEmail),
      ...read('phone', '', ref.phone, (raw) => normalisePhone(raw, country)),
      ...read('loyalty', '', ref.loyaltyId, normaliseLoyaltyId),
      ...read('tax', '', taxId, normaliseTaxId),
    ],
  };
}

/** First and last characters only, where the value is personal. */
function mask(kind: IdentifierKind, value: string): string {
  if (kind === 'source-customer' || kind === 'document') return value;
  if (kind === 'email') return value.replace(/^(.).*?(@.*)$/u, '$1***$2');
  return value.length <= 4 ? '***' : `***${value.slice(-3)}`;
}
