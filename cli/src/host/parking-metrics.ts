import type { Database } from '@tributary/persistence';
import type { Metrics } from '@tributary/runtime';

/** Exposes what was not applied and what waits for it. Read from the database at each scrape. */
export function observeParking(metrics: Metrics, database: Database): void {
  metrics.gauge(
    'quarantine_open',
    'Records in quarantine that nobody has settled, by reason.',
    ['group', 'contract', 'reason'],
    async (gauge) => {
      const rows = await database.query<{ group: string; contract: string; reason: string; n: number }>(
        `SELECT consumer_group AS "group", coalesce(contract, '') AS contract, reason, count(*)::int AS n FROM hub.quarantine WHERE status = 'open' GROUP BY 1, 2, 3`,
      );
      gauge.reset();
      for (const { n, ...labels } of rows) gauge.set(labels, n);
    },
  );
  const blocked = (name: string, help: string, column: string): unknown =>
    metrics.gauge(name, help, ['group', 'topic'], async (gauge) => {
      const rows = await database.query<{ group: string; topic: string; n: number }>(
        `SELECT consumer_group AS "group", topic, ${column} AS n FROM hub.blocked_key GROUP BY 1, 2`,
      );
      gauge.reset();
      for (const { n, ...labels } of rows) gauge.set(labels, n);
    });
  blocked('parked_keys', 'Keys blocked behind a failed record.', 'count(*)::int');
  blocked('parked_records', 'Records that wait behind a failed record of their key.', 'sum(parked)::int');
  blocked('parked_oldest_seconds', 'How long the key blocked longest is blocked.', 'extract(epoch FROM now() - min(since))::float8');
}
