import type { Queryable } from '@tributary/persistence';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import { SHADOW_SCHEMA } from './shadow.ts';

/** Rows on each side. */
export interface SideCounts {
  readonly profiles: number;
  readonly documents: number;
  readonly nodes: number;
  readonly edges: number;
}

/** One sum on each side, unscaled integers of scale 4. */
export interface MoneyDifference {
  /** What was added up: the profiles as they are shown, or the documents they should consist of. */
  readonly of: 'profiles' | 'documents';
  readonly currency: string;
  readonly amount: 'gross' | 'returned' | 'paid' | 'invoiced' | 'settled';
  readonly live: bigint;
  readonly shadow: bigint;
}

const AMOUNTS = ['gross', 'returned', 'paid', 'invoiced', 'settled'] as const;

/** Counts of one side. */
export async function countSide(db: Queryable, schema: typeof LIVE_SCHEMA | typeof SHADOW_SCHEMA): Promise<SideCounts> {
  const [row] = await db.query<SideCounts>(
    `SELECT (SELECT count(*) FROM ${schema}.profile WHERE visible)::int AS profiles, (SELECT count(*) FROM ${schema}.document)::int AS documents,
  (SELECT count(*) FROM ${schema}.node)::int AS nodes, (SELECT count(*) FROM ${schema}.edge)::int AS edges`,
  );
  if (row === undefined) throw new Error('an aggregate gave no row');
  return row;
}

/** Money by currency on both sides, of the profiles and of the documents. */
export async function compareMoney(db: Queryable): Promise<MoneyDifference[]> {
  const [live, shadow] = [await sums(db, LIVE_SCHEMA), await sums(db, SHADOW_SCHEMA)];
  return (['profiles', 'documents'] as const).flatMap((of) => {
    const currencies = [...new Set([...live[of].keys(), ...shadow[of].keys()])].sort();
    return currencies.flatMap((currency) =>
      AMOUNTS.map((amount, index): MoneyDifference => {
        const [left, right] = [live[of].get(currency)?.[index] ?? 0n, shadow[of].get(currency)?.[index] ?? 0n];
        return { of, currency, amount, live: left, shadow: right };
      }),
    );
  });
}

type ByCurrency = Map<string, readonly bigint[]>;

async function sums(db: Queryable, schema: string): Promise<{ profiles: ByCurrency; documents: ByCurrency }> {
  const list = (read: (name: string) => string): string => AMOUNTS.map((name) => `sum(${read(name)})::bigint AS ${name}`).join(', ');
  const read = async (sql: string): Promise<ByCurrency> =>
    new Map(
      (await db.query<Record<string, unknown>>(sql)).map((row) => [row.currency as string, AMOUNTS.map((name) => row[name] as bigint)]),
    );
  return {
    profiles: await read(
      `SELECT t->>'currency' AS currency, ${list((name) => `(t->>'${name}')::numeric`)} FROM ${schema}.profile CROSS JOIN json_array_elements(document->'totals') t WHERE visible GROUP BY 1`,
    ),
    documents: await read(`SELECT currency, ${list((name) => name)} FROM ${schema}.document WHERE currency IS NOT NULL GROUP BY 1`),
  };
}
