import type { Queryable } from '@tributary/persistence';
import type { Expected } from './expect.ts';
import type { StateFindings } from './judge-state.ts';

interface StatsRow {
  /** By day: orders, value ordered, value returned. */
  readonly days: Readonly<Record<string, readonly [number, string, string]>>;
  readonly paid: string;
  readonly otherCurrency: number;
}

const REPORTING = 'EUR';

/** Compares the statistics of all customers together with the oracle: the insight stage has no business keys, only its inbox keeps it from counting twice. */
export async function judgeInsight(database: Queryable, expected: Expected): Promise<StateFindings> {
  const rows = await database.query<StatsRow>(
    `SELECT state->'days' AS days, state->>'paid' AS paid, (state->>'otherCurrency')::int AS "otherCurrency" FROM insight.stats WHERE merged_into IS NULL`,
  );
  const have = { orders: 0n, gross: 0n, returned: 0n, paid: 0n, 'orders in other currencies': 0n };
  for (const { days, paid, otherCurrency } of rows) {
    have.paid += BigInt(paid);
    have['orders in other currencies'] += BigInt(otherCurrency);
    for (const [orders, gross, returned] of Object.values(days)) {
      have.orders += BigInt(orders);
      have.gross += BigInt(gross);
      have.returned += BigInt(returned);
    }
  }
  const want: typeof have = { orders: 0n, gross: 0n, returned: 0n, paid: 0n, 'orders in other currencies': 0n };
  for (const [name, figures] of expected.people) {
    if (!name.endsWith(`/${REPORTING}`)) {
      want['orders in other currencies'] += BigInt(figures.orders);
      continue;
    }
    want.orders += BigInt(figures.orders);
    want.gross += figures.gross;
    want.returned += figures.returned;
    want.paid += figures.paid;
  }
  const result = { lost: 0, doubled: 0, orderKept: true, faults: [] as string[] };
  for (const name of Object.keys(want) as (keyof typeof want)[]) {
    if (have[name] === want[name]) continue;
    if (have[name] > want[name]) result.doubled += 1;
    else result.lost += 1;
    result.faults.push(`insight: ${name} of all customers is ${have[name]}, expected ${want[name]}`);
  }
  return result;
}
