import { AMOUNT_SCALE, parseDecimal } from '@tributary/contracts';
import type { Transaction } from '@tributary/persistence';
import { profileColumns, type Cell, type ColumnKind, type ExportRow } from './profile-columns.ts';

const PAGE = 2_000;

/** Where each column comes from: the console's views, the one place where all apps' knowledge may be read together. */
const expressions: Readonly<Record<string, string>> = {
  profile_id: 'p.profile_id::text',
  source_ids: `(SELECT string_agg(s->>'source' || ':' || (s->>'customerId'), ';' ORDER BY s->>'source', s->>'customerId') FROM jsonb_array_elements(p.sources) s)`,
  first_order_at: 'p.first_order_at',
  last_order_at: 'p.last_order_at',
  gross: 't.gross::text',
  returned: 't.returned::text',
  net: 't.net::text',
  paid: 't.paid::text',
  segments: `(SELECT string_agg(g.segment, ';' ORDER BY g.segment) FROM console.segment_view g WHERE g.profile_id = p.profile_id)`,
};

// A profile without money has one row, without a currency; one with money in two currencies has two.
const SELECT = `DECLARE profile_export NO SCROLL CURSOR FOR
SELECT ${profileColumns.map(({ name }) => `${expressions[name] ?? name} AS ${name}`).join(', ')}
FROM console.profile_view p LEFT JOIN console.profile_total_view t USING (profile_id) LEFT JOIN console.score_view USING (profile_id)
ORDER BY p.profile_id, t.currency`;

/**
 * All profiles as they stand at one moment, page by page through a cursor of the transaction, so that memory holds one page. Throws `RangeError`
 * when the view holds money that is no decimal of four places.
 */
export async function* readProfiles(tx: Transaction): AsyncGenerator<ExportRow> {
  await tx.query(SELECT);
  for (;;) {
    const rows = await tx.query<Record<string, unknown>>(`FETCH ${PAGE} FROM profile_export`);
    for (const row of rows) yield profileColumns.map(({ name, kind }) => cellOf(name, kind, row[name]));
    if (rows.length < PAGE) return;
  }
}

function cellOf(name: string, kind: ColumnKind, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (kind === 'text') return String(value);
  if (kind !== 'money') return value as Date | number;
  const amount = parseDecimal(String(value), AMOUNT_SCALE);
  if (amount === undefined) throw new RangeError(`${name} is ${String(value)}: no decimal of ${AMOUNT_SCALE} places`);
  return amount;
}
