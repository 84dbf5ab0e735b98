import { sqlMigration, type Migration } from '@tributary/persistence';

/** Tables of the forecast app. Quantities are unscaled integers of scale 4, moments microseconds since 1970, days are calendar days. */
export const migrations: readonly Migration[] = [
  sqlMigration(
    '0500-forecast-tables',
    `
CREATE SCHEMA forecast;

-- Every order once, for ever, with the demand its highest version stands for: a newer version takes the old demand out and puts its own in.
CREATE TABLE forecast.order_document (
  source text NOT NULL, order_id text NOT NULL, version bigint NOT NULL, hash bigint NOT NULL, placed_at bigint NOT NULL,
  day integer NOT NULL, demand jsonb NOT NULL,
  PRIMARY KEY (source, order_id)
) WITH (fillfactor = 85);
COMMENT ON COLUMN forecast.order_document.day IS 'local day of the order, days since 1970';
COMMENT ON COLUMN forecast.order_document.demand IS '[[sku, location, unscaled quantity as text], ...] of the merchandise lines; empty when cancelled';
CREATE INDEX order_document_placed ON forecast.order_document (placed_at);

-- Facts that happened once: the permanent business keys.
CREATE TABLE forecast.return_document (source text NOT NULL, return_id text NOT NULL, hash bigint NOT NULL, PRIMARY KEY (source, return_id));
CREATE TABLE forecast.movement (
  source text NOT NULL, movement_id text NOT NULL, hash bigint NOT NULL,
  sku text NOT NULL, location text NOT NULL, quantity bigint NOT NULL, occurred_at bigint NOT NULL,
  PRIMARY KEY (source, movement_id)
);
CREATE INDEX movement_place ON forecast.movement (sku, location, occurred_at);

-- What was ordered, and what came back, of a sku at a location on a day. Returns do not reduce demand: the customer did want it then.
CREATE TABLE forecast.demand (
  sku text NOT NULL, location text NOT NULL, day date NOT NULL, quantity bigint NOT NULL, PRIMARY KEY (sku, location, day)
) WITH (fillfactor = 80);
CREATE TABLE forecast.returned (
  sku text NOT NULL, location text NOT NULL, day date NOT NULL, quantity bigint NOT NULL, PRIMARY KEY (sku, location, day)
) WITH (fillfactor = 80);
-- Days on which anybody ordered anything: what is missing here on a weekday that trades was a closing.
CREATE TABLE forecast.trading_day (day date PRIMARY KEY);

-- changes counts what happened to the series; forecast_changes is the count its last forecast saw, forecast_start the period it began with.
CREATE TABLE forecast.series (
  sku text NOT NULL, location text NOT NULL, changes bigint NOT NULL DEFAULT 1, forecast_changes bigint NOT NULL DEFAULT 0, forecast_start date,
  refused_code text, refused_reason text, replenishment_refused text,
  PRIMARY KEY (sku, location)
) WITH (fillfactor = 70);

CREATE TABLE forecast.stock (
  source text NOT NULL, sku text NOT NULL, location text NOT NULL, version bigint NOT NULL, hash bigint NOT NULL, as_of bigint NOT NULL,
  on_hand bigint NOT NULL, reserved bigint NOT NULL, on_order bigint NOT NULL, lead_time_days integer,
  PRIMARY KEY (source, sku, location)
) WITH (fillfactor = 80);
CREATE INDEX stock_place ON forecast.stock (sku, location);
-- Last level told of each day, from which days without stock are known.
CREATE TABLE forecast.stock_day (
  sku text NOT NULL, location text NOT NULL, day date NOT NULL, as_of bigint NOT NULL, on_hand bigint NOT NULL, PRIMARY KEY (sku, location, day)
) WITH (fillfactor = 85);

CREATE TABLE forecast.product (
  source text NOT NULL, sku text NOT NULL, version bigint NOT NULL, hash bigint NOT NULL, updated_at bigint NOT NULL, active boolean NOT NULL,
  lead_time_days integer, minimum_order bigint, pack_size bigint,
  PRIMARY KEY (source, sku)
) WITH (fillfactor = 85);
CREATE INDEX product_sku ON forecast.product (sku);

-- The last good forecast; a series that cannot be forecast any more keeps it, and forecast.series says why.
CREATE TABLE forecast.latest (
  sku text NOT NULL, location text NOT NULL, as_of timestamptz NOT NULL, bucket text NOT NULL, start_day date NOT NULL, horizon integer NOT NULL,
  demand_class text NOT NULL, model text NOT NULL, mean jsonb NOT NULL, quantiles jsonb NOT NULL, candidates jsonb NOT NULL,
  history_steps integer NOT NULL, horizon_sum_rmse double precision, reason text NOT NULL,
  input_hash bigint NOT NULL, event_id text NOT NULL,
  PRIMARY KEY (sku, location)
) WITH (fillfactor = 70);

CREATE TABLE forecast.replenishment (
  sku text NOT NULL, location text NOT NULL, as_of timestamptz NOT NULL, suggested_quantity bigint NOT NULL,
  reorder_point double precision NOT NULL, safety_stock double precision NOT NULL, order_up_to double precision NOT NULL,
  on_hand bigint NOT NULL, on_order bigint NOT NULL, lead_time_days integer NOT NULL, service_level double precision NOT NULL,
  reason text NOT NULL, content_hash bigint NOT NULL, event_id text NOT NULL,
  PRIMARY KEY (sku, location)
) WITH (fillfactor = 70);
`,
  ),
  sqlMigration(
    '0860-forecast-order-json',
    `
-- Written and read whole, never looked into.
ALTER TABLE forecast.order_document ALTER COLUMN demand TYPE json USING demand::json;
`,
  ),
  sqlMigration(
    '0861-forecast-look',
    `
-- Number of the look at the series that comes next. What changes is noted under it once, not counted with every batch.
CREATE TABLE forecast.look (number bigint NOT NULL);
INSERT INTO forecast.look VALUES (1);

ALTER TABLE forecast.series RENAME COLUMN changes TO changed_in;
ALTER TABLE forecast.series RENAME COLUMN forecast_changes TO seen_in;
ALTER TABLE forecast.series ALTER COLUMN changed_in DROP DEFAULT;
UPDATE forecast.series SET changed_in = CASE WHEN changed_in = seen_in THEN 0 ELSE 1 END, seen_in = 0;
COMMENT ON COLUMN forecast.series.changed_in IS 'number of the last look before which it changed';
COMMENT ON COLUMN forecast.series.seen_in IS 'number of the look that saw it last; it is due while this is smaller than changed_in';
`,
  ),
];
