import { sqlMigration, type Migration } from '@tributary/persistence';

/**
 * Views of the console: everything it reads. Its database role needs USAGE on schema console and SELECT on the views there, and
 * nothing else (a view reads with the rights of its owner).
 */
export const migrations: readonly Migration[] = [
  sqlMigration(
    '0700-console-views',
    `
CREATE SCHEMA console;

CREATE VIEW console.flow_view AS
SELECT consumer_group, topic, partition, next_offset, next_offset - first_offset - gaps AS consumed,
  applied, duplicate, stale, parked, quarantined,
  next_offset - first_offset - gaps = applied + duplicate + stale + parked + quarantined AS balanced, updated_at
FROM hub.consumer_offset;

-- outbox_key counts every event ever published; sent rows of the outbox itself are dropped after their retention.
CREATE VIEW console.outbox_view AS
SELECT k.topic, k.appended - coalesce(o.unsent, 0) - coalesce(o.blocked, 0) AS published,
  coalesce(o.unsent, 0) AS unsent, coalesce(o.blocked, 0) AS blocked, o.oldest_unsent
FROM (SELECT topic, sum(seq)::bigint AS appended FROM hub.outbox_key GROUP BY topic) k
LEFT JOIN (
  SELECT aggregatetype AS topic, count(*) FILTER (WHERE blocked_reason IS NULL) AS unsent,
    count(*) FILTER (WHERE blocked_reason IS NOT NULL) AS blocked, min(created_at) FILTER (WHERE blocked_reason IS NULL) AS oldest_unsent
  FROM hub.outbox WHERE sent_at IS NULL GROUP BY aggregatetype
) o USING (topic);

CREATE VIEW console.quarantine_view AS
SELECT id, consumer_group, topic, partition, record_offset, source, event_id, contract, reason, first_seen, last_seen, seen, status
FROM hub.quarantine;

CREATE VIEW console.quarantine_record_view AS
SELECT id, schema_id, faults, headers, record_key, value FROM hub.quarantine;
`,
  ),
  sqlMigration(
    '0701-console-profile-views',
    `
CREATE VIEW console.profile_view AS
SELECT profile_id, document->>'kind' AS kind, document->>'name' AS name, document->>'email' AS email, document->>'phone' AS phone,
  document->>'country' AS country, (document->>'orders')::integer AS orders, (document->>'returns')::integer AS returns,
  (document->>'payments')::integer AS payments, (document->>'interactions')::integer AS interactions,
  (document->>'complaints')::integer AS complaints,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('currency', t->>'currency', 'gross', ((t->>'gross')::numeric * 0.0001)::text,
      'returned', ((t->>'returned')::numeric * 0.0001)::text, 'net', ((t->>'net')::numeric * 0.0001)::text,
      'paid', ((t->>'paid')::numeric * 0.0001)::text) ORDER BY t->>'currency'), '[]')
    FROM jsonb_array_elements(document->'totals') t) AS totals,
  'epoch'::timestamptz + (document->>'firstOrderAt')::bigint * interval '1 microsecond' AS first_order_at,
  'epoch'::timestamptz + (document->>'lastOrderAt')::bigint * interval '1 microsecond' AS last_order_at,
  document->'sources' AS sources, document->'provenance' AS provenance, document->'mergedFrom' AS merged_from, search,
  'epoch'::timestamptz + updated_at * interval '1 microsecond' AS updated_at
FROM profile.profile WHERE visible;

CREATE VIEW console.profile_total_view AS
SELECT profile_id, t->>'currency' AS currency, (t->>'gross')::numeric * 0.0001 AS gross, (t->>'returned')::numeric * 0.0001 AS returned,
  (t->>'net')::numeric * 0.0001 AS net, (t->>'paid')::numeric * 0.0001 AS paid
FROM profile.profile CROSS JOIN jsonb_array_elements(document->'totals') t WHERE visible;

-- One step; a survivor may have been merged further.
CREATE VIEW console.profile_redirect_view AS
SELECT profile_id, merged_into AS survivor_id FROM profile.profile WHERE merged_into IS NOT NULL;

-- Every document that was applied, with what it adds to its profile: their sums are the profile's figures.
CREATE VIEW console.activity_view AS
SELECT n.profile_id, d.occurred_at AS occurred_micros, 'epoch'::timestamptz + d.occurred_at * interval '1 microsecond' AS at,
  d.kind, d.source, d.document_id, d.version, d.detail, d.score, d.currency,
  CASE d.kind WHEN 'ORDER' THEN d.gross WHEN 'PAYMENT' THEN d.paid WHEN 'RETURN' THEN -d.returned WHEN 'INVOICE' THEN d.invoiced END * 0.0001 AS amount,
  d.orders, d.interactions, d.complaints, d.gross * 0.0001 AS gross, d.returned * 0.0001 AS returned, d.paid * 0.0001 AS paid,
  d.cause_source, d.cause_id, d.topic, d.partition, d.record_offset
FROM profile.document d JOIN profile.node n ON n.node = d.node;

CREATE VIEW console.identity_view AS
SELECT a.profile_id, a.kind AS holder_kind, a.scope AS holder_scope, a.display AS holder_display, b.kind AS identifier_kind,
  b.scope AS identifier_scope, b.display AS identifier_display, e.rule, e.evidence_source, e.evidence_id,
  'epoch'::timestamptz + e.seen_at * interval '1 microsecond' AS at, a.profile_id = b.profile_id AND NOT a.shared AND NOT b.shared AS active
FROM profile.edge e JOIN profile.node a ON a.node = e.from_node JOIN profile.node b ON b.node = e.to_node;
`,
  ),
  sqlMigration(
    '0702-console-insight-forecast-views',
    `
CREATE VIEW console.segment_view AS
SELECT profile_id, segment, segment_version, 'epoch'::timestamptz + since * interval '1 microsecond' AS since, reason, facts
FROM insight.segment_member;

CREATE VIEW console.segment_count_view AS
SELECT segment, count(*) AS members FROM insight.segment_member GROUP BY segment;

-- Money is in the reporting currency of the deployment.
CREATE VIEW console.score_view AS
SELECT profile_id, 'epoch'::timestamptz + as_of * interval '1 microsecond' AS as_of, recency_days, frequency, monetary * 0.0001 AS monetary,
  r, f, m, abc_class, p_alive, expected_purchases, lifetime_value, horizon_days, model
FROM insight.score;

CREATE VIEW console.forecast_view AS
SELECT sku, location, as_of, bucket, start_day, horizon, demand_class, model, mean, quantiles, candidates, reason, event_id FROM forecast.latest;

CREATE VIEW console.demand_view AS
SELECT sku, location, day, quantity * 0.0001 AS quantity FROM forecast.demand;

CREATE VIEW console.replenishment_view AS
SELECT sku, location, suggested_quantity * 0.0001 AS suggested_quantity, reorder_point, safety_stock, order_up_to, on_hand * 0.0001 AS on_hand,
  on_order * 0.0001 AS on_order, reason, event_id
FROM forecast.replenishment;
`,
  ),
  sqlMigration(
    '0703-console-delivery-view',
    `
CREATE VIEW console.delivery_view AS
SELECT event_id, type, key, status, attempts, decision, reason, value, published_at, answered_at FROM erp_bridge.delivery_answer;
`,
  ),
  sqlMigration(
    '0801-console-outbox-view',
    `
-- outbox_key counts every event ever published; rows of the outbox itself are dropped after their retention.
CREATE VIEW console.outbox_view AS
SELECT k.topic, k.appended - coalesce(p.unsent, 0) - coalesce(h.held, 0) AS published,
  coalesce(p.unsent, 0) AS unsent, coalesce(h.held, 0) AS blocked, p.oldest_unsent
FROM (SELECT topic, sum(seq)::bigint AS appended FROM hub.outbox_key GROUP BY topic) k
LEFT JOIN (
  SELECT o.aggregatetype AS topic, count(*) AS unsent, min(o.created_at) AS oldest_unsent
  FROM hub.outbox_pending w JOIN hub.outbox o ON o.created_on = w.created_on AND o.sequence >= w.first AND o.sequence < w.first + w.rows
  GROUP BY o.aggregatetype
) p USING (topic)
LEFT JOIN (SELECT topic, count(*) AS held FROM hub.outbox_held GROUP BY topic) h USING (topic);
`,
  ),
  sqlMigration(
    '0810-console-parking-views',
    `
CREATE VIEW console.parked_view AS
SELECT consumer_group, topic, key_hash, substring(record_key from 1 for 200) AS record_key, parked, since,
  ARRAY(SELECT q.id FROM hub.quarantine q WHERE q.consumer_group = b.consumer_group AND q.topic = b.topic AND q.key_hash = b.key_hash
    AND q.blocks AND q.status = 'open' ORDER BY q.id) AS failed
FROM hub.blocked_key b;

CREATE VIEW console.operation_view AS
SELECT o.id, o.at, o.actor, o.via, o.kind, o.filter, e.at AS ended_at FROM hub.operation o LEFT JOIN hub.operation e ON e.of = o.id WHERE o.of IS NULL;
`,
  ),
  sqlMigration(
    '0851-console-profile-views',
    `
CREATE VIEW console.profile_view AS
SELECT profile_id, document->>'kind' AS kind, document->>'name' AS name, document->>'email' AS email, document->>'phone' AS phone,
  document->>'country' AS country, (document->>'orders')::integer AS orders, (document->>'returns')::integer AS returns,
  (document->>'payments')::integer AS payments, (document->>'interactions')::integer AS interactions,
  (document->>'complaints')::integer AS complaints,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('currency', t->>'currency', 'gross', ((t->>'gross')::numeric * 0.0001)::text,
      'returned', ((t->>'returned')::numeric * 0.0001)::text, 'net', ((t->>'net')::numeric * 0.0001)::text,
      'paid', ((t->>'paid')::numeric * 0.0001)::text) ORDER BY t->>'currency'), '[]')
    FROM json_array_elements(document->'totals') t) AS totals,
  'epoch'::timestamptz + (document->>'firstOrderAt')::bigint * interval '1 microsecond' AS first_order_at,
  'epoch'::timestamptz + (document->>'lastOrderAt')::bigint * interval '1 microsecond' AS last_order_at,
  (document->'sources')::jsonb AS sources, (document->'provenance')::jsonb AS provenance, (document->'mergedFrom')::jsonb AS merged_from, search,
  'epoch'::timestamptz + updated_at * interval '1 microsecond' AS updated_at
FROM profile.profile WHERE visible;

CREATE VIEW console.profile_total_view AS
SELECT profile_id, t->>'currency' AS currency, (t->>'gross')::numeric * 0.0001 AS gross, (t->>'returned')::numeric * 0.0001 AS returned,
  (t->>'net')::numeric * 0.0001 AS net, (t->>'paid')::numeric * 0.0001 AS paid
FROM profile.profile CROSS JOIN json_array_elements(document->'totals') t WHERE visible;
`,
  ),
  sqlMigration(
    '0882-console-outbox-view',
    `
-- outbox_number counts every event ever published; rows of the outbox itself are dropped after their retention. What waits is looked up part
-- by part: a plan that joins all parts of a day with all its rows takes minutes once some thousand wait.
CREATE OR REPLACE VIEW console.outbox_view AS
SELECT k.topic, k.appended - coalesce(p.unsent, 0) - coalesce(h.held, 0) AS published,
  coalesce(p.unsent, 0) AS unsent, coalesce(h.held, 0) AS blocked, p.oldest_unsent
FROM (SELECT topic, sum(seq)::bigint AS appended FROM hub.outbox_number GROUP BY topic) k
LEFT JOIN (
  SELECT o.aggregatetype AS topic, count(*) AS unsent, min(o.created_at) AS oldest_unsent
  FROM hub.outbox_pending w CROSS JOIN LATERAL (
    SELECT aggregatetype, created_at FROM hub.outbox r
    WHERE r.created_on = w.created_on AND r.sequence >= w.first AND r.sequence < w.first + w.rows ORDER BY r.sequence OFFSET 0) o
  GROUP BY o.aggregatetype
) p USING (topic)
LEFT JOIN (SELECT topic, count(*) AS held FROM hub.outbox_held GROUP BY topic) h USING (topic);
`,
  ),
];
