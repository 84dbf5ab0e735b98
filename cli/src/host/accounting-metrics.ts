import type { Database } from '@tributary/persistence';
import type { Metrics } from '@tributary/runtime';
import { readBooks } from '@tributary/persistence';

/** Exposes the accounting identity per partition: the difference must be 0 at all times. Read from the database at each scrape. */
export function observeAccounting(metrics: Metrics, database: Database): void {
  metrics.gauge(
    'accounting_difference',
    'consumed - (applied + duplicate + stale + parked + quarantined); anything but 0 is a fault.',
    ['group', 'topic', 'partition'],
    async (gauge) => {
      for (const row of await readBooks(database))
        gauge.set({ group: row.group, topic: row.topic, partition: String(row.partition) }, Number(row.consumed - row.accounted));
    },
  );
}
