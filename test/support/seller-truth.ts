import type { Database } from '@tributary/persistence';
import type { Seller } from '@tributary/seller';

interface View {
  readonly sources: readonly { source: string; customerId: string }[];
  readonly orders: number;
  readonly returns: number;
  readonly payments: number;
  readonly totals: readonly { currency: string; gross: string; returned: string; paid: string }[];
}

type Sums = readonly (readonly [currency: string, gross: string, returned: string, paid: string])[];

/** A cancelled order leaves a currency with nothing in it; the truth does not list it. */
const sums = (entries: Sums): string[] =>
  entries.filter(([, ...amounts]) => amounts.some((amount) => Number(amount) !== 0)).map((entry) => entry.join(' '));
const money = (text: string): string => (Number(text) / 10_000).toFixed(2);

/** What the hub knows of every customer, one line each, in an order that does not depend on ids. */
export async function knownProfiles(database: Database): Promise<string[]> {
  const rows = await database.query<{ document: View }>('SELECT document FROM profile.profile WHERE visible');
  return rows
    .map(({ document }) =>
      [
        document.sources
          .map((source) => `${source.source}:${source.customerId}`)
          .sort()
          .join(),
        document.orders,
        document.returns,
        document.payments,
        ...sums(document.totals.map((t) => [t.currency, money(t.gross), money(t.returned), money(t.paid)] as const)),
      ].join(' '),
    )
    .sort();
}

/** The same lines from the simulator's own truth. */
export const trueProfiles = (seller: Seller): string[] =>
  seller.truth.profiles
    .map((profile) =>
      [
        profile.customerIds.join(),
        profile.orders,
        profile.returns,
        profile.payments,
        ...sums(Object.entries(profile.totals).map(([currency, t]) => [currency, t.gross, t.returned, t.paid] as const)),
      ].join(' '),
    )
    .sort();
