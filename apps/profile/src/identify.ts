import type { CustomerRef } from '@tributary/contracts';
import type { Identifier, IdentifierReader, SpelledKind } from './identifier.ts';

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
  reader: IdentifierReader,
  source: string,
  ref: CustomerRef,
  documentId: string,
  taxId: string | null = null,
  country?: string,
): Identification {
  const personal: Identifier[] = [];
  const add = (kind: SpelledKind, raw: string | null): void => {
    const found = raw === null ? undefined : reader.read(kind, '', raw, kind === 'phone' ? country : undefined);
    if (found !== undefined) personal.push(found);
  };
  add('email', ref.email);
  add('phone', ref.phone);
  add('loyalty', ref.loyaltyId);
  add('tax', taxId);
  return {
    customer: ref.id === null ? undefined : reader.read('source-customer', source, ref.id, undefined),
    document: reader.document(source, documentId),
    personal,
  };
}
