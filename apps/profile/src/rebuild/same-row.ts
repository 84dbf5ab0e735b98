import type { Queryable } from '@tributary/persistence';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import type { TABLES } from './shadow.ts';

/**
 * SQL for "the rows `l` (live) and `s` (shadow) of a table are the same in every column"; a row that is not there is the same as none.
 * A json column is compared by what it says.
 */
export async function sameRowSql(db: Queryable, table: (typeof TABLES)[number]): Promise<string> {
  const columns = await db.query<{ name: string; type: string }>(
    `SELECT quote_ident(attname) AS name, atttypid::regtype::text AS type FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [`${LIVE_SCHEMA}.${table}`],
  );
  const row = (alias: string): string =>
    `(${columns.map(({ name, type }) => `${alias}.${name}${type === 'json' ? '::jsonb' : ''}`).join(', ')})`;
  return `${row('l')} IS NOT DISTINCT FROM ${row('s')}`;
}
