import { sqlMigration, type Migration } from '@tributary/persistence';

/** Tables of the profile app. Amounts are unscaled integers of scale 4, times microseconds since 1970. */
export const migrations: readonly Migration[] = [
  sqlMigration(
    '0300-profile-tables',
    `
CREATE SCHEMA profile;

-- An identifier somebody goes by. node = 128 bits of a keyed hash, so that a dump gives no address away. The state is what facts said of it.
CREATE TABLE profile.node (
  node uuid PRIMARY KEY, kind text NOT NULL, scope text NOT NULL, display text NOT NULL,
  first_seen bigint NOT NULL, profile_id uuid NOT NULL, shared boolean NOT NULL DEFAULT false, state jsonb
) WITH (fillfactor = 80);
CREATE INDEX node_profile ON profile.node (profile_id);

-- The claim that two identifiers belong to one customer, with its evidence. Taking it back takes back what followed from it.
CREATE TABLE profile.edge (
  edge uuid PRIMARY KEY, from_node uuid NOT NULL, to_node uuid NOT NULL, seen_at bigint NOT NULL, rule text NOT NULL,
  evidence_source text NOT NULL, evidence_id text NOT NULL
);
CREATE INDEX edge_from ON profile.edge (from_node);
CREATE INDEX edge_to ON profile.edge (to_node);

-- Every document once, for ever: the permanent business key, and the answer to "why" (what it adds, and which record said so).
CREATE TABLE profile.document (
  kind text NOT NULL, source text NOT NULL, document_id text NOT NULL, version bigint NOT NULL, hash bigint NOT NULL, node uuid NOT NULL,
  occurred_at bigint NOT NULL, currency text, orders integer NOT NULL, gross bigint NOT NULL, returned bigint NOT NULL, paid bigint NOT NULL,
  invoiced bigint NOT NULL, settled bigint NOT NULL,
  interactions integer NOT NULL, complaints integer NOT NULL, detail text, score integer,
  cause_source text NOT NULL, cause_id text NOT NULL, topic text NOT NULL, partition integer NOT NULL, record_offset bigint NOT NULL,
  PRIMARY KEY (kind, source, document_id)
) WITH (fillfactor = 80);
CREATE INDEX document_node ON profile.document (node);

CREATE TABLE profile.profile (
  profile_id uuid PRIMARY KEY, since bigint NOT NULL, merged_into uuid, document jsonb NOT NULL, search text NOT NULL, updated_at bigint NOT NULL,
  visible boolean NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX profile_search ON profile.profile USING btree (search text_pattern_ops);
`,
  ),
];
