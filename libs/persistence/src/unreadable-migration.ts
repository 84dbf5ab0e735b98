import { sqlMigration } from './migration.ts';

/** Batches at which a partition stands still because they cannot be read. */
export const unreadableMigration = sqlMigration(
  '0810-unreadable-batch',
  `
-- One row a group and partition that stands: gone when the batch was skipped, or could be read after all.
CREATE TABLE hub.unreadable_batch (
  consumer_group text NOT NULL, topic text NOT NULL, partition integer NOT NULL,
  stands_at bigint NOT NULL, first_offset bigint NOT NULL, last_offset bigint NOT NULL, records integer NOT NULL,
  reason text NOT NULL, bytes bytea NOT NULL, since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer_group, topic, partition)
);
COMMENT ON COLUMN hub.unreadable_batch.stands_at IS 'stored offset: everything before it was applied';
COMMENT ON COLUMN hub.unreadable_batch.records IS 'how many the batch says it holds';
COMMENT ON COLUMN hub.unreadable_batch.bytes IS 'the batch as the broker gave it, with its header';
ALTER TABLE hub.unreadable_batch ALTER COLUMN bytes SET STORAGE EXTERNAL;

ALTER TABLE hub.operation DROP CONSTRAINT operation_kind_check,
  ADD CONSTRAINT operation_kind_check CHECK (kind IN ('redrive', 'discard', 'edit', 'replay', 'free', 'skip-batch'));
`,
);
