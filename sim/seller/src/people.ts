import type { Random } from '@tributary/numerics';
import type { System } from './fact.ts';

/** One customer record of one system. The identifiers are clean; every event spells them its own way. */
export interface Account {
  readonly source: System;
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly loyaltyId: string | null;
  /** Label of the real profile: accounts linked by a clean identifier share it. */
  readonly owner: string;
}

/** A simulated customer. */
export interface Person {
  readonly index: number;
  readonly organisation: boolean;
  readonly country: string;
  readonly language: string;
  /** ISO 4217 code the person pays in when it is not the shop's. */
  readonly presentment: string | null;
  readonly accounts: readonly Account[];
  /** Orders a day while active. */
  readonly rate: number;
  /** Probability to leave for good after an order. */
  readonly dropout: number;
  /** Day of registration, counted from the first simulated day. */
  readonly registeredOn: number;
}

/** What junk a careless form lets through. None of it may link anybody. */
export const JUNK_EMAIL = 'test@test.com';
export const JUNK_PHONE = '0000000000';

/** How the accounts of one person hang together. */
type Pattern = 'shop' | 'pos' | 'email' | 'phone' | 'chain' | 'loyalty' | 'apart' | 'junk' | 'organisation';
const patterns: readonly (readonly [Pattern, number])[] = [
  ['shop', 0.16],
  ['pos', 0.06],
  ['email', 0.23],
  ['phone', 0.1],
  ['chain', 0.2],
  ['loyalty', 0.07],
  ['apart', 0.06],
  ['junk', 0.05],
  ['organisation', 0.07],
];

const first = [
  'Anna',
  'Jürgen',
  'Marie',
  'Łukasz',
  'Sofía',
  'Björn',
  'Chiara',
  'Noël',
  'Ingrid',
  'Pavel',
  'Zoë',
  'Mehmet',
  '丽娜',
  'Олена',
  'Grace',
  'Tomás',
];
const last = [
  'Müller',
  'Kowalski',
  'García',
  'Lefèvre',
  'Öztürk',
  'Rossi',
  'Andersen',
  'Novák',
  'O’Brien',
  '王',
  'Шевченко',
  'Smith',
  'de Vries',
  'Straßer',
];
const firms = ['Café', 'Kontor', 'Gasthof', 'Bureau', 'Atelier', 'Markt'];
const countries = ['DE', 'DE', 'DE', 'DE', 'FR', 'AT', 'NL', 'PL', 'US', 'GB'] as const;

const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)] as T;

/**
 * Person number `index`, deterministic in the random stream. Every 40th pair is a household: two people behind one phone number, whom
 * deterministic identity must take for one profile.
 */
export function createPerson(random: Random, index: number, registeredOn: number): Person {
  const household = index % 40 === 7 || index % 40 === 8;
  const drawn = drawPattern(random);
  const pattern = household ? 'shop' : drawn;
  const organisation = pattern === 'organisation';
  const country = pick(random, countries);
  const name = organisation ? `${pick(random, firms)} ${pick(random, last)} ${index}` : `${pick(random, first)} ${pick(random, last)}`;
  return {
    index,
    organisation,
    country,
    language: country === 'FR' ? 'fr-FR' : country === 'PL' ? 'pl-PL' : country === 'DE' || country === 'AT' ? 'de-DE' : 'en-GB',
    presentment: country === 'US' ? 'USD' : null,
    accounts: accountsOf(random, pattern, index, name, household),
    rate: Math.min(0.25, random.gamma(1.3, 1.3 / 0.03)) * (organisation ? 2 : 1),
    dropout: random.beta(1.2, 8),
    registeredOn,
  };
}

function drawPattern(random: Random): Pattern {
  let draw = random.next();
  for (const [pattern, share] of patterns) {
    draw -= share;
    if (draw < 0) return pattern;
  }
  return 'shop';
}

function accountsOf(random: Random, pattern: Pattern, index: number, name: string, household: boolean): Account[] {
  const number = String(index + 1).padStart(5, '0');
  const ids: Readonly<Record<System, string>> = { 'shop-eu': `S-1${number}`, pos: `8${number}`, crm: `C${number}`, erp: `D-7${number}` };
  const person = `person-${index}`;
  const email = `customer.${index + 1}@${index % 3 === 0 ? 'mail.example' : 'example.com'}`;
  const phone = household ? mobile(Math.floor(index / 40) * 40 + 7) : mobile(index);
  const card = `TRB${String(1_000_000 + index * 37).padStart(8, '0')}`;
  const make = (source: System, known: Partial<Account>, owner = person): Account => ({
    source,
    id: ids[source],
    name,
    email: null,
    phone: null,
    loyaltyId: null,
    ...known,
    owner,
  });
  const other = `second.${index + 1}@example.org`;
  switch (pattern) {
    case 'shop':
      return household
        ? [make('shop-eu', { email, phone }, `household-${Math.floor(index / 40)}`)]
        : [make('shop-eu', { email, phone: random.next() < 0.5 ? phone : null })];
    case 'pos':
      return [make('pos', { loyaltyId: card })];
    case 'email':
      return [make('shop-eu', { email }), make('crm', { email, phone: random.next() < 0.6 ? phone : null })];
    case 'phone':
      return [make('shop-eu', { email, phone }), make('pos', { phone }), make('crm', { email: other, phone })];
    case 'chain':
      return [make('shop-eu', { email }), make('crm', { email, loyaltyId: card }), make('pos', { loyaltyId: card })];
    case 'loyalty':
      return [
        make('shop-eu', { email, loyaltyId: card }),
        make('pos', { loyaltyId: card }),
        make('crm', { email: other, loyaltyId: card }),
      ];
    case 'apart':
      return [
        make('shop-eu', { email }, `${person}/shop`),
        make('pos', {}, `${person}/pos`),
        make('crm', { email: other }, `${person}/crm`),
      ];
    case 'junk':
      return [
        make('shop-eu', { email: JUNK_EMAIL, phone: JUNK_PHONE }, `${person}/shop`),
        make('crm', { email: JUNK_EMAIL, phone: JUNK_PHONE }, `${person}/crm`),
      ];
    case 'organisation':
      return [make('shop-eu', { email, phone }), make('erp', { email }), make('crm', { email })];
  }
}

/** A possible mobile number, one a person; the ending never counts up or repeats. */
function mobile(index: number): string {
  const digits = String(20_000_000 + index * 41 + 13);
  return index % 5 === 0 ? `+336${digits}` : `+49151${digits}`;
}
