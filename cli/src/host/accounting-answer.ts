import { readBooks, type Queryable } from '@tributary/persistence';
import type { AccountingAnswer } from '@tributary/runtime';

/** The accounting identity of every partition as `/accounting` tells it; counts as text, since they outgrow a double. */
export async function accountingAnswer(db: Queryable): Promise<AccountingAnswer> {
  const partitions = (await readBooks(db)).map((row) => ({
    group: row.group,
    topic: row.topic,
    partition: row.partition,
    next: String(row.next),
    consumed: String(row.consumed),
    applied: String(row.applied),
    duplicate: String(row.duplicate),
    stale: String(row.stale),
    parked: String(row.parked),
    quarantined: String(row.quarantined),
    balanced: row.consumed === row.accounted,
  }));
  return { balanced: partitions.every((row) => row.balanced), partitions };
}
