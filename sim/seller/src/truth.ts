import { AMOUNT_SCALE, formatDecimal, type Order, type Return } from '@tributary/contracts';
import { contractOf, type Fact } from './fact.ts';

/** Money of one shop currency, plain decimal text with two places. */
export interface TruthTotals {
  /** Sum of `total` of the orders whose highest version is not cancelled. */
  readonly gross: string;
  /** Sum of `total` of the returns. */
  readonly returned: string;
  /** gross - returned. */
  readonly net: string;
  /** Captures less refunds and chargebacks. */
  readonly paid: string;
  /** Highest version of every invoice: billed and settled. */
  readonly invoiced: string;
  readonly settled: string;
}

/** What the hub must have found out about one real customer. */
export interface TruthProfile {
  /** Every id the customer goes by, `source:customerId`, sorted; empty for a guest. */
  readonly customerIds: readonly string[];
  /** Orders without a customer id, `source:orderId`, sorted: how a guest's profile is recognised. */
  readonly guestOrders: readonly string[];
  readonly orders: number;
  readonly returns: number;
  readonly payments: number;
  readonly interactions: number;
  readonly complaints: number;
  /** By ISO 4217 code. */
  readonly totals: Readonly<Record<string, TruthTotals>>;
}

/** The truth about everything said so far. */
export interface Truth {
  readonly profiles: readonly TruthProfile[];
  /** Profiles without any customer id. */
  readonly guests: number;
  readonly orders: number;
  readonly returns: number;
  readonly payments: number;
  readonly interactions: number;
  readonly totals: Readonly<Record<string, TruthTotals>>;
  /** Different events by contract name. */
  readonly events: Readonly<Record<string, number>>;
  readonly uniqueEvents: number;
  /** Units of merchandise in orders that count, by `sku@location`. */
  readonly demand: Readonly<Record<string, string>>;
}

interface Money {
  gross: bigint;
  returned: bigint;
  paid: bigint;
  invoiced: bigint;
  settled: bigint;
}
interface Draft {
  customerIds: Set<string>;
  guestOrders: Set<string>;
  orders: number;
  returns: number;
  payments: number;
  interactions: number;
  complaints: number;
  money: Map<string, Money>;
}

/**
 * Computes the truth from the facts and the simulator's own knowledge of who is behind each (`owner`), not from identifiers: the hub has to find
 * the same from identifiers alone. Facts may come in any order; each is given once.
 */
export function truthOf(facts: Iterable<Fact>): Truth {
  const drafts = new Map<string, Draft>();
  const latest = new Map<string, Fact>();
  const events = new Map<string, number>();
  for (const fact of facts) {
    const contract = contractOf(fact.kind);
    events.set(contract.name, (events.get(contract.name) ?? 0) + 1);
    note(drafts, fact);
    if (fact.kind !== 'order' && fact.kind !== 'invoice') continue;
    const document = `${fact.kind} ${fact.source} ${contract.document(fact.value as never)}`;
    const known = latest.get(document);
    if (known === undefined || (known.value as { version: bigint }).version < fact.value.version) latest.set(document, fact);
  }
  const demand = new Map<string, bigint>();
  for (const fact of latest.values()) settle(drafts, demand, fact);
  return summarise(drafts, events, demand);
}

function note(drafts: Map<string, Draft>, fact: Fact): void {
  if (fact.owner === null) return;
  const draft = draftOf(drafts, fact.owner);
  if (fact.kind === 'customer') draft.customerIds.add(`${fact.source}:${fact.value.customerId}`);
  else if ('customer' in fact.value && fact.value.customer.id !== null) draft.customerIds.add(`${fact.source}:${fact.value.customer.id}`);
  else if (fact.kind === 'order') draft.guestOrders.add(`${fact.source}:${fact.value.orderId}`);
  if (fact.kind === 'payment') {
    draft.payments += 1;
    moneyOf(draft, fact.value.currency).paid += fact.value.kind === 'CAPTURE' ? fact.value.amount : -fact.value.amount;
  } else if (fact.kind === 'return') {
    draft.returns += 1;
    moneyOf(draft, fact.value.currency).returned += (fact.value as Return).total;
  } else if (fact.kind === 'interaction') {
    draft.interactions += 1;
    if (fact.value.kind === 'COMPLAINT') draft.complaints += 1;
  }
}

function settle(drafts: Map<string, Draft>, demand: Map<string, bigint>, fact: Fact): void {
  if (fact.owner === null) return;
  const draft = draftOf(drafts, fact.owner);
  if (fact.kind === 'invoice') {
    const money = moneyOf(draft, fact.value.currency);
    money.invoiced += fact.value.total;
    money.settled += fact.value.paid;
  } else if (fact.kind === 'order' && fact.value.status !== 'CANCELLED') {
    draft.orders += 1;
    moneyOf(draft, fact.value.currency).gross += fact.value.total;
    for (const line of (fact.value as Order).lines) {
      if (line.kind !== 'MERCHANDISE') continue;
      const key = `${line.sku}@${line.location ?? ''}`;
      demand.set(key, (demand.get(key) ?? 0n) + line.quantity);
    }
  }
}

function draftOf(drafts: Map<string, Draft>, owner: string): Draft {
  let draft = drafts.get(owner);
  if (draft === undefined) {
    draft = {
      customerIds: new Set(),
      guestOrders: new Set(),
      orders: 0,
      returns: 0,
      payments: 0,
      interactions: 0,
      complaints: 0,
      money: new Map(),
    };
    drafts.set(owner, draft);
  }
  return draft;
}

function moneyOf(draft: Pick<Draft, 'money'>, currency: string): Money {
  let money = draft.money.get(currency);
  if (money === undefined) draft.money.set(currency, (money = { gross: 0n, returned: 0n, paid: 0n, invoiced: 0n, settled: 0n }));
  return money;
}

function summarise(drafts: Map<string, Draft>, events: Map<string, number>, demand: Map<string, bigint>): Truth {
  const all = { money: new Map<string, Money>() };
  const sum = { orders: 0, returns: 0, payments: 0, interactions: 0 };
  const profiles = [...drafts.values()].map((draft): TruthProfile => {
    for (const name of ['orders', 'returns', 'payments', 'interactions'] as const) sum[name] += draft[name];
    for (const [currency, money] of draft.money) {
      const total = moneyOf(all, currency);
      for (const name of Object.keys(total) as (keyof Money)[]) total[name] += money[name];
    }
    const { orders, returns, payments, interactions, complaints } = draft;
    return {
      customerIds: [...draft.customerIds].sort(),
      guestOrders: [...draft.guestOrders].sort(),
      ...{ orders, returns, payments, interactions, complaints },
      totals: totalsText(draft.money),
    };
  });
  return {
    profiles: profiles.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    guests: profiles.filter((profile) => profile.customerIds.length === 0).length,
    ...sum,
    totals: totalsText(all.money),
    events: Object.fromEntries([...events].sort()),
    uniqueEvents: [...events.values()].reduce((a, b) => a + b, 0),
    demand: Object.fromEntries([...demand].sort().map(([key, units]) => [key, formatDecimal(units, AMOUNT_SCALE)])),
  };
}

const keyOf = (profile: TruthProfile): string => `${profile.customerIds.join()} ${profile.guestOrders.join()}`;

function totalsText(money: Map<string, Money>): Record<string, TruthTotals> {
  const text = (amount: bigint): string => formatDecimal(amount, AMOUNT_SCALE, 2);
  return Object.fromEntries(
    [...money].sort().map(([currency, { gross, returned, paid, invoiced, settled }]) => [
      currency,
      {
        gross: text(gross),
        returned: text(returned),
        net: text(gross - returned),
        paid: text(paid),
        invoiced: text(invoiced),
        settled: text(settled),
      },
    ]),
  );
}
