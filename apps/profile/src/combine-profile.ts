import type { CurrencyTotals, FieldSource, Profile, ProfileKind, SourceIdentity } from '@tributary/contracts';
import { FIELDS, outranks, type FieldClaim, type FieldName, type NodeState, type Totals } from './node-state.ts';

/** A profile as it is shown. Its sequence number is 0 until it is published. */
export type ProfileView = Omit<Profile, 'seq'> & { seq: bigint };

const least = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.min(left, right);
const greatest = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.max(left, right);

/**
 * The one profile of a customer: the combination of what was said of each identifier. Sums add, the best claim of each field wins with
 * its provenance kept; the order of the states plays no part.
 */
export function combineProfile(profileId: string, states: readonly NodeState[], mergedFrom: readonly string[]): ProfileView {
  const { name, email, phone, country, marketingConsent, kind, provenance } = bestClaims(states);
  const sources: SourceIdentity[] = [];
  let updatedAt = 0;
  let firstOrderAt: number | null = null;
  let lastOrderAt: number | null = null;
  let returns = 0;
  let payments = 0;
  let interactions = 0;
  let complaints = 0;
  for (const state of states) {
    if (state.source !== null && state.customerId !== null) sources.push({ source: state.source, customerId: state.customerId });
    if (state.updatedAt > updatedAt) ({ updatedAt } = state);
    firstOrderAt = least(firstOrderAt, state.firstOrderAt);
    lastOrderAt = greatest(lastOrderAt, state.lastOrderAt);
    returns += state.returns;
    payments += state.payments;
    interactions += state.interactions;
    complaints += state.complaints;
  }
  if (sources.length > 1)
    sources.sort((left, right) => (`${left.source}\n${left.customerId}` < `${right.source}\n${right.customerId}` ? -1 : 1));
  const { totals, orders } = addTotals(states);
  return {
    profileId,
    seq: 0n,
    updatedAt,
    kind: kindOf(kind, sources),
    name: name?.value ?? null,
    email: email?.value ?? null,
    phone: phone?.value ?? null,
    country: country?.value ?? null,
    marketingConsent: marketingConsent === undefined ? null : marketingConsent.value === 'true',
    sources,
    provenance,
    firstOrderAt,
    lastOrderAt,
    orders,
    returns,
    payments,
    interactions,
    complaints,
    totals,
    mergedFrom: mergedFrom.length > 1 ? [...mergedFrom].sort() : mergedFrom,
  };
}

type Claims = Partial<Record<FieldName, FieldClaim>>;

/** The claim of each field that outranks all others, and who made it. */
function bestClaims(states: readonly NodeState[]): Claims & { readonly provenance: FieldSource[] } {
  const best: Claims & { readonly provenance: FieldSource[] } = { provenance: [] };
  for (const field of FIELDS) {
    let known: FieldClaim | undefined;
    for (const state of states) {
      const next = state.fields[field];
      if (next !== undefined && (known === undefined || outranks(next, known))) known = next;
    }
    if (known === undefined) continue;
    best[field] = known;
    best.provenance.push({ field, source: known.source, at: known.at });
  }
  return best;
}

/** Sums by currency, in its order, and the orders of all of them. */
function addTotals(states: readonly NodeState[]): { totals: CurrencyTotals[]; orders: number } {
  const totals: { -readonly [Name in keyof CurrencyTotals]: CurrencyTotals[Name] }[] = [];
  let orders = 0;
  for (const state of states)
    for (const currency in state.totals) {
      const { orders: more, gross, returned, paid, invoiced, settled } = state.totals[currency] as Totals;
      orders += more;
      const known = totals.find((total) => total.currency === currency);
      if (known === undefined) totals.push({ currency, gross, returned, net: 0n, paid, invoiced, settled });
      else {
        known.gross += gross;
        known.returned += returned;
        known.paid += paid;
        known.invoiced += invoiced;
        known.settled += settled;
      }
    }
  for (const total of totals) total.net = total.gross - total.returned;
  if (totals.length > 1) totals.sort((left, right) => (left.currency < right.currency ? -1 : 1));
  return { totals, orders };
}

function kindOf(claimed: FieldClaim | undefined, sources: readonly SourceIdentity[]): ProfileKind {
  if (sources.length === 0) return 'GUEST';
  return claimed?.value === 'ORGANISATION' ? 'ORGANISATION' : 'PERSON';
}
