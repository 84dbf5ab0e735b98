import { sqlMigration, type Migration } from '@tributary/persistence';

/** Schema of the gateway. */
export const migrations: readonly Migration[] = [
  sqlMigration(
    '0200-gateway-ingress',
    `
CREATE SCHEMA gateway;

-- What was accepted over HTTP. event = first 128 bits of sha256(source, id): the identity that outlives every retry of a sender.
CREATE TABLE gateway.ingress (
  event uuid PRIMARY KEY,
  source text NOT NULL, event_id text NOT NULL, type text NOT NULL,
  content_hash bigint NOT NULL,
  status text NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted')),
  received_at timestamptz NOT NULL DEFAULT now(),
  raw bytea NOT NULL
);
-- The bytes are written once and read almost never: compressing them costs more than the disk they take.
ALTER TABLE gateway.ingress ALTER COLUMN raw SET STORAGE EXTERNAL;
CREATE INDEX ingress_received ON gateway.ingress USING brin (received_at);
COMMENT ON COLUMN gateway.ingress.content_hash IS '64 bits of SHA-256 over type and content; the same id with another hash is a conflict';
`,
  ),
];
