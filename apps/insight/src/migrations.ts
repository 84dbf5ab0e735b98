import { sqlMigration, type Migration } from '@tributary/persistence';

/** Tables of the insight app. Amounts are unscaled integers of scale 4 in the reporting currency. */
export const migrations: readonly Migration[] = [
  sqlMigration(
    '0400-insight-tables',
    `
CREATE SCHEMA insight;

-- Sufficient statistics: per day of purchase the orders, value ordered and value returned, and counts. Everything else follows from them.
CREATE TABLE insight.stats (profile_id uuid PRIMARY KEY, merged_into uuid, latest bigint NOT NULL, state jsonb NOT NULL) WITH (fillfactor = 75);

CREATE TABLE insight.segment_member (
  profile_id uuid NOT NULL, segment text NOT NULL, segment_version integer NOT NULL, since bigint NOT NULL, reason text NOT NULL, facts jsonb NOT NULL,
  PRIMARY KEY (profile_id, segment)
);
CREATE INDEX segment_member_segment ON insight.segment_member (segment);

CREATE TABLE insight.score (
  profile_id uuid PRIMARY KEY, as_of bigint NOT NULL, recency_days integer NOT NULL, frequency integer NOT NULL, monetary bigint NOT NULL,
  r smallint NOT NULL, f smallint NOT NULL, m smallint NOT NULL, abc_class text NOT NULL,
  p_alive double precision, expected_purchases double precision, lifetime_value double precision, horizon_days integer NOT NULL, model text NOT NULL
);

-- One row a fit: what was fitted, on what, and whether it converged. The latest one is in force.
CREATE TABLE insight.model (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, as_of bigint NOT NULL, fitted_at timestamptz NOT NULL DEFAULT now(),
  customers integer NOT NULL, cut_points jsonb, purchase jsonb, spend jsonb, notes jsonb NOT NULL
);
`,
  ),
  sqlMigration(
    '0870-insight-stats-json',
    `
-- Read and written whole, never looked into by the hub: as text they need not be taken apart twice for every event.
ALTER TABLE insight.stats ALTER COLUMN state TYPE json USING state::json;
-- Of the transaction that wrote statistics, memberships and score of the profile last: what that transaction left in a process's memory is what stands here.
ALTER TABLE insight.stats ADD COLUMN token bigint NOT NULL DEFAULT 0;
`,
  ),
];
