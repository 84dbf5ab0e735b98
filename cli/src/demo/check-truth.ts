import type { Database } from '@tributary/persistence';
import type { Truth, TruthProfile } from '@tributary/seller';

/** How the profiles compare with what the simulator knows. */
export interface TruthVerdict {
  readonly equal: boolean;
  readonly expected: number;
  readonly found: number;
  /** The first differences, for the reader. */
  readonly differences: readonly string[];
}

interface ProfileRow {
  readonly document: {
    readonly sources: readonly { readonly source: string; readonly customerId: string }[];
    readonly orders: number;
    readonly returns: number;
    readonly payments: number;
    readonly interactions: number;
    readonly complaints: number;
    readonly totals: readonly Readonly<Record<'currency' | 'gross' | 'returned' | 'net' | 'paid' | 'invoiced' | 'settled', string>>[];
  };
  readonly guestOrders: readonly string[] | null;
}

const SHOWN = 20;

/** Compares every profile with the truth: the ids it goes by, counts, and money per currency to the cent. */
export async function checkTruth(database: Database, truth: Truth): Promise<TruthVerdict> {
  const rows = await database.query<ProfileRow>(`SELECT p.document,
  (SELECT array_agg(n.scope || ':' || substr(n.display, 7) ORDER BY 1) FROM profile.node n WHERE n.profile_id = p.profile_id AND n.kind = 'document' AND n.display LIKE 'ORDER:%') AS "guestOrders"
FROM profile.profile p WHERE p.visible`);
  const found = new Map(
    rows.map((row) => [
      keyOf(
        row.document.sources.map((source) => `${source.source}:${source.customerId}`),
        row.guestOrders ?? [],
      ),
      line(row),
    ]),
  );
  const expected = new Map(truth.profiles.map((profile) => [keyOf(profile.customerIds, profile.guestOrders), truthLine(profile)]));
  const differences: string[] = [];
  for (const [key, text] of expected) {
    const seen = found.get(key);
    if (seen === undefined) differences.push(`missing: ${key} ${text}`);
    else if (seen !== text) differences.push(`differs: ${key}\n  truth ${text}\n  hub   ${seen}`);
  }
  for (const [key, text] of found) if (!expected.has(key)) differences.push(`unexpected: ${key} ${text}`);
  return {
    equal: differences.length === 0 && rows.length === truth.profiles.length,
    expected: truth.profiles.length,
    found: rows.length,
    differences: differences.slice(0, SHOWN),
  };
}

const keyOf = (ids: readonly string[], guestOrders: readonly string[]): string =>
  [...ids].sort().join(',') || `guest ${[...guestOrders].sort().join(',')}`;

const money = (text: string): string => (Number(BigInt(text)) / 10_000).toFixed(2);

function line({ document }: ProfileRow): string {
  const totals = Object.fromEntries(
    document.totals.map((total) => [
      total.currency,
      {
        gross: money(total.gross),
        returned: money(total.returned),
        net: money(total.net),
        paid: money(total.paid),
        invoiced: money(total.invoiced),
        settled: money(total.settled),
      },
    ]),
  );
  return describe(document, totals);
}

const truthLine = (profile: TruthProfile): string => describe(profile, profile.totals);

function describe(
  counts: Pick<TruthProfile, 'orders' | 'returns' | 'payments' | 'interactions' | 'complaints'>,
  totals: TruthProfile['totals'],
): string {
  const sums = Object.entries(totals)
    .filter(([, total]) => Object.values(total).some((amount) => Number(amount) !== 0))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(
      ([currency, total]) =>
        `${currency} gross ${total.gross} returned ${total.returned} net ${total.net} paid ${total.paid} invoiced ${total.invoiced} settled ${total.settled}`,
    );
  return `orders ${counts.orders} returns ${counts.returns} payments ${counts.payments} interactions ${counts.interactions} complaints ${counts.complaints} ${sums.join('; ')}`.trim();
}
