import { sqlMigration } from './migration.ts';

/** The sample from which the number of a topic's keys is estimated. */
export const keySampleMigration = sqlMigration(
  '0830-key-sample',
  `
-- The smallest hashes of the keys that came in a topic; those beyond the thousand smallest count no longer. Some thousand rows a topic.
CREATE TABLE hub.key_sample (topic text NOT NULL, hash bigint NOT NULL, PRIMARY KEY (topic, hash));
COMMENT ON COLUMN hub.key_sample.hash IS 'first 60 bits of sha256(record_key)';
INSERT INTO hub.key_sample SELECT DISTINCT topic, ('x' || lpad(left(replace(key_hash::text, '-', ''), 15), 16, '0'))::bit(64)::bigint FROM hub.blocked_key;
`,
);
