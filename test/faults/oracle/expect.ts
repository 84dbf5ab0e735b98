import type { Fact, Money } from './fact.ts';

/** What must become of a fact. */
export type Fate = 'applied' | 'duplicate' | 'stale' | 'quarantined';

/** Figures of one person in one currency. */
export interface Figures extends Money {
  readonly orders: number;
}

/** What must be true in the end, worked out from the facts alone. */
export interface Expected {
  /** Fate of each fact, by its number. */
  readonly fates: ReadonlyMap<number, Fate>;
  /** The fact in force of each document, by kind, source and id. */
  readonly documents: ReadonlyMap<string, Fact>;
  /** Figures by `person/currency`. */
  readonly people: ReadonlyMap<string, Figures>;
}

/** Name of a document. */
export const documentName = (fact: Pick<Fact, 'kind' | 'source' | 'documentId'>): string =>
  `${fact.kind} ${fact.source} ${fact.documentId}`;

/** Whom a fact counts for: strangers made for refusals are people of their own. */
export const personName = (fact: Fact): string =>
  fact.content === 'twice' || fact.content === 'other' ? `twice-${fact.person}` : String(fact.person);

/**
 * The oracle: a fold of its own over the facts in the order of sending. An event counts once, the first content of an event id stays in
 * force, the highest version of a document wins, a spoilt record counts nothing.
 */
export function expect(facts: readonly Fact[]): Expected {
  const fates = new Map<number, Fate>();
  const events = new Map<string, string>();
  const documents = new Map<string, Fact>();
  for (const fact of facts) fates.set(fact.n, fateOf(fact, events, documents));
  const people = new Map<string, Figures>();
  for (const fact of documents.values()) {
    if (fact.kind === 'CUSTOMER') continue;
    const name = `${personName(fact)}/${fact.currency}`;
    const before = people.get(name) ?? { orders: 0, gross: 0n, paid: 0n, returned: 0n };
    people.set(name, {
      orders: before.orders + fact.orders,
      gross: before.gross + fact.money.gross,
      paid: before.paid + fact.money.paid,
      returned: before.returned + fact.money.returned,
    });
  }
  return { fates, documents, people };
}

function fateOf(fact: Fact, events: Map<string, string>, documents: Map<string, Fact>): Fate {
  if (fact.spoilt !== undefined) return 'quarantined';
  const event = `${fact.source} ${fact.eventId}`;
  const said = `${documentName(fact)} ${fact.version} ${fact.content}`;
  const before = events.get(event);
  if (before !== undefined) return before === said ? 'duplicate' : 'quarantined';
  events.set(event, said);
  const name = documentName(fact);
  const known = documents.get(name);
  if (known !== undefined) {
    if (fact.version < known.version) return 'stale';
    if (fact.version === known.version) return fact.content === known.content ? 'duplicate' : 'quarantined';
  }
  documents.set(name, fact);
  return 'applied';
}
