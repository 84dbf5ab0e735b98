import type { Fact, Money, Spoilt } from './fact.ts';
import { seededRandom, type Random } from './seeded-random.ts';

/** How much to make. */
export interface Making {
  readonly seed: string;
  /** First number of a person, so that two batches of one cell do not meet. */
  readonly firstPerson?: number;
  readonly people: number;
  /** Facts of one person, roughly. */
  readonly each: number;
  readonly firstN?: number;
}

const NOTHING: Money = { gross: 0n, paid: 0n, returned: 0n };
const SPOILT: readonly Spoilt[] = ['truncated', 'unknown-schema', 'no-key', 'no-id', 'arithmetic', 'trailing', 'overflow', 'hostile-array'];
const SOURCES = ['shop', 'pos'] as const;

/**
 * Orders in several versions (some out of order), payments, returns and customer records of people known to two systems under one e-mail
 * address; guests; events sent twice; documents said twice under another event id; one id with two contents; spoilt records, each under a
 * key of its own. The same seed gives the same facts.
 */
export function makeFacts({ seed, firstPerson = 0, people, each, firstN = 0 }: Making): Fact[] {
  const random = seededRandom(seed);
  const lists = Array.from({ length: people }, (_, index) => factsOf(firstPerson + index, each, random));
  const facts: Fact[] = [];
  // Interleaved: each step takes the next fact of a person drawn at random, so that a person's own order stays.
  while (lists.some((list) => list.length > 0)) {
    const list = lists[random.below(lists.length)];
    const next = list?.shift();
    if (next !== undefined) facts.push(next);
  }
  return facts.map((fact, index) => ({ ...fact, n: firstN + index }));
}

function factsOf(person: number, each: number, random: Random): Fact[] {
  const facts: Fact[] = [];
  const say = (fact: Omit<Fact, 'n' | 'spoilt' | 'content'> & Partial<Fact>): void => {
    const whole: Fact = {
      n: 0,
      spoilt: undefined,
      content: `${fact.orders}/${fact.money.gross}/${fact.money.paid}/${fact.money.returned}`,
      ...fact,
    };
    facts.push(whole);
    // The sender is unsure and sends it again: the same event, or the same document under a new event id.
    if (random.chance(0.08)) facts.push(whole);
    else if (random.chance(0.04)) facts.push({ ...whole, eventId: `${whole.eventId}-again` });
  };
  for (const source of SOURCES)
    say({
      ...about(person, source, `${source}-${person}`),
      kind: 'CUSTOMER',
      eventId: `customer-${source}-${person}`,
      documentId: `${source}-${person}`,
      version: 1n,
      orders: 0,
      money: NOTHING,
      currency: '',
      orderId: null,
    });
  for (let order = 0; facts.length < each; order += 1) sayOrder(person, order, random, say);
  if (random.chance(0.5)) facts.push(...spoiltFacts(person, random));
  return facts;
}

const about = (person: number, source: string, customerId: string | null) => ({ person, source, customerId });

function sayOrder(person: number, order: number, random: Random, say: (fact: Omit<Fact, 'n' | 'spoilt' | 'content'>) => void): void {
  const source = SOURCES[random.below(2)] ?? 'shop';
  // A guest leaves no id; more of them under one address would make the address nobody's.
  const guest = order === 1 && random.chance(0.3);
  const customerId = guest ? null : `${source}-${person}`;
  const documentId = `o-${person}-${order}`;
  const currency = random.chance(0.8) ? 'EUR' : 'USD';
  const base = { ...about(person, source, customerId), currency, orderId: documentId };
  const cents = (): bigint => BigInt(100 + random.below(90_000)) * 100n;
  const versions = Array.from({ length: 1 + random.below(3) }, (_, index) => {
    const cancelled = index > 0 && random.chance(0.15);
    const gross = cents();
    return {
      ...base,
      kind: 'ORDER' as const,
      eventId: `order-${documentId}-${index + 1}`,
      documentId,
      version: BigInt(index + 1),
      orders: cancelled ? 0 : 1,
      money: { ...NOTHING, gross: cancelled ? 0n : gross },
    };
  });
  // The network turned two of them round.
  if (versions.length > 1 && random.chance(0.3)) versions.push(...versions.splice(random.below(versions.length - 1), 1));
  for (const version of versions) say(version);
  const sign = (kind: 'capture' | 'refund', amount: bigint): void =>
    say({
      ...base,
      // Some payment systems know the order only.
      ...(random.chance(0.15) ? { customerId: null } : {}),
      kind: 'PAYMENT',
      eventId: `payment-${documentId}-${kind}`,
      documentId: `p-${person}-${order}-${kind}`,
      version: 0n,
      orders: 0,
      money: { ...NOTHING, paid: kind === 'capture' ? amount : -amount },
    });
  if (random.chance(0.8)) sign('capture', cents());
  if (random.chance(0.1)) sign('refund', cents());
  if (random.chance(0.2))
    say({
      ...base,
      kind: 'RETURN',
      eventId: `return-${documentId}`,
      documentId: `r-${person}-${order}`,
      version: 0n,
      orders: 0,
      money: { ...NOTHING, returned: cents() },
    });
}

/** Records that must be refused, under keys that nobody else uses. */
function spoiltFacts(person: number, random: Random): Fact[] {
  const spoilt = SPOILT[random.below(SPOILT.length)] ?? 'truncated';
  const fact = (name: string, change: Partial<Fact>): Fact => ({
    n: 0,
    kind: 'ORDER',
    ...about(person, 'shop', `${name}-${person}`),
    eventId: `${name}-${person}`,
    documentId: `${name}-${person}`,
    version: 1n,
    currency: 'EUR',
    orders: 1,
    money: { ...NOTHING, gross: 10_000n },
    orderId: null,
    content: name,
    spoilt: undefined,
    ...change,
  });
  return [
    fact('spoilt', { spoilt }),
    // One event id with two contents: the first stays in force, the second is refused. Not a payment, whose refusal would hold its key back (F18).
    fact('twice', {}),
    fact('twice', { money: { ...NOTHING, gross: 20_000n }, content: 'other' }),
  ];
}
