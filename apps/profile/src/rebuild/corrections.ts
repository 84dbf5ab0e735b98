import { contracts } from '@tributary/contracts';
import type { Queryable } from '@tributary/persistence';
import { SHADOW_SCHEMA } from './shadow.ts';

/** What consumers of the activity have to be told to agree with the truth about one document of one profile. */
export interface Correction {
  readonly profileId: string;
  readonly documentId: string;
  readonly occurredAt: bigint;
  readonly currency: string;
  readonly score: number;
  readonly orders: bigint;
  readonly gross: bigint;
  readonly returned: bigint;
  readonly paid: bigint;
  readonly interactions: bigint;
  readonly complaints: bigint;
}

const SUMS = ['orders', 'gross', 'returned', 'paid', 'interactions', 'complaints'];
const KEY = 'profile_id, document_id, occurred_at, currency, score';

/** SQL of the corrections: the documents of a side less what was told, merges followed. Rows as in {@link Correction}. */
export function correctionsSql(schema: string): string {
  const each = (write: (name: string) => string, between = ', '): string => SUMS.map(write).join(between);
  return `WITH RECURSIVE way AS (
  SELECT other AS profile_id, survivor FROM ${SHADOW_SCHEMA}.told_merge
  UNION SELECT w.profile_id, m.survivor FROM way w JOIN ${SHADOW_SCHEMA}.told_merge m ON m.other = w.survivor
), last AS (SELECT profile_id, survivor FROM way w WHERE NOT EXISTS (SELECT FROM ${SHADOW_SCHEMA}.told_merge m WHERE m.other = w.survivor)),
told AS (
  SELECT coalesce(l.survivor, t.profile_id) AS profile_id, document_id, occurred_at, currency, score, ${each((name) => `sum(${name})::bigint AS ${name}`)}
  FROM ${SHADOW_SCHEMA}.told t LEFT JOIN last l USING (profile_id)
  WHERE EXISTS (SELECT FROM hub.outbox_number k WHERE k.topic = '${contracts.activity.topic}' AND k.key = t.profile_id::text) GROUP BY 1, 2, 3, 4, 5
), truth AS (
  SELECT n.profile_id, document_id, occurred_at, coalesce(currency, '') AS currency, coalesce(score, -1) AS score, ${each((name) => `sum(${name})::bigint AS ${name}`)}
  FROM ${schema}.document d JOIN ${schema}.node n USING (node) WHERE ${each((name) => `${name} <> 0`, ' OR ')} GROUP BY 1, 2, 3, 4, 5
)
SELECT profile_id AS "profileId", document_id AS "documentId", occurred_at AS "occurredAt", currency, score,
  ${each((name) => `coalesce(truth.${name}, 0) - coalesce(told.${name}, 0) AS ${name}`)}
FROM truth FULL JOIN told USING (${KEY}) WHERE ${each((name) => `coalesce(truth.${name}, 0) <> coalesce(told.${name}, 0)`, ' OR ')}`;
}

/** How many corrections a side needs. */
export async function countCorrections(db: Queryable, schema: string): Promise<number> {
  const [row] = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM (${correctionsSql(schema)}) c`);
  return row?.n ?? 0;
}

/** How far what was published has been read. */
export interface ToldState {
  /** Events that were given a number and have not been read: they wait in the outbox. */
  readonly waiting: bigint;
  /** Keys of which the topic does not hold every event, or holds others than the outbox knows. */
  readonly gaps: number;
}

/** Compares the outbox's numbers with what was read from the topics, key by key. */
export async function toldState(db: Queryable, topics: readonly string[]): Promise<ToldState> {
  const [row] = await db.query<ToldState>(
    `SELECT coalesce(sum(greatest(k.seq - coalesce(t.seq, 0), 0)), 0)::bigint AS waiting, count(*) FILTER (WHERE t.events <> t.seq OR t.seq > k.seq)::int AS gaps
FROM hub.outbox_number k LEFT JOIN ${SHADOW_SCHEMA}.told_key t USING (topic, key) WHERE k.topic = ANY($1)`,
    [topics],
  );
  if (row === undefined) throw new Error('an aggregate gave no row');
  return row;
}
