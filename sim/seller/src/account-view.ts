import type { Customer, CustomerRef } from '@tributary/contracts';
import type { Random } from '@tributary/numerics';
import type { Account, Person } from './people.ts';
import { spellEmail, spellLoyaltyId, spellName, spellPhone } from './spelling.ts';

/** Nobody known: the reference of an anonymous sale. */
export const anonymous: CustomerRef = { id: null, email: null, phone: null, loyaltyId: null, name: null };

/** How a document of the account's system refers to the account: always its id, sometimes more, every time in another spelling. */
export function customerRef(random: Random, account: Account): CustomerRef {
  const sometimes = <T>(value: T | null, chance: number): T | null => (value !== null && random.next() < chance ? value : null);
  const email = sometimes(account.email, 0.7);
  const phone = sometimes(account.phone, 0.4);
  const loyaltyId = sometimes(account.loyaltyId, 0.5);
  return {
    id: account.id,
    email: email === null ? null : spellEmail(random, email),
    phone: phone === null ? null : spellPhone(random, phone),
    loyaltyId: loyaltyId === null ? null : spellLoyaltyId(random, loyaltyId),
    name: spellName(random, account.name),
  };
}

/** The customer record as its system publishes it. Every version carries every identifier, so that none hangs on one delivery. */
export function customerSnapshot(
  random: Random,
  person: Person,
  account: Account,
  version: number,
  at: number,
  consent: boolean | null,
): Customer {
  return {
    customerId: account.id,
    version: BigInt(version),
    kind: person.organisation ? 'ORGANISATION' : 'PERSON',
    name: spellName(random, account.name),
    email: account.email === null ? null : spellEmail(random, account.email),
    phone: account.phone === null ? null : spellPhone(random, account.phone),
    loyaltyId: account.loyaltyId === null ? null : spellLoyaltyId(random, account.loyaltyId),
    taxId: null,
    address: { lines: [`Hauptstraße ${1 + (person.index % 90)}`], city: 'Berlin', postcode: '10115', country: person.country },
    marketingConsent: consent,
    updatedAt: at,
    birthDate: person.organisation ? null : -3_000 + ((person.index * 97) % 15_000),
    preferredLanguage: person.language,
  };
}
