import { int4Array, int8Array, textArray } from './binary-array.ts';
import type { Queryable, Transaction } from './database.ts';
import { FencedError } from './failure.ts';

/** Where a group stands in a partition. */
export interface StoredOffset {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
}

/** A move of one partition's offset, with what became of the records in between. */
export interface OffsetMove {
  readonly topic: string;
  readonly partition: number;
  readonly expected: bigint;
  readonly next: bigint;
  /** Offsets in between that hold no record. */
  readonly gaps: bigint;
}

/** Counts of one partition's records by what became of them. */
export interface Tally {
  applied: number;
  duplicate: number;
  stale: number;
  parked: number;
  quarantined: number;
}

/** Nothing counted yet. */
export const emptyTally = (): Tally => ({ applied: 0, duplicate: 0, stale: 0, parked: 0, quarantined: 0 });

/** What the fence tells of a group. */
export interface Fence {
  /** What was remembered of the group's tables under another epoch no longer holds. */
  readonly epoch: number;
  /** Topics of the batch in which keys of the group are blocked; normally none. */
  readonly blockedTopics: ReadonlySet<string>;
}

const FENCE = {
  name: 'offset-fence',
  text: `UPDATE hub.consumer_offset o SET next_offset = u.next, gaps = o.gaps + u.gaps, updated_at = now()
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[]) AS u (topic, partition, expected, next, gaps)
WHERE o.consumer_group = $1 AND o.topic = u.topic AND o.partition = u.partition AND o.next_offset = u.expected
RETURNING o.topic, o.partition, o.epoch,
  EXISTS (SELECT FROM hub.blocked_key b WHERE b.consumer_group = o.consumer_group AND b.topic = o.topic) AS blocked`,
};
const COUNT = {
  name: 'offset-count',
  text: `UPDATE hub.consumer_offset o SET applied = o.applied + u.applied, duplicate = o.duplicate + u.duplicate, stale = o.stale + u.stale,
  parked = o.parked + u.parked, quarantined = o.quarantined + u.quarantined
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]) AS u (topic, partition, applied, duplicate, stale, parked, quarantined)
WHERE o.consumer_group = $1 AND o.topic = u.topic AND o.partition = u.partition`,
};

/** Moves the offsets of a batch by compare-and-set, first in its transaction: a zombie's move finds another value and everything it did rolls back. */
export async function moveOffsets(tx: Transaction, group: string, moves: readonly OffsetMove[]): Promise<Fence> {
  const sorted = [...moves].sort((left, right) =>
    left.topic < right.topic ? -1 : left.topic > right.topic ? 1 : left.partition - right.partition,
  );
  const moved = await tx.query<{ topic: string; partition: number; epoch: number; blocked: boolean }>(FENCE, [
    group,
    textArray(sorted.map((move) => move.topic)),
    int4Array(sorted.map((move) => move.partition)),
    int8Array(sorted.map((move) => move.expected)),
    int8Array(sorted.map((move) => move.next)),
    int8Array(sorted.map((move) => move.gaps)),
  ]);
  if (moved.length === sorted.length)
    return {
      epoch: Math.max(0, ...moved.map((row) => row.epoch)),
      blockedTopics: new Set(moved.filter((row) => row.blocked).map((row) => row.topic)),
    };
  const done = new Set(moved.map((row) => `${row.topic}/${row.partition}`));
  throw new FencedError(sorted.map((move) => `${move.topic}/${move.partition}`).filter((name) => !done.has(name)));
}

/** Adds a batch's tallies to the accounting identity of its partitions. */
export function addTallies(
  tx: Transaction,
  group: string,
  tallies: ReadonlyMap<string, Tally & { topic: string; partition: number }>,
): void {
  const rows = [...tallies.values()];
  const column = (name: keyof Tally): Buffer => int8Array(rows.map((row) => BigInt(row[name])));
  tx.send(COUNT, [
    group,
    textArray(rows.map((row) => row.topic)),
    int4Array(rows.map((row) => row.partition)),
    column('applied'),
    column('duplicate'),
    column('stale'),
    column('parked'),
    column('quarantined'),
  ]);
}

/** Where the group stands in a partition; a partition seen for the first time starts at `lowWatermark`, in the group's epoch. */
export async function openOffset(db: Queryable, group: string, topic: string, partition: number, lowWatermark: bigint): Promise<bigint> {
  await db.query(
    `INSERT INTO hub.consumer_offset (consumer_group, topic, partition, first_offset, next_offset, epoch)
VALUES ($1, $2, $3, $4, $4, coalesce((SELECT epoch FROM hub.consumer_group WHERE name = $1 FOR SHARE), 0)) ON CONFLICT DO NOTHING`,
    [group, topic, partition, lowWatermark],
  );
  const [row] = await db.query<{ next_offset: bigint }>(
    'SELECT next_offset FROM hub.consumer_offset WHERE consumer_group = $1 AND topic = $2 AND partition = $3',
    [group, topic, partition],
  );
  if (row === undefined) throw new Error(`offset row of ${group} ${topic}/${partition} vanished`);
  return row.next_offset;
}

/** All stored offsets of a group. */
export async function storedOffsets(db: Queryable, group: string): Promise<StoredOffset[]> {
  return db.query<StoredOffset>('SELECT topic, partition, next_offset AS "nextOffset" FROM hub.consumer_offset WHERE consumer_group = $1', [
    group,
  ]);
}

/**
 * Holds a group still until the transaction ends: locks its offset rows. Batches in flight end first, the next ones wait at their fence;
 * partitions seen for the first time wait, too.
 * @returns the offsets, which stay.
 */
export async function holdGroup(tx: Transaction, group: string): Promise<StoredOffset[]> {
  if ((await tx.query('SELECT FROM hub.consumer_group WHERE name = $1 FOR UPDATE', [group])).length === 0)
    throw new Error(`there is no consumer group ${group}`);
  return tx.query<StoredOffset>(
    'SELECT topic, partition, next_offset AS "nextOffset" FROM hub.consumer_offset WHERE consumer_group = $1 ORDER BY topic, partition FOR UPDATE',
    [group],
  );
}

/** Raises the epoch of a held group, after its tables were written by something else: the next batch sees what was written together with it. */
export async function raiseEpoch(tx: Transaction, group: string): Promise<void> {
  await tx.query('UPDATE hub.consumer_group SET epoch = epoch + 1 WHERE name = $1', [group]);
  await tx.query(
    'UPDATE hub.consumer_offset SET epoch = (SELECT epoch FROM hub.consumer_group WHERE name = $1) WHERE consumer_group = $1',
    [group],
  );
}

/**
 * Locks offset rows, as a batch of another member of the group would: whoever works on these partitions waits for the caller's transaction.
 * @returns the group's epoch.
 */
export async function lockOffsets(
  tx: Transaction,
  group: string,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): Promise<number> {
  const rows = await tx.query<{ epoch: number }>(
    `SELECT o.epoch FROM hub.consumer_offset o JOIN (SELECT DISTINCT * FROM unnest($2::text[], $3::int[]) AS u (topic, partition)) u USING (topic, partition)
WHERE o.consumer_group = $1 ORDER BY topic, partition FOR UPDATE OF o`,
    [group, textArray(partitions.map(({ topic }) => topic)), int4Array(partitions.map(({ partition }) => partition))],
  );
  return Math.max(0, ...rows.map((row) => row.epoch));
}
