import type { Queryable } from '@tributary/persistence';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import { SHADOW_SCHEMA } from './shadow.ts';

/** Rows of one table that differ, by what kind of difference. */
export interface RowDifference {
  readonly onlyLive: number;
  readonly onlyShadow: number;
  readonly different: number;
  /** Differences that the order of arrival explains: they say nothing of content and are left out of the three above. */
  readonly byArrival: number;
}

/** A row that differs: which, on which side, and the fields with both values as text (amounts unscaled, of scale 4). */
export interface RowExample {
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly only: 'live' | 'shadow' | null;
  readonly fields: readonly FieldDifference[];
}

export interface FieldDifference {
  readonly field: string;
  readonly live: unknown;
  readonly shadow: unknown;
}

interface Comparison {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** SQL over `l` and `s`: the order of arrival explains this difference. */
  readonly byArrival: string;
}

const live = (table: string): string => `${LIVE_SCHEMA}.${table}`;
const shadow = (table: string): string => `${SHADOW_SCHEMA}.${table}`;

/** Which node a document is booked on, and which of two equal records said so, depends on which came first; what it adds does not. */
const documents: Comparison = {
  table: 'document',
  key: ['kind', 'source', 'document_id'],
  columns: 'version hash occurred_at currency orders gross returned paid invoiced settled interactions complaints detail score'.split(' '),
  byArrival: 'false',
};

/**
 * The node of an order without a customer exists only where a document came before the order that names the customer; what such documents
 * add then stands on another node of the same profile.
 */
const nodes: Comparison = {
  table: 'node',
  key: ['node'],
  columns: ['kind', 'scope', 'first_seen', 'profile_id', 'shared', 'state::jsonb'],
  byArrival: `(coalesce(l.kind, s.kind) = 'document' AND (l.node IS NULL OR s.node IS NULL)
    AND NOT EXISTS (SELECT FROM ${live('document')} a JOIN ${shadow('document')} b USING (kind, source, document_id) WHERE a.node = b.node AND a.node = coalesce(l.node, s.node)))
  OR ((l.kind, l.scope, l.first_seen, l.profile_id, l.shared) IS NOT DISTINCT FROM (s.kind, s.scope, s.first_seen, s.profile_id, s.shared)
    AND (EXISTS (SELECT FROM ${live('document')} a JOIN ${shadow('document')} b USING (kind, source, document_id) WHERE a.node = l.node AND b.node <> l.node)
      OR EXISTS (SELECT FROM ${shadow('document')} b JOIN ${live('document')} a USING (kind, source, document_id) WHERE b.node = s.node AND a.node <> s.node)))`,
};

/** An edge is not drawn to an identifier that is known to be shared, nor to an order's node that does not exist (yet). */
const edges: Comparison = {
  table: 'edge',
  key: ['edge'],
  columns: ['from_node', 'to_node', 'seen_at', 'rule'],
  byArrival: `(l.edge IS NULL OR s.edge IS NULL) AND (
  EXISTS (SELECT FROM ${live('node')} n WHERE n.node = coalesce(l.to_node, s.to_node) AND n.shared)
  OR EXISTS (SELECT FROM ${shadow('node')} n WHERE n.node = coalesce(l.to_node, s.to_node) AND n.shared)
  OR (coalesce(l.rule, s.rule) = 'same-order' AND NOT (
    EXISTS (SELECT FROM ${live('node')} n WHERE n.node = coalesce(l.to_node, s.to_node))
    AND EXISTS (SELECT FROM ${shadow('node')} n WHERE n.node = coalesce(l.to_node, s.to_node)))))`,
};

/** Columns whose values are never shown: they hold, or tell of, a person. */
const PERSONAL = new Set(['state']);

/** Compares documents, nodes and edges of the two sides row by row; the shadow has live's profile ids by now. */
export async function compareRows(
  db: Queryable,
  limit: number,
): Promise<{ readonly tables: Readonly<Record<'document' | 'node' | 'edge', RowDifference>>; readonly examples: RowExample[] }> {
  const found = {
    document: await compare(db, documents, limit),
    node: await compare(db, nodes, limit),
    edge: await compare(db, edges, limit),
  };
  return {
    tables: { document: found.document.counts, node: found.node.counts, edge: found.edge.counts },
    examples: Object.values(found).flatMap((entry) => entry.examples),
  };
}

/** Numbers of live and shadow rows that are not the same, and some of them. */
async function compare(
  db: Queryable,
  { table, key, columns, byArrival }: Comparison,
  limit: number,
): Promise<{ counts: RowDifference; examples: RowExample[] }> {
  const side = (alias: string, cast = ''): string => columns.map((column) => `${alias}.${column}${cast}`).join(', ');
  const [first = ''] = key;
  const different = `FROM ${live(table)} l FULL JOIN ${shadow(table)} s USING (${key.join(', ')})
WHERE l.${first} IS NULL OR s.${first} IS NULL OR (${side('l')}) IS DISTINCT FROM (${side('s')})`;
  const marked = `SELECT ${key.join(', ')}, l.${first} IS NULL AS no_live, s.${first} IS NULL AS no_shadow, (${byArrival}) AS arrival,
  array[${side('l', '::text')}] AS live, array[${side('s', '::text')}] AS shadow ${different}`;
  const [counts] = await db.query<RowDifference>(
    `SELECT count(*) FILTER (WHERE arrival)::int AS "byArrival", count(*) FILTER (WHERE NOT arrival AND no_shadow)::int AS "onlyLive",
  count(*) FILTER (WHERE NOT arrival AND no_live)::int AS "onlyShadow", count(*) FILTER (WHERE NOT arrival AND NOT no_live AND NOT no_shadow)::int AS different
FROM (${marked}) m`,
  );
  if (counts === undefined) throw new Error('an aggregate gave no row');
  if (counts.onlyLive + counts.onlyShadow + counts.different === 0) return { counts, examples: [] };
  const rows = await db.query<
    Record<string, unknown> & { no_live: boolean; no_shadow: boolean; live: (string | null)[]; shadow: (string | null)[] }
  >(`SELECT * FROM (${marked}) m WHERE NOT arrival ORDER BY ${key.join(', ')} LIMIT $1`, [limit]);
  const examples = rows.map((row): RowExample => {
    return {
      table,
      key: Object.fromEntries(key.map((name) => [name, row[name]])),
      only: row.no_live ? 'shadow' : row.no_shadow ? 'live' : null,
      fields: columns.flatMap((column, index): FieldDifference[] => {
        const field = column.replace(/::.*/, '');
        const [a = null, b = null] = [row.live[index], row.shadow[index]];
        if (a === b) return [];
        return [PERSONAL.has(field) ? { field, live: masked(a), shadow: masked(b) } : { field, live: a, shadow: b }];
      }),
    };
  });
  return { counts, examples };
}

/** What stands for a value that is not to be read on a screen. */
export const masked = (value: unknown): string | null => (value === null || value === undefined ? null : '•••');
