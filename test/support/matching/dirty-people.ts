import { createRandom } from '@tributary/numerics';
import type { Random } from '@tributary/numerics';

/** A person as a list exports one. */
export interface Person {
  givenName: string;
  surname: string;
  streetNumber: string;
  address1: string;
  address2: string;
  suburb: string;
  postcode: string;
  state: string;
  birthDate: string;
}

/** What to generate. Rates are per duplicate record; the scheme follows Febrl's generator (Christen & Pudjijono 2009). */
export interface DirtyPeopleOptions {
  readonly originals: number;
  readonly duplicates: number;
  /** Copies of one original at most. */
  readonly maxPerOriginal: number;
  /** Modifications per duplicate, drawn evenly from 1 to this. */
  readonly maxErrors: number;
  /** Share of originals that live in a household with another one: same surname, address and suburb, own given name and birth date. */
  readonly households: number;
  readonly seed: number;
}

/** The records in random order with the truth beside them. */
export interface DirtyPeople {
  readonly people: readonly Person[];
  /** Equal numbers are one person. */
  readonly truth: readonly number[];
}

const onset = [
  'b',
  'br',
  'c',
  'ch',
  'd',
  'dr',
  'f',
  'g',
  'gr',
  'h',
  'j',
  'k',
  'l',
  'm',
  'n',
  'p',
  'pr',
  'r',
  's',
  'sh',
  'st',
  't',
  'th',
  'v',
  'w',
  '',
];
const nucleus = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'ie', 'oo'];
const coda = ['', 'n', 'r', 's', 'l', 'm', 'ck', 'nd', 'rt', 'y', 'ton', 'ley', 'man', 'son'];
const streetTypes = ['street', 'place', 'avenue', 'road', 'crescent', 'circuit', 'drive', 'court'];
const fields = ['givenName', 'surname', 'streetNumber', 'address1', 'address2', 'suburb', 'postcode', 'state', 'birthDate'] as const;
const phonetic: readonly (readonly [string, string])[] = [
  ['ph', 'f'],
  ['ck', 'k'],
  ['ie', 'y'],
  ['th', 't'],
  ['sh', 's'],
  ['oo', 'u'],
  ['ea', 'ee'],
  ['c', 'k'],
  ['y', 'i'],
  ['mb', 'm'],
];
const lookAlike: readonly (readonly [string, string])[] = [
  ['o', '0'],
  ['l', '1'],
  ['m', 'rn'],
  ['s', '5'],
  ['b', 'h'],
  ['g', 'q'],
  ['u', 'v'],
  ['i', 'l'],
];

/** Clean people and corrupted copies of them. */
export function dirtyPeople(options: DirtyPeopleOptions): DirtyPeople {
  const random = createRandom(options.seed);
  const originals = cleanPeople(options, random);
  const copies = new Map<number, number>();
  const records = originals.map((person, truth) => ({ person, truth }));
  while (records.length < options.originals + options.duplicates) {
    const truth = random.integer(options.originals);
    const made = copies.get(truth) ?? 0;
    if (made >= options.maxPerOriginal) continue;
    copies.set(truth, made + 1);
    records.push({ person: corrupted(originals[truth] as Person, 1 + random.integer(options.maxErrors), random), truth });
  }
  const mixed = random.shuffle(records);
  return { people: mixed.map(({ person }) => person), truth: mixed.map(({ truth }) => truth) };
}

function cleanPeople({ originals, households }: DirtyPeopleOptions, random: Random): Person[] {
  const word = (syllables: number): string =>
    Array.from({ length: syllables }, () => pick(onset, random) + pick(nucleus, random)).join('') + pick(coda, random);
  const pool = (size: number, syllables: number): string[] => [
    ...new Set(Array.from({ length: size }, () => word(1 + random.integer(syllables)))),
  ];
  const given = pool(900, 2);
  const family = pool(6000, 3);
  const streets = pool(4000, 3).map((name) => `${name} ${pick(streetTypes, random)}`);
  const houses = pool(2500, 3);
  const states = ['nsw', 'vic', 'qld', 'wa', 'sa', 'tas', 'act', 'nt'];
  const suburbs = pool(2500, 3).map((name, at) => ({
    name: random.next() < 0.2 ? `${name} ${pick(['north', 'heights', 'bay', 'park'], random)}` : name,
    postcode: String(2000 + ((at * 7) % 6000)),
    state: states[Math.min(7, Math.floor(random.exponential(0.5)))] as string,
  }));
  const people: Person[] = [];
  while (people.length < originals) {
    const neighbour = people[people.length - 1];
    const suburb = zipf(suburbs, random);
    const fresh: Person = {
      givenName: zipf(given, random),
      surname: zipf(family, random),
      streetNumber: String(1 + Math.floor(random.exponential(1 / 60))),
      address1: pick(streets, random),
      address2: random.next() < 0.6 ? pick(houses, random) : '',
      suburb: suburb.name,
      postcode: suburb.postcode,
      state: suburb.state,
      birthDate: birthDate(random),
    };
    people.push(
      neighbour !== undefined && random.next() < households
        ? { ...neighbour, givenName: fresh.givenName, birthDate: fresh.birthDate }
        : fresh,
    );
  }
  return people;
}

function corrupted(original: Person, errors: number, random: Random): Person {
  const copy = { ...original };
  const touched = new Map<string, number>();
  for (let error = 0; error < errors; error += 1) {
    const field = pick(fields, random);
    if ((touched.get(field) ?? 0) >= 2) continue;
    touched.set(field, (touched.get(field) ?? 0) + 1);
    const kind = random.next();
    if (kind < 0.12) copy[field] = '';
    else if (kind < 0.17) [copy.givenName, copy.surname] = [copy.surname, copy.givenName];
    else if (kind < 0.2) [copy.address1, copy.address2] = [copy.address2, copy.address1];
    else if (field === 'birthDate') copy.birthDate = wrongDate(copy.birthDate, random);
    else copy[field] = wrongText(copy[field], random);
  }
  return copy;
}

function wrongText(text: string, random: Random): string {
  if (text === '') return text;
  const at = random.integer(text.length);
  const letter = /\d/.test(text[at] ?? '') ? String(random.integer(10)) : String.fromCharCode(97 + random.integer(26));
  const kind = random.integer(8);
  if (kind === 0) return text.slice(0, at) + letter + text.slice(at);
  if (kind === 1) return text.slice(0, at) + text.slice(at + 1);
  if (kind === 2 || kind === 3) return text.slice(0, at) + letter + text.slice(at + 1);
  if (kind === 4) return text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
  if (kind === 5) return text.includes(' ') ? text.replace(' ', '') : `${text.slice(0, at)} ${text.slice(at)}`.trim();
  const [from, to] = pick(kind === 6 ? phonetic : lookAlike, random);
  return text.replace(from, to);
}

function wrongDate(date: string, random: Random): string {
  const kind = random.integer(3);
  if (date.length < 8) return date;
  if (kind === 0) return date.slice(0, 4) + date.slice(6, 8) + date.slice(4, 6);
  const at = random.integer(8);
  return date.slice(0, at) + String(random.integer(10)) + date.slice(at + 1);
}

function birthDate(random: Random): string {
  const day = 1 + random.integer(28);
  return `${1920 + random.integer(85)}${String(1 + random.integer(12)).padStart(2, '0')}${String(day).padStart(2, '0')}`;
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.integer(items.length)] as T;
}

/** Frequencies of real names: the k-th is about 1/k as frequent as the first, flattened at the head. */
function zipf<T>(items: readonly T[], random: Random): T {
  const rank = Math.floor(10 * ((items.length / 10 + 1) ** random.next() - 1));
  return items[Math.min(items.length - 1, rank)] as T;
}
