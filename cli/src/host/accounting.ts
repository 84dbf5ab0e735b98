import type { Queryable } from '@tributary/persistence';

/** The accounting identity of one partition. */
export interface PartitionAccounting {
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

/** Reads the accounting identity of every partition of every group. */
export async function readAccounting(db: Queryable): Promise<PartitionAccounting[]> {
  return db.query<PartitionAccounting>(`SELECT consumer_group AS "group", topic, partition, next_offset AS next, next_offset - first_offset - gaps AS consumed,
  applied, duplicate, stale, parked, quarantined, applied + duplicate + stale + parked + quarantined AS accounted
FROM hub.consumer_offset ORDER BY consumer_group, topic, partition`);
}
