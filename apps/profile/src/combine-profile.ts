import type { CurrencyTotals, FieldSource, Profile, ProfileKind, SourceIdentity } from '@tributary/contracts';
import { outranks, type FieldClaim, type FieldName, type NodeState, type Totals } from './node-state.ts';

/** A profile before it has a sequence number. */
export type ProfileView = Omit<Profile, 'seq'>;

const FIELDS: readonly FieldName[] = ['name', 'email', 'phone', 'country', 'marketingConsent', 'kind'];
const least = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.min(left, right);
const greatest = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.max(left, right);

/**
 * The one profile of a customer: the combination of what was said of each identifier. Sums add, the best claim of each field wins with
 * its provenance kept; the order of the states plays no part.
 */
export function combineProfile(profileId: string, states: readonly NodeState[], mergedFrom: readonly string[]): ProfileView {
  const fields: Partial<Record<FieldName, FieldClaim>> = {};
  const totals = new Map<string, Totals>();
  for (const state of states) {
    for (const name of FIELDS) {
      const next = state.fields[name];
      const known = fields[name];
      if (next !== undefined && (known === undefined || outranks(next, known))) fields[name] = next;
    }
    for (const [currency, value] of Object.entries(state.totals)) totals.set(currency, add(totals.get(currency), value));
  }
  const sources = states.flatMap((state): SourceIdentity[] =>
    state.source === null || state.customerId === null ? [] : [{ source: state.source, customerId: state.customerId }],
  );
  sources.sort((left, right) => (`${left.source}\n${left.customerId}` < `${right.source}\n${right.customerId}` ? -1 : 1));
  const sum = (read: (state: NodeState) => number): number => states.reduce((total, state) => total + read(state), 0);
  return {
    profileId,
    updatedAt: Math.max(0, ...states.map((state) => state.updatedAt)),
    kind: kindOf(fields.kind, sources),
    name: fields.name?.value ?? null,
    email: fields.email?.value ?? null,
    phone: fields.phone?.value ?? null,
    country: fields.country?.value ?? null,
    marketingConsent: fields.marketingConsent === undefined ? null : fields.marketingConsent.value === 'true',
    sources,
    provenance: FIELDS.flatMap((name): FieldSource[] => {
      const known = fields[name];
      return known === undefined ? [] : [{ field: name, source: known.source, at: known.at }];
    }),
    firstOrderAt: states.reduce<number | null>((first, state) => least(first, state.firstOrderAt), null),
    lastOrderAt: states.reduce<number | null>((last, state) => greatest(last, state.lastOrderAt), null),
    orders: [...totals.values()].reduce((total, value) => total + value.orders, 0),
    returns: sum((state) => state.returns),
    payments: sum((state) => state.payments),
    interactions: sum((state) => state.interactions),
    complaints: sum((state) => state.complaints),
    totals: [...totals]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([currency, value]): CurrencyTotals => ({
        currency,
        gross: value.gross,
        returned: value.returned,
        net: value.gross - value.returned,
        paid: value.paid,
        invoiced: value.invoiced,
        settled: value.settled,
      })),
    mergedFrom: [...mergedFrom].sort(),
  };
}

function kindOf(claimed: FieldClaim | undefined, sources: readonly SourceIdentity[]): ProfileKind {
  if (sources.length === 0) return 'GUEST';
  return claimed?.value === 'ORGANISATION' ? 'ORGANISATION' : 'PERSON';
}

function add(left: Totals | undefined, right: Totals): Totals {
  if (left === undefined) return right;
  return {
    orders: left.orders + right.orders,
    gross: left.gross + right.gross,
    returned: left.returned + right.returned,
    paid: left.paid + right.paid,
    invoiced: left.invoiced + right.invoiced,
    settled: left.settled + right.settled,
  };
}
