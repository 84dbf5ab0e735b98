import { sqlMigration, type Migration, type Queryable } from '@tributary/persistence';
import { checkedSchema, LIVE_SCHEMA } from './profile-schema.ts';
import { TOLD_TOPICS } from './told.ts';

/** Steps of the profile app's tables, for any schema: a shadow has the same ones. Amounts are unscaled integers of scale 4, times microseconds since 1970. */
const steps: readonly { readonly id: string; readonly sql: (schema: string) => string }[] = [
  {
    id: '0300-profile-tables',
    sql: (schema) => `
CREATE SCHEMA ${schema};

-- An identifier somebody goes by. node = 128 bits of a keyed hash, so that a dump gives no address away. The state is what facts said of it.
CREATE TABLE ${schema}.node (
  node uuid PRIMARY KEY, kind text NOT NULL, scope text NOT NULL, display text NOT NULL,
  first_seen bigint NOT NULL, profile_id uuid NOT NULL, shared boolean NOT NULL DEFAULT false, state jsonb
) WITH (fillfactor = 80);
CREATE INDEX node_profile ON ${schema}.node (profile_id);

-- The claim that two identifiers belong to one customer, with its evidence. Taking it back takes back what followed from it.
CREATE TABLE ${schema}.edge (
  edge uuid PRIMARY KEY, from_node uuid NOT NULL, to_node uuid NOT NULL, seen_at bigint NOT NULL, rule text NOT NULL,
  evidence_source text NOT NULL, evidence_id text NOT NULL
);
CREATE INDEX edge_from ON ${schema}.edge (from_node);
CREATE INDEX edge_to ON ${schema}.edge (to_node);

-- Every document once, for ever: the permanent business key, and the answer to "why" (what it adds, and which record said so).
CREATE TABLE ${schema}.document (
  kind text NOT NULL, source text NOT NULL, document_id text NOT NULL, version bigint NOT NULL, hash bigint NOT NULL, node uuid NOT NULL,
  occurred_at bigint NOT NULL, currency text, orders integer NOT NULL, gross bigint NOT NULL, returned bigint NOT NULL, paid bigint NOT NULL,
  invoiced bigint NOT NULL, settled bigint NOT NULL,
  interactions integer NOT NULL, complaints integer NOT NULL, detail text, score integer,
  cause_source text NOT NULL, cause_id text NOT NULL, topic text NOT NULL, partition integer NOT NULL, record_offset bigint NOT NULL,
  PRIMARY KEY (kind, source, document_id)
) WITH (fillfactor = 80);
CREATE INDEX document_node ON ${schema}.document (node);

CREATE TABLE ${schema}.profile (
  profile_id uuid PRIMARY KEY, since bigint NOT NULL, merged_into uuid, document jsonb NOT NULL, search text NOT NULL, updated_at bigint NOT NULL,
  visible boolean NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX profile_search ON ${schema}.profile USING btree (search text_pattern_ops);
`,
  },
  {
    id: '0310-profile-node-state-json',
    // Read and written whole, never looked into by SQL: as text it need not be taken apart twice for every event.
    sql: (schema) => `ALTER TABLE ${schema}.node ALTER COLUMN state TYPE json USING state::json`,
  },
  {
    id: '0320-profile-token',
    // Of the transaction that wrote the profile and its members last: what that transaction left in a process's memory is what stands here.
    sql: (schema) => `ALTER TABLE ${schema}.profile ADD COLUMN token bigint NOT NULL DEFAULT 0`,
  },
  {
    id: '0850-profile-document-json',
    // Written whole for nearly every event and looked into rarely: as text it need not be taken apart. Whom it absorbed is asked under lock
    // by every batch, and stands by itself.
    sql: (schema) => `
ALTER TABLE ${schema}.profile ADD COLUMN merged_from uuid[];
UPDATE ${schema}.profile SET merged_from = ARRAY(SELECT jsonb_array_elements_text(document->'mergedFrom')::uuid) WHERE document->'mergedFrom' <> '[]';
ALTER TABLE ${schema}.profile ALTER COLUMN document TYPE json USING document::json;
`,
  },
  {
    id: '0881-profile-numbers',
    // Written with the profile anyway, which saves two rows of a table of their own for every event, and asking for them.
    sql: (schema) =>
      `ALTER TABLE ${schema}.profile ${TOLD_TOPICS.map(({ column }) => `ADD COLUMN ${column} bigint NOT NULL DEFAULT 0`).join(', ')};`,
  },
];

/** Numbers given out so far move into the rows of their profiles, where live keeps them from now on. */
const MOVE_NUMBERS = `${TOLD_TOPICS.map(
  ({ topic, column }) => `
UPDATE ${LIVE_SCHEMA}.profile p SET ${column} = k.seq FROM hub.outbox_key k WHERE k.topic = '${topic}' AND k.key = p.profile_id::text;
DELETE FROM hub.outbox_key k USING ${LIVE_SCHEMA}.profile p WHERE k.topic = '${topic}' AND k.key = p.profile_id::text;`,
).join('')}
-- However a row goes, its numbers stay: whoever gets the id again goes on from there.
CREATE FUNCTION ${LIVE_SCHEMA}.leave_numbers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO hub.outbox_key AS k (topic, key, seq)
SELECT v.topic, OLD.profile_id::text, v.seq FROM (VALUES ${TOLD_TOPICS.map(({ topic, column }) => `('${topic}', OLD.${column})`).join(', ')}) AS v (topic, seq) WHERE v.seq > 0
ON CONFLICT (topic, key) DO UPDATE SET seq = greatest(k.seq, excluded.seq);
RETURN NULL; END $$;
CREATE TRIGGER leave_numbers AFTER DELETE ON ${LIVE_SCHEMA}.profile FOR EACH ROW EXECUTE FUNCTION ${LIVE_SCHEMA}.leave_numbers();
CREATE OR REPLACE VIEW hub.outbox_number AS SELECT topic, key, seq FROM hub.outbox_key
${TOLD_TOPICS.map(({ topic, column }) => `UNION ALL SELECT '${topic}', profile_id::text, ${column} FROM ${LIVE_SCHEMA}.profile WHERE ${column} > 0`).join('\n')};`;

/** Views of the console read the document; it makes them anew afterwards. */
const BEFORE: Readonly<Record<string, string>> = {
  '0850-profile-document-json': 'DROP VIEW IF EXISTS console.profile_view, console.profile_total_view;',
};

const AFTER: Readonly<Record<string, string>> = { '0881-profile-numbers': MOVE_NUMBERS };

/** Tables of the profile app. */
export const migrations: readonly Migration[] = steps.map(({ id, sql }) =>
  sqlMigration(id, `${BEFORE[id] ?? ''}${sql(LIVE_SCHEMA)}${AFTER[id] ?? ''}`),
);

/** Creates the tables in a schema of another name, empty. Throws `TypeError` for a name that is not a plain identifier. */
export async function createProfileTables(db: Queryable, schema: string): Promise<void> {
  for (const { sql } of steps) await db.query(sql(checkedSchema(schema)));
}
