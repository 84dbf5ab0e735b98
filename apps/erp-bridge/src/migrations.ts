import { sqlMigration, type Migration } from '@tributary/persistence';

/** Parts of the delivery table that are worked on side by side; the order of a key holds within its shard. */
export const SHARDS = 32;

/** Tables of the erp-bridge. What is to be delivered stands here; Redis only wakes the workers. */
export const migrations: readonly Migration[] = [
  sqlMigration(
    '0600-erp-bridge-tables',
    `
CREATE SCHEMA erp_bridge;

-- Every event for the ERP. body is the exact text that is signed and sent, the same at every attempt.
CREATE TABLE erp_bridge.delivery (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text NOT NULL UNIQUE, type text NOT NULL, key text NOT NULL, seq bigint NOT NULL, traceparent text, body text NOT NULL,
  shard smallint NOT NULL, status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0, next_attempt_at timestamptz NOT NULL DEFAULT now(), last_status integer, last_error text,
  created_at timestamptz NOT NULL DEFAULT now(), delivered_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX delivery_pending ON erp_bridge.delivery (shard, position) WHERE status = 'pending';
CREATE INDEX delivery_failed ON erp_bridge.delivery (position) WHERE status = 'failed';
CREATE INDEX delivery_key ON erp_bridge.delivery (type, key, seq);
COMMENT ON COLUMN erp_bridge.delivery.last_status IS 'HTTP status of the last attempt; NULL when there was no answer';

-- Who delivers a shard at the moment. A worker that dies loses its lease by time.
CREATE TABLE erp_bridge.shard (shard smallint PRIMARY KEY, holder uuid, leased_until timestamptz NOT NULL DEFAULT '-infinity') WITH (fillfactor = 50);
INSERT INTO erp_bridge.shard (shard) SELECT generate_series(0, ${SHARDS - 1});

-- An ERP that answered 410 gets nothing more until a person enables it again.
CREATE TABLE erp_bridge.endpoint (url text PRIMARY KEY, disabled_at timestamptz, reason text);

-- The ERP's answers, each once, for ever; also those to events that are not known here.
CREATE TABLE erp_bridge.acknowledgement (
  source text NOT NULL, ack_id text NOT NULL, hash bigint NOT NULL,
  subject_id text NOT NULL, subject_type text NOT NULL, subject_key text NOT NULL,
  decision text NOT NULL, reason text, value numeric(24, 4), decided_at bigint NOT NULL, decided_by text,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, ack_id)
);
CREATE INDEX acknowledgement_subject ON erp_bridge.acknowledgement (subject_id, decided_at DESC);
COMMENT ON COLUMN erp_bridge.acknowledgement.decided_at IS 'microseconds since 1970';

-- Each delivery with the answer that holds: the one decided last.
CREATE VIEW erp_bridge.delivery_answer AS
SELECT d.event_id, d.type, d.key, d.seq, d.status, d.attempts, d.last_status, d.last_error, a.decision, a.reason, a.value, a.decided_by,
  d.created_at AS published_at, d.delivered_at, a.received_at AS answered_at
FROM erp_bridge.delivery d
LEFT JOIN LATERAL (
  SELECT decision, reason, value, decided_by, received_at FROM erp_bridge.acknowledgement
  WHERE subject_id = d.event_id ORDER BY decided_at DESC, ack_id DESC LIMIT 1
) a ON true;

-- How far each list of an ERP was read; moved in the transaction that stores what was read.
CREATE TABLE erp_bridge.pull_cursor (
  url text NOT NULL, path text NOT NULL, cursor text NOT NULL, facts bigint NOT NULL DEFAULT 0, refused bigint NOT NULL DEFAULT 0,
  pulled_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (url, path)
);
`,
  ),
];
