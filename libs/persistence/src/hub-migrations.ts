import { keySampleMigration } from './key-sample-migration.ts';
import { sqlMigration, type Migration } from './migration.ts';
import { freeOperationMigration, outboxColumnsMigration, outboxPendingMigration, outboxTokenMigration } from './outbox-migration.ts';
import { parkingMigration } from './parking-migration.ts';
import { unreadableMigration } from './unreadable-migration.ts';

/** Tables of the data plane, used by every app: offsets, inbox, outbox, quarantine. */
export const hubMigrations: readonly Migration[] = [
  sqlMigration(
    '0001-hub-tables',
    `
CREATE SCHEMA hub;

-- One row a partition and group: the fence (next_offset moves by compare-and-set) and the accounting identity.
CREATE TABLE hub.consumer_offset (
  consumer_group text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
  first_offset bigint NOT NULL, next_offset bigint NOT NULL,
  gaps bigint NOT NULL DEFAULT 0, applied bigint NOT NULL DEFAULT 0, duplicate bigint NOT NULL DEFAULT 0, stale bigint NOT NULL DEFAULT 0,
  parked bigint NOT NULL DEFAULT 0, quarantined bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer_group, topic, partition)
) WITH (fillfactor = 50);
COMMENT ON COLUMN hub.consumer_offset.gaps IS 'offsets between first and next that hold no record: compaction, control records';

CREATE TABLE hub.consumer_group (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);

-- event = first 128 bits of sha256(source, id); hash = 64 bits of the content. month = months since 1970 of receipt: the unit of retention.
CREATE TABLE hub.inbox (
  consumer_group smallint NOT NULL, event uuid NOT NULL, hash bigint NOT NULL, month smallint NOT NULL,
  PRIMARY KEY (consumer_group, event, month)
) PARTITION BY RANGE (month);

-- Debezium's outbox columns (id, aggregatetype, aggregateid, type, payload), and what our own relay needs.
CREATE TABLE hub.outbox (
  sequence bigint GENERATED ALWAYS AS IDENTITY, created_on date NOT NULL DEFAULT CURRENT_DATE,
  id text NOT NULL, aggregatetype text NOT NULL, aggregateid text NOT NULL, type text NOT NULL, payload bytea,
  seq bigint NOT NULL, headers jsonb NOT NULL, shard smallint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), sent_at timestamptz, blocked_reason text,
  PRIMARY KEY (sequence, created_on)
) PARTITION BY RANGE (created_on);
CREATE INDEX outbox_unsent ON hub.outbox (shard, sequence) WHERE sent_at IS NULL;
COMMENT ON COLUMN hub.outbox.aggregatetype IS 'topic';
COMMENT ON COLUMN hub.outbox.aggregateid IS 'Kafka key';

CREATE TABLE hub.outbox_key (topic text NOT NULL, key text NOT NULL, seq bigint NOT NULL, PRIMARY KEY (topic, key)) WITH (fillfactor = 80);

CREATE TABLE hub.quarantine (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer_group text NOT NULL, topic text, partition integer, record_offset bigint,
  source text, event_id text, contract text, schema_id integer,
  reason text NOT NULL, faults jsonb NOT NULL,
  record_key bytea, headers jsonb NOT NULL DEFAULT '{}', value bytea,
  first_seen timestamptz NOT NULL DEFAULT now(), last_seen timestamptz NOT NULL DEFAULT now(), seen integer NOT NULL DEFAULT 1,
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'redriven', 'discarded'))
);
CREATE UNIQUE INDEX quarantine_position ON hub.quarantine (consumer_group, topic, partition, record_offset) WHERE topic IS NOT NULL;
CREATE UNIQUE INDEX quarantine_refused ON hub.quarantine (consumer_group, source, event_id, md5(value)) WHERE topic IS NULL;
CREATE INDEX quarantine_reason ON hub.quarantine (reason, id);
`,
  ),
  sqlMigration(
    '0002-quarantine-nulls',
    `
-- A request refused for want of a source or an id is the same request when it comes again.
DROP INDEX hub.quarantine_refused;
CREATE UNIQUE INDEX quarantine_refused ON hub.quarantine (consumer_group, source, event_id, md5(value)) NULLS NOT DISTINCT WHERE topic IS NULL;
`,
  ),
  sqlMigration(
    '0005-consumer-epoch',
    `
-- Rises when something other than the group's own batches has written its tables (a rebuild's swap). The group's row holds it; every offset row
-- has a copy, which the fence of a batch returns: whoever waited for the swap at the fence reads the new one.
ALTER TABLE hub.consumer_group ADD COLUMN epoch integer NOT NULL DEFAULT 0;
ALTER TABLE hub.consumer_offset ADD COLUMN epoch integer NOT NULL DEFAULT 0;
`,
  ),
  outboxPendingMigration,
  freeOperationMigration,
  parkingMigration,
  unreadableMigration,
  sqlMigration(
    '0820-rebuild-operation',
    `
ALTER TABLE hub.operation DROP CONSTRAINT operation_kind_check,
  ADD CONSTRAINT operation_kind_check CHECK (kind IN ('redrive', 'discard', 'edit', 'replay', 'free', 'skip-batch', 'rebuild'));
`,
  ),
  keySampleMigration,
  outboxTokenMigration,
  outboxColumnsMigration,
  sqlMigration(
    '0880-outbox-number',
    `
-- The last number given out of every topic and key. An app that keeps the numbers of its keys in its own rows adds them here.
CREATE VIEW hub.outbox_number AS SELECT topic, key, seq FROM hub.outbox_key;
`,
  ),
];
