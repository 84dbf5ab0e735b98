import { sqlMigration } from './migration.ts';

/** Blocked keys and what waits behind them; what a quarantined record needs to be sent on its way again, exactly as it came. */
export const parkingMigration = sqlMigration(
  '0010-parking',
  `
-- Who did what to what was not applied: written once, never changed. A row with "of" tells the result of the operation it names; an
-- operation without one was broken off.
CREATE TABLE hub.operation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL, via text NOT NULL CHECK (via IN ('cli', 'api')),
  kind text NOT NULL CHECK (kind IN ('redrive', 'discard', 'edit', 'replay')),
  of bigint UNIQUE REFERENCES hub.operation (id), filter jsonb NOT NULL, result jsonb
);
CREATE FUNCTION hub.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER operation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.operation
  FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();

ALTER TABLE hub.quarantine
  ADD COLUMN settled_by bigint REFERENCES hub.operation (id), ADD COLUMN settled_at timestamptz,
  ADD COLUMN key_hash uuid, ADD COLUMN blocks boolean NOT NULL DEFAULT false,
  ADD COLUMN record_headers bytea, ADD COLUMN record_timestamp bigint;
COMMENT ON COLUMN hub.quarantine.blocks IS 'while open, later records of its topic and key are parked';
COMMENT ON COLUMN hub.quarantine.record_headers IS 'headers as bytes; the column headers is their readable form';
UPDATE hub.quarantine SET key_hash = encode(substring(sha256(record_key) from 1 for 16), 'hex')::uuid WHERE length(record_key) > 0;

-- What a person changed in a record before it went on its way again: both forms, as bytes. The last one counts; edits outlive their row.
CREATE TABLE hub.quarantine_edit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, quarantine_id bigint NOT NULL,
  operation bigint NOT NULL REFERENCES hub.operation (id),
  before_key bytea, before_headers bytea NOT NULL, before_value bytea,
  after_key bytea, after_headers bytea NOT NULL, after_value bytea
);
CREATE INDEX quarantine_edit_row ON hub.quarantine_edit (quarantine_id, id DESC);
CREATE TRIGGER quarantine_edit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.quarantine_edit
  FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();

CREATE INDEX quarantine_blocking ON hub.quarantine (consumer_group, topic, key_hash, id) WHERE blocks AND status = 'open';
CREATE INDEX quarantine_open ON hub.quarantine (reason, id) WHERE status = 'open';

-- A key of a group and topic whose records have to wait. Empty in good times: one look at it costs nothing.
CREATE TABLE hub.blocked_key (
  consumer_group text NOT NULL, topic text NOT NULL, key_hash uuid NOT NULL, record_key bytea NOT NULL,
  parked integer NOT NULL DEFAULT 0, since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer_group, topic, key_hash)
);
COMMENT ON COLUMN hub.blocked_key.key_hash IS 'first 128 bits of sha256(record_key)';

-- Records that wait behind a failed one of their key, raw; id is the order in which they came.
CREATE TABLE hub.parked (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer_group text NOT NULL, topic text NOT NULL, partition integer NOT NULL, record_offset bigint NOT NULL,
  key_hash uuid NOT NULL, record_key bytea NOT NULL, record_headers bytea NOT NULL, record_timestamp bigint NOT NULL, value bytea,
  source text, event_id text, contract text, schema_id integer,
  parked_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (consumer_group, topic, partition, record_offset)
);
ALTER TABLE hub.parked ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX parked_key ON hub.parked (consumer_group, topic, key_hash, id);
`,
);
