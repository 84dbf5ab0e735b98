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
