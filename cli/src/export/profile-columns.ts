/** What a column holds: text from people and sources, a moment, a whole number, exact money, or a model's figure. */
export type ColumnKind = 'text' | 'time' | 'count' | 'money' | 'number';

/** A column of the profile export. */
export interface ExportColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/**
 * Columns of the profile export, in the order of the file. `source_ids` (`source:customer id`) and `segments` are lists divided by `;`. Money is in
 * units of `currency`, with up to four places; scores are in the currency of the deployment.
 */
export const profileColumns: readonly ExportColumn[] = [
  { name: 'profile_id', kind: 'text' },
  { name: 'kind', kind: 'text' },
  { name: 'source_ids', kind: 'text' },
  { name: 'first_order_at', kind: 'time' },
  { name: 'last_order_at', kind: 'time' },
  { name: 'orders', kind: 'count' },
  { name: 'returns', kind: 'count' },
  { name: 'gross', kind: 'money' },
  { name: 'returned', kind: 'money' },
  { name: 'net', kind: 'money' },
  { name: 'paid', kind: 'money' },
  { name: 'currency', kind: 'text' },
  { name: 'r', kind: 'count' },
  { name: 'f', kind: 'count' },
  { name: 'm', kind: 'count' },
  { name: 'abc_class', kind: 'text' },
  { name: 'p_alive', kind: 'number' },
  { name: 'expected_purchases', kind: 'number' },
  { name: 'lifetime_value', kind: 'number' },
  { name: 'segments', kind: 'text' },
];

/** One cell: text; a moment as Date; a whole number or a model's figure as number; money as an unscaled integer of scale 4. */
export type Cell = string | Date | number | bigint | null;

/** One row, in the order of {@link profileColumns}. */
export type ExportRow = readonly Cell[];
