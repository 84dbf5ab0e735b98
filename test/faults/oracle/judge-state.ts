import type { Queryable } from '@tributary/persistence';
import { documentName, type Expected, type Fate, type Figures } from './expect.ts';
import type { Fact } from './fact.ts';

/** What the database shows. */
export interface StateFindings {
  readonly lost: number;
  readonly doubled: number;
  readonly orderKept: boolean;
  readonly faults: readonly string[];
}

interface ProfileRow {
  readonly email: string | null;
  readonly sources: readonly { readonly source: string; readonly customerId: string }[];
  readonly totals: readonly { readonly currency: string; readonly gross: string; readonly paid: string; readonly returned: string }[];
  readonly orders: number;
}

/** How records came to stand in the fact topics more often than the facts say. */
export interface Repeats {
  /** Records that a relay wrote twice: each is a duplicate more. */
  readonly repeated: number;
  /** How often facts stand in their topics beyond the first time because the rig's own sender was unsure, by the fact's number. */
  readonly copies: ReadonlyMap<number, number>;
}

/** Compares documents, figures, quarantine and the books with the oracle. */
export async function judgeState(
  database: Queryable,
  facts: readonly Fact[],
  expected: Expected,
  repeats: Repeats,
): Promise<StateFindings> {
  const parts = [
    await judgeDocuments(database, expected),
    await judgeFigures(database, expected),
    await judgeQuarantine(database, facts, expected, repeats),
    await judgeBooks(database, facts, expected, repeats),
  ];
  return {
    lost: parts.reduce((sum, part) => sum + part.lost, 0),
    doubled: parts.reduce((sum, part) => sum + part.doubled, 0),
    orderKept: parts.every((part) => part.orderKept),
    faults: parts.flatMap((part) => part.faults.slice(0, 3)),
  };
}

const found = (): { lost: number; doubled: number; orderKept: boolean; faults: string[] } => ({
  lost: 0,
  doubled: 0,
  orderKept: true,
  faults: [],
});

async function judgeDocuments(database: Queryable, expected: Expected): Promise<StateFindings> {
  const rows = await database.query<{ kind: string; source: string; id: string; version: bigint }>(
    'SELECT kind, source, document_id AS id, version FROM profile.document',
  );
  const result = found();
  const versions = new Map(rows.map((row) => [`${row.kind} ${row.source} ${row.id}`, row.version]));
  for (const [name, fact] of expected.documents) {
    const version = versions.get(name);
    versions.delete(name);
    if (version === fact.version) continue;
    result.lost += 1;
    // A version that is there but not the highest: an older one won.
    if (version !== undefined) result.orderKept = false;
    result.faults.push(`${name} version ${fact.version} ${version === undefined ? 'is missing' : `stands at version ${version}`}`);
  }
  result.doubled += versions.size;
  for (const name of versions.keys()) result.faults.push(`${name} is nothing that was to be applied`);
  return result;
}

async function judgeFigures(database: Queryable, expected: Expected): Promise<StateFindings> {
  const rows = await database.query<ProfileRow>(
    `SELECT document->>'email' AS email, document->'sources' AS sources, document->'totals' AS totals, (document->>'orders')::int AS orders
FROM profile.profile WHERE visible AND merged_into IS NULL`,
  );
  const result = found();
  const seen = new Map<string, Omit<Figures, 'orders'>>();
  const orders = new Map<string, number>();
  for (const row of rows) {
    const person = personOf(row);
    orders.set(person, (orders.get(person) ?? 0) + row.orders);
    for (const { currency, gross, paid, returned } of row.totals) {
      const name = `${person}/${currency}`;
      const sum = seen.get(name) ?? { gross: 0n, paid: 0n, returned: 0n };
      seen.set(name, { gross: sum.gross + BigInt(gross), paid: sum.paid + BigInt(paid), returned: sum.returned + BigInt(returned) });
    }
  }
  const counted = new Map<string, number>();
  for (const [name, want] of expected.people) {
    const person = name.slice(0, name.lastIndexOf('/'));
    counted.set(person, (counted.get(person) ?? 0) + want.orders);
    const have = seen.get(name) ?? { gross: 0n, paid: 0n, returned: 0n };
    compare(
      result,
      name,
      (['gross', 'paid', 'returned'] as const).map((figure) => [figure, have[figure], want[figure]]),
    );
  }
  for (const [person, want] of counted) compare(result, `person ${person}`, [['orders', BigInt(orders.get(person) ?? 0), BigInt(want)]]);
  return result;
}

function compare(
  result: { lost: number; doubled: number; faults: string[] },
  name: string,
  figures: readonly (readonly [string, bigint, bigint])[],
): void {
  for (const [figure, have, want] of figures) {
    if (have === want) continue;
    const size = (value: bigint): bigint => (value < 0n ? -value : value);
    if (size(have) > size(want)) result.doubled += 1;
    else result.lost += 1;
    result.faults.push(`${figure} of ${name} is ${have}, expected ${want}`);
  }
}

/** The person a profile is, by the names the generator gives. */
function personOf(row: ProfileRow): string {
  const twice = row.sources.find(({ customerId }) => customerId.startsWith('twice-'));
  if (twice !== undefined) return twice.customerId;
  const [first] = row.sources;
  if (first !== undefined) return first.customerId.replace(/^\w+-/, '');
  return /^person(\d+)@/.exec(row.email ?? '')?.[1] ?? 'nobody';
}

/** Copies of the facts that have one of the fates: of what was applied it is a duplicate, what was refused is refused again. */
const copiesOf = (copies: Repeats['copies'], expected: Expected, ...fates: readonly Fate[]): number =>
  [...copies].reduce((sum, [n, count]) => (fates.includes(expected.fates.get(n) ?? 'applied') ? sum + count : sum), 0);

async function judgeQuarantine(
  database: Queryable,
  facts: readonly Fact[],
  expected: Expected,
  { copies }: Repeats,
): Promise<StateFindings> {
  const rows = await database.query<{ n: string | null; reason: string }>(
    // What was redriven with success stays there as history; its fate is that of the books now.
    `SELECT headers->>'rig_n' AS n, reason FROM hub.quarantine WHERE consumer_group = 'profile' AND status <> 'redriven'`,
  );
  const result = found();
  const kept = new Map(rows.map((row) => [Number(row.n), row.reason]));
  const wanted = facts.filter((fact) => expected.fates.get(fact.n) === 'quarantined');
  for (const fact of wanted) {
    if (kept.delete(fact.n)) continue;
    result.lost += 1;
    result.faults.push(`record ${fact.n} (${documentName(fact)}, ${fact.spoilt ?? 'conflict'}) is not in quarantine`);
  }
  for (const [n, reason] of kept) {
    result.lost += 1;
    result.faults.push(`record ${n} is in quarantine (${reason}) and should not be`);
  }
  const own = new Set(rows.map((row) => row.n)).size;
  const again = copiesOf(copies, expected, 'quarantined');
  if (rows.length !== own + again) result.faults.push(`${rows.length - own} records are in quarantine again, expected ${again}`);
  return result;
}

interface BookRow extends Readonly<Record<Fate, bigint>> {
  readonly topic: string;
  readonly partition: number;
  readonly consumed: bigint;
  readonly accounted: bigint;
}

/** The accounting identity of each partition, and each fate as often as the oracle says. */
async function judgeBooks(
  database: Queryable,
  facts: readonly Fact[],
  expected: Expected,
  { repeated, copies }: Repeats,
): Promise<StateFindings> {
  const rows = await database.query<BookRow>(
    `SELECT consumer_group || ' ' || topic AS topic, partition, next_offset - first_offset - gaps AS consumed, applied, duplicate, stale, quarantined,
  applied + duplicate + stale + parked + quarantined AS accounted FROM hub.consumer_offset`,
  );
  const result = found();
  for (const row of rows)
    if (row.consumed !== row.accounted)
      result.faults.push(`${row.topic}/${row.partition}: ${row.consumed} consumed, ${row.accounted} accounted for`);
  for (const fate of ['applied', 'duplicate', 'stale', 'quarantined'] as const) {
    const have = rows.filter((row) => row.topic.startsWith('profile ')).reduce((sum, row) => sum + row[fate], 0n);
    const again = fate === 'duplicate' ? repeated + copiesOf(copies, expected, 'applied', 'duplicate', 'stale') : 0;
    const refusedAgain = fate === 'quarantined' ? copiesOf(copies, expected, 'quarantined') : 0;
    const want = BigInt(facts.filter((fact) => expected.fates.get(fact.n) === fate).length + again + refusedAgain);
    if (have !== want) result.faults.push(`${have} records ${fate}, expected ${want}`);
  }
  return result;
}
