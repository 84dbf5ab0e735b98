import { formatDecimal, AMOUNT_SCALE } from '@tributary/contracts';
import type { Database } from '@tributary/persistence';
import type { ImportSummary } from '../import/import-summary.ts';
import { checkTruth, type TruthVerdict } from './check-truth.ts';
import type { DemoOptions } from './demo-options.ts';
import type { SellerFed } from './feed-seller.ts';
import type { FlowFigures } from './flow-figures.ts';

/** The JSON line at the end of a bounded run. */
export interface DemoSummary {
  readonly ok: boolean;
  /** Why not, one sentence each. */
  readonly faults: readonly string[];
  readonly source: string;
  readonly rows: { readonly read: number; readonly mapped: number; readonly quarantined: Readonly<Record<string, number>> };
  readonly money: Readonly<Record<string, string>>;
  readonly orders: number;
  readonly returns: number;
  readonly customers: number;
  readonly guests: number;
  readonly products: number;
  readonly accounting: {
    readonly consumed: string;
    readonly applied: string;
    readonly duplicate: string;
    readonly stale: string;
    readonly parked: string;
    readonly quarantined: string;
    readonly balanced: boolean;
  };
  readonly erp: {
    readonly published: number;
    readonly accepted: number;
    readonly refused: number;
    readonly overridden: number;
    readonly unanswered: number;
  };
  readonly forecasts: number;
  readonly segments: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly peakRssMb: number;
  readonly truth?: TruthVerdict;
}

export interface SummaryInput {
  readonly options: DemoOptions;
  readonly figures: FlowFigures;
  readonly fed: SellerFed | ImportSummary;
  readonly database: Database;
  readonly seconds: number;
  readonly peakRssMb: number;
}

interface Totals {
  readonly orders: number;
  readonly returns: number;
  readonly customers: number;
  readonly guests: number;
  readonly products: number;
  readonly gross: bigint;
  readonly returned: bigint;
  readonly netKnown: bigint;
  readonly grossKnown: bigint;
  readonly returnsKnown: bigint;
}

// Sums come from the documents, row by row, and not from the profiles they must agree with.
const TOTALS = `WITH d AS (
  SELECT d.kind, d.orders, d.gross, d.returned, p.document->>'kind' <> 'GUEST' AS known
  FROM profile.document d JOIN profile.node n USING (node) JOIN profile.profile p USING (profile_id) WHERE d.currency = $1 OR d.currency IS NULL)
SELECT coalesce(sum(orders), 0)::int AS orders, count(*) FILTER (WHERE kind = 'RETURN')::int AS returns,
  coalesce(sum(gross), 0)::bigint AS gross, coalesce(sum(returned), 0)::bigint AS returned,
  coalesce(sum(gross) FILTER (WHERE known), 0)::bigint AS "grossKnown", coalesce(sum(returned) FILTER (WHERE known), 0)::bigint AS "returnsKnown",
  coalesce(sum(gross - returned) FILTER (WHERE known), 0)::bigint AS "netKnown",
  (SELECT count(*)::int FROM profile.profile WHERE visible AND document->>'kind' <> 'GUEST') AS customers,
  (SELECT count(*)::int FROM profile.profile WHERE visible AND document->>'kind' = 'GUEST') AS guests,
  (SELECT count(*)::int FROM forecast.product) AS products
FROM d`;

/** Puts the summary together and judges the run: accounting balanced, truth or file reconciled, everything published to the ERP answered. */
export async function summarise({ options, figures, fed, database, seconds, peakRssMb }: SummaryInput): Promise<DemoSummary> {
  const currency = options.data === undefined ? 'EUR' : 'GBP';
  const [totals] = await database.query<Totals>(TOTALS, [currency]);
  if (totals === undefined) throw new Error('the totals query gave no row');
  const segments = await database.query<{ segment: string; members: number }>(
    'SELECT segment, members::int AS members FROM console.segment_count_view ORDER BY segment',
  );
  const unanswered = figures.published - figures.accepted - figures.refused - figures.overridden;
  const faults: string[] = [];
  if (!figures.balanced) faults.push('the accounting identity does not hold on every partition');
  if (figures.lag !== 0n) faults.push(`${figures.lag} records were not applied`);
  if (unanswered !== 0) faults.push(`${unanswered} of ${figures.published} deliveries were not answered by the ERP`);
  if (figures.published === 0) faults.push('nothing was published to the ERP');
  const amount = (value: bigint): string => formatDecimal(value, AMOUNT_SCALE, 2);
  const money = {
    currency,
    gross: amount(totals.gross),
    returned: amount(totals.returned),
    grossKnown: amount(totals.grossKnown),
    returnsKnown: amount(totals.returnsKnown),
    netKnown: amount(totals.netKnown),
    netGuests: amount(totals.gross - totals.returned - totals.netKnown),
  };
  const base = {
    orders: totals.orders,
    returns: totals.returns,
    customers: totals.customers,
    guests: totals.guests,
    products: totals.products,
    accounting: {
      consumed: `${figures.consumed}`,
      applied: `${figures.applied}`,
      duplicate: `${figures.duplicate}`,
      stale: `${figures.stale}`,
      parked: `${figures.parked}`,
      quarantined: `${figures.quarantined}`,
      balanced: figures.balanced,
    },
    erp: { published: figures.published, accepted: figures.accepted, refused: figures.refused, overridden: figures.overridden, unanswered },
    forecasts: figures.forecasts,
    segments: Object.fromEntries(segments.map((row) => [row.segment, row.members])),
    seconds: Number(seconds.toFixed(1)),
    peakRssMb,
  };
  if (fed.kind === 'seller') {
    const truth = await checkTruth(database, fed.truth);
    if (!truth.equal)
      faults.push(
        `profiles differ from the truth: ${truth.found} found, ${truth.expected} expected, first difference ${truth.differences[0] ?? ''}`,
      );
    const { progress } = fed;
    const lost = progress.refused + progress.conflict;
    if (lost > 0) faults.push(`the gateway refused ${lost} events: ${progress.refusals[0]?.why ?? ''}`);
    return {
      ok: faults.length === 0,
      faults,
      source: 'simulator',
      rows: { read: progress.sent, mapped: progress.accepted + progress.duplicate, quarantined: lost === 0 ? {} : { refused: lost } },
      money,
      ...base,
      truth,
    };
  }
  faults.push(...fileFaults(fed, totals, amount));
  return {
    ok: faults.length === 0,
    faults,
    source: options.format ?? 'online-retail',
    rows: fed.rows,
    money: { ...money, ...fed.money, appliedExact: fed.money.mappedExact },
    ...base,
  };
}

/** What the hub holds must be what the file says, to the penny. */
function fileFaults(fed: ImportSummary, totals: Totals, amount: (value: bigint) => string): string[] {
  const faults: string[] = [];
  const quarantined = Object.values(fed.rows.quarantined).reduce((sum, count) => sum + count, 0);
  if (fed.rows.read !== fed.rows.mapped + quarantined)
    faults.push(`rows: ${fed.rows.read} read, but ${fed.rows.mapped} mapped and ${quarantined} quarantined`);
  const expect = (name: string, found: bigint, stated: string): void => {
    if (amount(found) !== stated) faults.push(`${name}: the hub holds ${amount(found)}, the file gives ${stated}`);
  };
  expect('gross of known customers', totals.grossKnown, fed.money.grossKnown);
  expect('returns of known customers', totals.returnsKnown, fed.money.returnsKnown);
  expect('net of guests', totals.gross - totals.returned - totals.netKnown, fed.money.netGuests);
  for (const name of ['orders', 'returns', 'customers', 'guests', 'products'] as const)
    if (totals[name] !== fed[name]) faults.push(`${name}: the hub holds ${totals[name]}, the file gives ${fed[name]}`);
  if (!fed.reconciled) faults.push('the import does not reconcile: rows or money of the file are unaccounted for');
  if (fed.events.conflict > 0) faults.push(`${fed.events.conflict} events met another content under the same id`);
  if (fed.events.refused > 0) faults.push(`the gateway refused ${fed.events.refused} events`);
  return faults;
}
