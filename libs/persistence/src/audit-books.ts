import { allContracts } from '@tributary/contracts';
import type { Database, Queryable } from './database.ts';

/** The accounting identity of one partition of one group. */
export interface PartitionBooks {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly next: bigint;
  /** Records between the first and the stored offset, counted from the offsets. */
  readonly consumed: bigint;
  readonly applied: bigint;
  readonly duplicate: bigint;
  readonly stale: bigint;
  readonly parked: bigint;
  readonly quarantined: bigint;
  /** Sum of the five, counted record by record. */
  readonly accounted: bigint;
}

/** Something that does not add up, in words. */
export interface AuditFault {
  readonly check: string;
  readonly detail: string;
}

/** The books at one moment: what every partition adds up to, what waits, what is still to be published, and what does not agree. */
export interface BooksAudit {
  readonly at: Date;
  readonly balanced: boolean;
  readonly faults: readonly AuditFault[];
  readonly partitions: readonly PartitionBooks[];
  readonly parked: { readonly keys: number; readonly records: number; readonly oldest: Date | null };
  readonly outbox: { readonly rows: number; readonly unsent: number; readonly held: number; readonly oldestUnsent: Date | null };
}

/** Reads the accounting identity of every partition of every group. */
export async function readBooks(db: Queryable): Promise<PartitionBooks[]> {
  return db.query<PartitionBooks>(`SELECT consumer_group AS "group", topic, partition, next_offset AS next, next_offset - first_offset - gaps AS consumed,
  applied, duplicate, stale, parked, quarantined, applied + duplicate + stale + parked + quarantined AS accounted
FROM hub.consumer_offset ORDER BY consumer_group, topic, partition`);
}

/** Faults listed of one check. */
const LISTED = 20;

/** Topics of derived events, as SQL. */
const DERIVED = allContracts.flatMap(({ role, topic }) => (role === 'derived' ? [`'${topic}'`] : [])).join(', ');

interface Check {
  readonly name: string;
  /** Gives a `detail` for each thing that does not agree. */
  readonly sql: string;
}

const CHECKS: readonly Check[] = [
  {
    name: 'identity',
    sql: `SELECT format('%s %s/%s: %s consumed, %s accounted for', consumer_group, topic, partition, next_offset - first_offset - gaps, applied + duplicate + stale + parked + quarantined) AS detail
FROM hub.consumer_offset WHERE next_offset - first_offset - gaps <> applied + duplicate + stale + parked + quarantined`,
  },
  {
    name: 'parked',
    sql: `SELECT format('%s %s/%s: %s counted as parked, %s wait', consumer_group, topic, partition, coalesce(o.parked, 0), coalesce(p.n, 0)) AS detail
FROM hub.consumer_offset o FULL JOIN (SELECT consumer_group, topic, partition, count(*) AS n FROM hub.parked GROUP BY 1, 2, 3) p USING (consumer_group, topic, partition)
WHERE coalesce(o.parked, 0) <> coalesce(p.n, 0)`,
  },
  {
    name: 'quarantined',
    sql: `SELECT format('%s %s/%s: %s counted as quarantined, %s are', consumer_group, topic, partition, coalesce(o.quarantined, 0), coalesce(q.n, 0)) AS detail
FROM hub.consumer_offset o FULL JOIN (SELECT consumer_group, topic, partition, count(*) AS n FROM hub.quarantine WHERE topic IS NOT NULL AND status <> 'redriven' GROUP BY 1, 2, 3) q
  USING (consumer_group, topic, partition) WHERE coalesce(o.quarantined, 0) <> coalesce(q.n, 0)`,
  },
  {
    name: 'blocked-keys',
    sql: `SELECT format('%s %s: a key counts %s parked, %s wait, %s failed records hold it', coalesce(b.consumer_group, p.consumer_group), coalesce(b.topic, p.topic), coalesce(b.parked, 0), coalesce(p.n, 0), coalesce(q.n, 0)) AS detail
FROM hub.blocked_key b
FULL JOIN (SELECT consumer_group, topic, key_hash, count(*) AS n FROM hub.parked GROUP BY 1, 2, 3) p ON (p.consumer_group, p.topic, p.key_hash) = (b.consumer_group, b.topic, b.key_hash)
LEFT JOIN (SELECT consumer_group, topic, key_hash, count(*) AS n FROM hub.quarantine WHERE blocks AND status = 'open' GROUP BY 1, 2, 3) q
  ON (q.consumer_group, q.topic, q.key_hash) = (b.consumer_group, b.topic, b.key_hash)
WHERE coalesce(b.parked, 0) <> coalesce(p.n, 0) OR (b.key_hash IS NOT NULL AND q.n IS NULL)`,
  },
  {
    // Of what the hub itself says every id is said once. A source may repeat a fact (an overlapping pull): its consumers know the id again.
    name: 'outbox-ids',
    sql: `SELECT format('%s: the id %s stands there %s times', aggregatetype, id, count(*)) AS detail FROM hub.outbox
WHERE aggregatetype IN (${DERIVED}) AND seq > 0 GROUP BY aggregatetype, id HAVING count(*) > 1`,
  },
  {
    // Older rows leave with their day, so a key may begin late; but what is there has no gap and ends at the last number given out.
    name: 'outbox-seq',
    sql: `SELECT format('%s %s: numbers %s to %s in %s rows, %s given out', o.topic, left(o.key, 100), o.first, o.last, o.n, coalesce(k.seq, 0)) AS detail
FROM (SELECT aggregatetype AS topic, aggregateid AS key, min(seq) AS first, max(seq) AS last, count(*) AS n FROM hub.outbox WHERE seq > 0 GROUP BY 1, 2) o
LEFT JOIN hub.outbox_number k USING (topic, key) WHERE o.last - o.first + 1 <> o.n OR o.last <> coalesce(k.seq, 0)`,
  },
];

/**
 * Audits the books at one moment (a snapshot, so that it may run beside live traffic): the identity of every partition, the tallies against
 * the tables they count, every derived id of the outbox once, every key's numbers without a gap.
 */
export async function auditBooks(database: Database): Promise<BooksAudit> {
  return database.transaction(async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const faults: AuditFault[] = [];
    for (const { name, sql } of CHECKS)
      for (const { detail } of await tx.query<{ detail: string }>(`${sql} LIMIT ${LISTED}`)) faults.push({ check: name, detail });
    const partitions = await readBooks(tx);
    const [row] = await tx.query<{
      at: Date;
      keys: number;
      records: number;
      oldest: Date | null;
      rows: number;
      unsent: number;
      held: number;
      oldestUnsent: Date | null;
    }>(
      `SELECT now() AS at, (SELECT count(*)::int FROM hub.blocked_key) AS keys, (SELECT count(*)::int FROM hub.parked) AS records, (SELECT min(parked_at) FROM hub.parked) AS oldest,
  (SELECT count(*)::int FROM hub.outbox) AS rows, (SELECT coalesce(sum(rows), 0)::int FROM hub.outbox_pending) AS unsent,
  (SELECT count(*)::int FROM hub.outbox_held) AS held,
  least((SELECT min(created_at) FROM hub.outbox_pending), (SELECT min(held_at) FROM hub.outbox_held)) AS "oldestUnsent"`,
    );
    if (row === undefined) throw new Error('the books cannot be read');
    const { at, keys, records, oldest, rows, unsent, held, oldestUnsent } = row;
    const outbox = { rows, unsent, held, oldestUnsent };
    return { at, balanced: faults.length === 0, faults, partitions, parked: { keys, records, oldest }, outbox };
  });
}
