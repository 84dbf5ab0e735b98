import type { Contribution } from './contribution.ts';

/** A field's value with the system and time that said so. `rank`: 2 from a customer record, 1 from a document. */
export interface FieldClaim {
  readonly value: string;
  readonly source: string;
  readonly at: number;
  readonly rank: number;
}

/** Fields of a person that sources disagree about. */
export type FieldName = 'name' | 'email' | 'phone' | 'country' | 'marketingConsent' | 'kind';

/** Money in one currency, unscaled integers of scale 4. */
export interface Totals {
  readonly orders: number;
  readonly gross: bigint;
  readonly returned: bigint;
  readonly paid: bigint;
  readonly invoiced: bigint;
  readonly settled: bigint;
}

/** What facts said of one identity node. A profile is the combination of its nodes' states, so merges and splits regroup and never recount. */
export interface NodeState {
  /** The source and id this node stands for, when it is a customer of a source. */
  readonly source: string | null;
  readonly customerId: string | null;
  readonly fields: Readonly<Partial<Record<FieldName, FieldClaim>>>;
  readonly returns: number;
  readonly payments: number;
  readonly interactions: number;
  readonly complaints: number;
  readonly firstOrderAt: number | null;
  readonly lastOrderAt: number | null;
  readonly totals: Readonly<Record<string, Totals>>;
  readonly updatedAt: number;
}

/** The state of a node nothing was said of yet. */
export const emptyNodeState = (source: string | null, customerId: string | null): NodeState => ({
  source,
  customerId,
  fields: {},
  returns: 0,
  payments: 0,
  interactions: 0,
  complaints: 0,
  firstOrderAt: null,
  lastOrderAt: null,
  totals: {},
  updatedAt: 0,
});

/** Kinds of documents, as they are counted. */
export type DocumentKind = 'ORDER' | 'PAYMENT' | 'RETURN' | 'FULFILMENT' | 'INVOICE' | 'INTERACTION';

const zero: Totals = { orders: 0, gross: 0n, returned: 0n, paid: 0n, invoiced: 0n, settled: 0n };

/**
 * Adds (`sign` 1) or takes back (`sign` -1) what a document contributes. Adding a document and taking it back gives the state before,
 * except that first and last order may stay too wide: {@link boundsUnsure} tells when they must be read from the documents.
 */
export function contribute(state: NodeState, kind: DocumentKind, value: Contribution, sign: 1 | -1): NodeState {
  const totals = value.currency === null ? state.totals : withTotals(state.totals, value.currency, value, sign);
  const counted = value.orders > 0 && sign === 1;
  return {
    ...state,
    totals,
    returns: state.returns + (kind === 'RETURN' ? sign : 0),
    payments: state.payments + (kind === 'PAYMENT' ? sign : 0),
    interactions: state.interactions + sign * value.interactions,
    complaints: state.complaints + sign * value.complaints,
    firstOrderAt: counted ? Math.min(state.firstOrderAt ?? value.occurredAt, value.occurredAt) : state.firstOrderAt,
    lastOrderAt: counted ? Math.max(state.lastOrderAt ?? value.occurredAt, value.occurredAt) : state.lastOrderAt,
    updatedAt: Math.max(state.updatedAt, value.occurredAt),
  };
}

/** Whether taking back a contribution may have moved the first or last order: the bounds must then be read from the documents. */
export function boundsUnsure(state: NodeState, taken: Contribution): boolean {
  return taken.orders > 0 && (taken.occurredAt === state.firstOrderAt || taken.occurredAt === state.lastOrderAt);
}

/** A currency in which everything was taken back is not kept: it is as if it had never been named. */
function withTotals(totals: NodeState['totals'], currency: string, value: Contribution, sign: 1 | -1): NodeState['totals'] {
  const { [currency]: known = zero, ...others } = totals;
  const next = addTotals(known, value, sign);
  return Object.values(next).some((amount) => amount !== 0 && amount !== 0n) ? { ...others, [currency]: next } : others;
}

function addTotals(left: Totals, value: Contribution, sign: 1 | -1): Totals {
  const by = BigInt(sign);
  return {
    orders: left.orders + sign * value.orders,
    gross: left.gross + by * value.gross,
    returned: left.returned + by * value.returned,
    paid: left.paid + by * value.paid,
    invoiced: left.invoiced + by * value.invoiced,
    settled: left.settled + by * value.settled,
  };
}

/** Takes the claims that outrank what is known: a customer record beats a document, then the later one wins, then the greater text (any order gives the same). */
export function claim(state: NodeState, said: readonly (readonly [FieldName, FieldClaim])[]): NodeState {
  let fields: Partial<Record<FieldName, FieldClaim>> | undefined;
  for (const [field, next] of said) {
    const known = (fields ?? state.fields)[field];
    if (known !== undefined && !outranks(next, known)) continue;
    fields ??= { ...state.fields };
    fields[field] = next;
  }
  return fields === undefined ? state : { ...state, fields };
}

/** Whether one claim beats another; a total order, so that the winner does not depend on the order of arrival. */
export function outranks(left: FieldClaim, right: FieldClaim): boolean {
  if (left.rank !== right.rank) return left.rank > right.rank;
  if (left.at !== right.at) return left.at > right.at;
  if (left.source !== right.source) return left.source > right.source;
  return left.value > right.value;
}
