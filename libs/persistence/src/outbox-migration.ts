import { sqlMigration } from './migration.ts';

/**
 * What is to be published stands in a small table of its own, a row for a shard's part of a transaction, and leaves it when it was
 * published: an outbox row is written once and never again. Numbered behind the console's first views, one of which reads the columns that
 * go; the console makes it anew.
 */
export const outboxPendingMigration = sqlMigration(
  '0800-outbox-pending',
  `
DROP VIEW IF EXISTS console.outbox_view;

CREATE SEQUENCE hub.outbox_batch AS bigint CACHE 1;
SELECT setval('hub.outbox_batch', (SELECT coalesce(max(sequence), 0) FROM hub.outbox) / 1048576 + 2);
ALTER TABLE hub.outbox ALTER COLUMN sequence DROP IDENTITY;
COMMENT ON COLUMN hub.outbox.sequence IS 'number of the writing batch * 2^20 + place in it: rises for a key';

-- Rows first .. first + rows - 1 of the outbox, all of one shard, are to be published. Deleted after the broker's acknowledgement.
CREATE TABLE hub.outbox_pending (
  first bigint PRIMARY KEY, rows integer NOT NULL CHECK (rows > 0), shard smallint NOT NULL,
  created_on date NOT NULL DEFAULT CURRENT_DATE, created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- Rows that wait behind one the broker refuses (that one has the reason), until somebody frees their key.
CREATE TABLE hub.outbox_held (
  sequence bigint PRIMARY KEY, created_on date NOT NULL, shard smallint NOT NULL, topic text NOT NULL, key text NOT NULL,
  reason text, held_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_held_key ON hub.outbox_held (topic, key);

-- Who publishes a shard, by the database's clock.
CREATE TABLE hub.outbox_lease (shard smallint PRIMARY KEY, owner uuid NOT NULL, expires_at timestamptz NOT NULL) WITH (fillfactor = 50);

-- Shards are fewer than they were; a key keeps to one.
INSERT INTO hub.outbox_pending (first, rows, shard, created_on, created_at)
SELECT sequence, 1, shard % 4, created_on, created_at FROM hub.outbox WHERE sent_at IS NULL AND blocked_reason IS NULL;
INSERT INTO hub.outbox_held (sequence, created_on, shard, topic, key, reason)
SELECT sequence, created_on, shard % 4, aggregatetype, aggregateid, blocked_reason FROM hub.outbox WHERE sent_at IS NULL AND blocked_reason IS NOT NULL;

DROP INDEX hub.outbox_unsent;
ALTER TABLE hub.outbox DROP COLUMN sent_at, DROP COLUMN blocked_reason, DROP COLUMN shard, ALTER COLUMN headers TYPE json;
`,
);

/** Freeing a key of the outbox is an operation too. */
export const freeOperationMigration = sqlMigration(
  '0802-free-operation',
  `
ALTER TABLE hub.operation DROP CONSTRAINT operation_kind_check,
  ADD CONSTRAINT operation_kind_check CHECK (kind IN ('redrive', 'discard', 'edit', 'replay', 'free'));
`,
);

/** What is to be published names the memory of whoever wrote it. */
export const outboxTokenMigration = sqlMigration(
  '0840-outbox-token',
  `
-- Under which the writing process remembers these rows, so that its relay need not read them; null: nobody does.
ALTER TABLE hub.outbox_pending ADD COLUMN token bigint;
`,
);

/**
 * What every event's headers say stands in columns, most of which were there; `headers` is for rows that are no event of a contract. A row
 * written before has all of them in `headers` and no `source`, and is published with them: no row is touched. A relay of the version before
 * would publish new rows without headers, so none may be at work: the migration waits for the leases to be given back or to end.
 */
export const outboxColumnsMigration = sqlMigration(
  '0860-outbox-columns',
  `
DO $$
DECLARE patience timestamptz := clock_timestamp() + interval '8 seconds';
BEGIN
  WHILE EXISTS (SELECT FROM hub.outbox_lease WHERE expires_at > clock_timestamp()) LOOP
    IF clock_timestamp() > patience THEN
      RAISE EXCEPTION 'a relay of the version before is publishing' USING HINT = 'Stop every process of the hub, then start one of the new version.';
    END IF;
    PERFORM pg_sleep(0.1);
  END LOOP;
END $$;

ALTER TABLE hub.outbox ADD COLUMN source text, ADD COLUMN event_time text, ADD COLUMN traceparent text, ALTER COLUMN headers DROP NOT NULL;
-- Rows that are there have headers and no source; they are not read to see that.
ALTER TABLE hub.outbox ADD CONSTRAINT outbox_headers
  CHECK ((source IS NULL) = (event_time IS NULL) AND (source IS NULL) = (headers IS NOT NULL) AND (traceparent IS NULL OR source IS NOT NULL)) NOT VALID;
COMMENT ON COLUMN hub.outbox.source IS 'ce_source of an event of a contract; null: all headers stand in headers';
COMMENT ON COLUMN hub.outbox.event_time IS 'ce_time, as it goes on the wire';
COMMENT ON COLUMN hub.outbox.headers IS 'all headers of a dead letter, and of a row from before the columns source, event_time and traceparent';
`,
);
