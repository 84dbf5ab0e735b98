import type { Contribution } from './contribution.ts';

/** A field's value with the system and time that said so. `rank`: 2 from a customer record, 1 from a document. */
export interface FieldClaim {
  value: string;
  source: string;
  at: number;
  rank: number;
}

/** Fields of a person that sources disagree about. */
export type FieldName = 'name' | 'email' | 'phone' | 'country' | 'marketingConsent' | 'kind';

/** All of them, in the order in which provenance names them. */
export const FIELDS: readonly FieldName[] = ['name', 'email', 'phone', 'country', 'marketingConsent', 'kind'];

/** Money in one currency, unscaled integers of scale 4. */
export interface Totals {
  orders: number;
  gross: bigint;
  returned: bigint;
  paid: bigint;
  invoiced: bigint;
  settled: bigint;
}

/**
 * What facts said of one identity node. A profile is the combination of its nodes' states, so merges and splits regroup and never recount.
 * It belongs to the batch that loaded it, which changes it in place: a copy for every fact was a tenth of what an event allocates.
 */
export interface NodeState {
  /** The source and id this node stands for, when it is a customer of a source. */
  readonly source: string | null;
  readonly customerId: string | null;
  fields: Partial<Record<FieldName, FieldClaim>>;
  returns: number;
  payments: number;
  interactions: number;
  complaints: number;
  firstOrderAt: number | null;
  lastOrderAt: number | null;
  totals: Record<string, Totals>;
  updatedAt: number;
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

/**
 * Adds (`sign` 1) or takes back (`sign` -1) what a document contributes, in place. Adding a document and taking it back gives the state
 * before, except that first and last order may stay too wide: {@link boundsUnsure} tells when they must be read from the documents.
 */
export function contribute(state: NodeState, kind: DocumentKind, value: Contribution, sign: 1 | -1): void {
  if (value.currency !== null) addTotals(state, value.currency, value, sign);
  if (kind === 'RETURN') state.returns += sign;
  else if (kind === 'PAYMENT') state.payments += sign;
  state.interactions += sign * value.interactions;
  state.complaints += sign * value.complaints;
  if (value.orders > 0 && sign === 1) {
    state.firstOrderAt = Math.min(state.firstOrderAt ?? value.occurredAt, value.occurredAt);
    state.lastOrderAt = Math.max(state.lastOrderAt ?? value.occurredAt, value.occurredAt);
  }
  state.updatedAt = Math.max(state.updatedAt, value.occurredAt);
}

/** Whether taking back a contribution may have moved the first or last order: the bounds must then be read from the documents. */
export function boundsUnsure(state: NodeState, taken: Contribution): boolean {
  return taken.orders > 0 && (taken.occurredAt === state.firstOrderAt || taken.occurredAt === state.lastOrderAt);
}

/** A currency in which everything was taken back is not kept: it is as if it had never been named. */
function addTotals(state: NodeState, currency: string, value: Contribution, sign: 1 | -1): void {
  let sum = state.totals[currency];
  if (sum === undefined) state.totals[currency] = sum = { orders: 0, gross: 0n, returned: 0n, paid: 0n, invoiced: 0n, settled: 0n };
  sum.orders += sign * value.orders;
  // Most documents say one amount of the five: nothing is computed, and no number made, for the others.
  if (value.gross !== 0n) sum.gross += signed(value.gross, sign);
  if (value.returned !== 0n) sum.returned += signed(value.returned, sign);
  if (value.paid !== 0n) sum.paid += signed(value.paid, sign);
  if (value.invoiced !== 0n) sum.invoiced += signed(value.invoiced, sign);
  if (value.settled !== 0n) sum.settled += signed(value.settled, sign);
  if (isNothing(sum)) state.totals = Object.fromEntries(Object.entries(state.totals).filter(([name]) => name !== currency));
}

const signed = (value: bigint, sign: 1 | -1): bigint => (sign === 1 ? value : -value);
const isNothing = (sum: Totals): boolean =>
  sum.orders === 0 && sum.gross === 0n && sum.returned === 0n && sum.paid === 0n && sum.invoiced === 0n && sum.settled === 0n;

/**
 * Takes a claim if it outranks what is known, in place: a customer record beats a document, then the later one wins, then the greater text
 * (any order gives the same).
 */
export function claim(state: NodeState, field: FieldName, value: string, source: string, at: number, rank: number): void {
  const known = state.fields[field];
  if (known === undefined) state.fields[field] = { value, source, at, rank };
  else if (beats(rank, at, source, value, known)) {
    known.value = value;
    known.source = source;
    known.at = at;
    known.rank = rank;
  }
}

/** Whether one claim beats another; a total order, so that the winner does not depend on the order of arrival. */
export const outranks = (left: Readonly<FieldClaim>, right: Readonly<FieldClaim>): boolean =>
  beats(left.rank, left.at, left.source, left.value, right);

function beats(rank: number, at: number, source: string, value: string, known: Readonly<FieldClaim>): boolean {
  if (rank !== known.rank) return rank > known.rank;
  if (at !== known.at) return at > known.at;
  if (source !== known.source) return source > known.source;
  return value > known.value;
}
