import type { Database, Queryable } from './database.ts';
import { beginOperation, endOperation, type Actor } from './operation-log.ts';
import { quarantine } from './quarantine.ts';

/** A partition of a consumer group. */
export interface GroupPartition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** A batch that cannot be read, and where its partition stands. */
export interface UnreadableBatchRow extends GroupPartition {
  /** Stored offset: everything before it was applied. */
  readonly standsAt: bigint;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** How many records it says it holds. */
  readonly records: number;
  /** The end of the sentence "the batch …". */
  readonly reason: string;
  /** The batch as the broker gave it, with its header. */
  readonly bytes: Buffer;
}

/** Keeps the batch at which a partition stands, for whoever has to decide about it. */
export async function keepUnreadable(db: Queryable, row: UnreadableBatchRow): Promise<void> {
  await db.query(
    `INSERT INTO hub.unreadable_batch AS b (consumer_group, topic, partition, stands_at, first_offset, last_offset, records, reason, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET stands_at = excluded.stands_at, first_offset = excluded.first_offset,
  last_offset = excluded.last_offset, records = excluded.records, reason = excluded.reason, bytes = excluded.bytes,
  since = CASE WHEN b.first_offset = excluded.first_offset THEN b.since ELSE excluded.since END`,
    [row.group, row.topic, row.partition, row.standsAt, row.firstOffset, row.lastOffset, row.records, row.reason, row.bytes],
  );
}

/** What stands, without the bytes. A partition that has moved on meanwhile (its batch could be read by a newer release) is left out. */
export async function listUnreadable(db: Queryable): Promise<(Omit<UnreadableBatchRow, 'bytes'> & { bytes: number; since: Date })[]> {
  return db.query(
    `SELECT b.consumer_group AS "group", b.topic, b.partition, b.stands_at AS "standsAt", b.first_offset AS "firstOffset", b.last_offset AS "lastOffset",
  b.records, b.reason, length(b.bytes) AS bytes, b.since
FROM hub.unreadable_batch b JOIN hub.consumer_offset o USING (consumer_group, topic, partition)
WHERE o.next_offset <= b.last_offset ORDER BY b.since, 1, 2, 3`,
  );
}

/** What became of a wish to skip: the batch that was skipped, or `undefined` when the partition does not stand at one (any more). */
export type SkipOutcome = Pick<UnreadableBatchRow, 'firstOffset' | 'lastOffset' | 'records'> | undefined;

/**
 * Moves a partition past the batch at which it stands. The raw bytes go to quarantine (as discarded: they hold a batch and no record, so
 * there is nothing to redrive), its records count as quarantined, and the log tells who did it. A running consumer goes on by itself.
 */
export async function skipUnreadable(database: Database, actor: Actor, place: GroupPartition): Promise<SkipOutcome> {
  const { group, topic, partition } = place;
  const operation = await beginOperation(database, actor, 'skip-batch', place);
  const skipped = await database.transaction(async (tx): Promise<SkipOutcome> => {
    const [row] = await tx.query<UnreadableBatchRow>(
      `DELETE FROM hub.unreadable_batch WHERE consumer_group = $1 AND topic = $2 AND partition = $3
RETURNING consumer_group AS "group", topic, partition, stands_at AS "standsAt", first_offset AS "firstOffset", last_offset AS "lastOffset", records, reason, bytes`,
      [group, topic, partition],
    );
    if (row === undefined) return undefined;
    const { firstOffset, lastOffset, records, reason, bytes } = row;
    // By compare-and-set like every move: a partition that moved meanwhile stays where it is, and only the row that is out of date goes.
    const moved = await tx.query(
      `UPDATE hub.consumer_offset SET next_offset = $5::bigint + 1, quarantined = quarantined + $6::bigint,
  gaps = gaps + ($5::bigint + 1 - next_offset - $6::bigint), updated_at = now()
WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND next_offset = $4 AND next_offset <= $5 RETURNING 1`,
      [group, topic, partition, row.standsAt, lastOffset, records],
    );
    if (moved.length === 0) return undefined;
    const detail = `the batch of offsets ${firstOffset} to ${lastOffset} (${records} records) ${reason}`;
    await quarantine(tx, [
      {
        group,
        position: { topic, partition, offset: firstOffset },
        source: null,
        eventId: null,
        contract: null,
        schemaId: null,
        faults: [{ field: '', reason: 'unreadable-batch', detail }],
        key: null,
        headers: {},
        value: bytes,
      },
    ]);
    await tx.query(
      `UPDATE hub.quarantine SET status = 'discarded', settled_by = $4, settled_at = now()
WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND record_offset = $5 AND reason = 'unreadable-batch'`,
      [group, topic, partition, operation, firstOffset],
    );
    return { firstOffset, lastOffset, records };
  });
  await endOperation(database, operation, { skipped: skipped ?? null });
  return skipped;
}
