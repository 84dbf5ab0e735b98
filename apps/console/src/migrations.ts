import { sqlMigration, type Migration } from '@tributary/persistence';

/**
 * Views of the console: everything it reads. Its database role needs USAGE on schema console and SELECT on the views there, and
 * nothing else (a view reads with the rights of its owner).
 */
export const migrations: readonly Migration[] = [
  sqlMigration(
    '0700-console-views',
    `
CREATE SCHEMA console;

CREATE VIEW console.flow_view AS
SELECT consumer_group, topic, partition, next_offset, next_offset - first_offset - gaps AS consumed,
  applied, duplicate, stale, parked, quarantined,
  next_offset - first_offset - gaps = applied + duplicate + stale + parked + quarantined AS balanced, updated_at
FROM hub.consumer_offset;

-- outbox_key counts every event ever published; sent rows of the outbox itself are dropped after their retention.
CREATE VIEW console.outbox_view AS
SELECT k.topic, k.appended - coalesce(o.unsent, 0) - coalesce(o.blocked, 0) AS published,
  coalesce(o.unsent, 0) AS unsent, coalesce(o.blocked, 0) AS blocked, o.oldest_unsent
FROM (SELECT topic, sum(seq)::bigint AS appended FROM hub.outbox_key GROUP BY topic) k
LEFT JOIN (
  SELECT aggregatetype AS topic, count(*) FILTER (WHERE blocked_reason IS NULL) AS unsent,
    count(*) FILTER (WHERE blocked_reason IS NOT NULL) AS blocked, min(created_at) FILTER (WHERE blocked_reason IS NULL) AS oldest_unsent
  FROM hub.outbox WHERE sent_at IS NULL GROUP BY aggregatetype
) o USING (topic);

CREATE VIEW console.quarantine_view AS
SELECT id, consumer_group, topic, partition, record_offset, source, event_id, contract, reason, first_seen, last_seen, seen, status
FROM hub.quarantine;

CREATE VIEW console.quarantine_record_view AS
SELECT id, schema_id, faults, headers, record_key, value FROM hub.quarantine;
`,
  ),
];
