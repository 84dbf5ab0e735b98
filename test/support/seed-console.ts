import type { Database } from '@tributary/persistence';

/** Text that would run as HTML if a page ever took it for such. */
export const HOSTILE = '<img src=x onerror="document.title=\'pwned\'">';

/** Profiles of the seed, by what they show. */
export const seeded = {
  maria: '00000000-0000-4000-8000-000000000001',
  hostile: '00000000-0000-4000-8000-000000000002',
  /** Merged into Maria over one step in between. */
  mergedFirst: '00000000-0000-4000-8000-0000000000a1',
  mergedThen: '00000000-0000-4000-8000-0000000000a2',
  /** Its figures were tampered with: they are not the sum of its documents. */
  tampered: '00000000-0000-4000-8000-000000000003',
  guest: '00000000-0000-4000-8000-000000000004',
} as const;
/** Customers beside those. */
export const MORE_CUSTOMERS = 120;
/** Demand of this sku has two years of history and a forecast that the ERP accepted; its replenishment was overridden. */
export const SKU = { sku: 'TEA/GREEN 100', location: 'Hamburg' } as const;
/** A sku whose forecast the ERP refused with a hostile text. */
export const HOSTILE_SKU = { sku: HOSTILE, location: 'Köln & Bonn' } as const;

const MICROS = 1_000_000;
const T0 = Date.UTC(2026, 0, 5, 9, 30) * 1000;
const DAY = 86_400 * MICROS;

interface Person {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly country: string | null;
  readonly sources: readonly (readonly [string, string])[];
  readonly documents: readonly Document[];
}
interface Document {
  readonly kind: 'ORDER' | 'PAYMENT' | 'RETURN' | 'INTERACTION' | 'FULFILMENT';
  readonly id: string;
  readonly at: number;
  readonly currency?: string;
  readonly amount?: bigint;
  readonly detail: string;
}

const order = (id: string, at: number, amount: bigint, currency = 'EUR', detail = 'PAID'): Document => ({
  kind: 'ORDER',
  id,
  at,
  currency,
  amount,
  detail,
});
const maria: Person = {
  id: seeded.maria,
  name: 'María Schmidt-Øster 王',
  email: 'maria.schmidt@shop.example',
  phone: '+4930123456',
  country: 'DE',
  sources: [
    ['crm', 'CRM-20077'],
    ['shop-eu', 'C-100234'],
  ],
  documents: [
    // Sums that a double cannot hold, in two currencies.
    order('SO-1001', T0, 90_071_992_547_409_931n),
    order('SO-1002', T0 + 9 * DAY, 1_299_000n),
    order('SO-1003', T0 + 30 * DAY, 0n, 'EUR', 'CANCELLED'),
    order('SO-1004', T0 + 41 * DAY, 499_000n, 'USD'),
    { kind: 'PAYMENT', id: 'PAY-1', at: T0 + 5 * MICROS, currency: 'EUR', amount: 500_000n, detail: 'CAPTURE' },
    { kind: 'PAYMENT', id: 'PAY-2', at: T0 + 10 * DAY, currency: 'EUR', amount: -123_400n, detail: 'REFUND' },
    { kind: 'RETURN', id: 'RET-1', at: T0 + 12 * DAY, currency: 'EUR', amount: 99_500n, detail: 'wrong size' },
    { kind: 'FULFILMENT', id: 'SHIP-1', at: T0 + 2 * DAY, detail: 'DELIVERED' },
    { kind: 'INTERACTION', id: 'CASE-9', at: T0 + 13 * DAY, detail: 'COMPLAINT' },
    ...Array.from({ length: 40 }, (_, index) =>
      order(`SO-2${String(index).padStart(3, '0')}`, T0 + 50 * DAY + index * DAY, BigInt(10_000 + 137 * index)),
    ),
  ],
};
const hostile: Person = {
  id: seeded.hostile,
  name: HOSTILE,
  email: `"${HOSTILE}"@evil.example`,
  phone: null,
  country: '</td><script>',
  sources: [['shop-eu', HOSTILE]],
  documents: [order(HOSTILE, T0 + 100 * DAY, 10_000n, 'EUR', HOSTILE)],
};
const tampered: Person = {
  ...maria,
  id: seeded.tampered,
  name: 'Tom Tamper',
  email: 'tom@x.example',
  phone: null,
  sources: [['shop-eu', 'C-7']],
  documents: [order('SO-7', T0, 70_000n)],
};
const guest: Person = {
  id: seeded.guest,
  name: null,
  email: null,
  phone: null,
  country: null,
  sources: [],
  documents: [order('SO-G1', T0 + 3 * DAY, 25_000n)],
};
const others: readonly Person[] = Array.from({ length: MORE_CUSTOMERS }, (_, index) => ({
  id: `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`,
  name: `Customer ${String.fromCharCode(65 + (index % 26))}. Number ${index}`,
  email: `customer${index}@mail.example`,
  phone: `+49301${String(index).padStart(6, '0')}`,
  country: index % 3 === 0 ? 'FR' : 'DE',
  sources: [['shop-eu', `X-${10_000 + index}`]],
  // Every third order at the same moment and of the same worth: pages must not lose or repeat rows among equals.
  documents: [order(`SO-X${index}`, T0 + Math.floor(index / 3) * DAY, BigInt(10_000 * (1 + Math.floor(index / 3))))],
}));

/** Fills the tables of profile, insight, forecast and hub with a small seller whose figures are known. Deterministic. */
export async function seedConsole(db: Database): Promise<void> {
  for (const person of [maria, hostile, tampered, guest, ...others]) await insertPerson(db, person);
  await db.query(
    `UPDATE profile.profile SET document = jsonb_set(document::jsonb, '{totals,0,gross}', '"80000"')::json WHERE profile_id = $1`,
    [seeded.tampered],
  );
  for (const [from, into] of [
    [seeded.mergedFirst, seeded.mergedThen],
    [seeded.mergedThen, seeded.maria],
  ])
    await db.query(
      `INSERT INTO profile.profile (profile_id, since, merged_into, document, search, updated_at, visible) VALUES ($1, $2, $3, '{}', '', $2, false)`,
      [from, T0, into],
    );
  await insertIdentity(db);
  await insertInsight(db);
  await insertForecasts(db);
  await insertDeliveries(db);
  await insertHub(db);
}

async function insertPerson(db: Database, person: Person): Promise<void> {
  const node = person.id.replace('0000-4', '0001-4').replace('0000-4', '0001-4');
  const [source, customerId] = person.sources.at(-1) ?? ['shop-eu', person.id];
  await db.query(`INSERT INTO profile.node (node, kind, scope, display, first_seen, profile_id) VALUES ($1, $2, $3, $4, $5, $6)`, [
    node,
    person.sources.length === 0 ? 'document' : 'source-customer',
    source,
    customerId,
    T0,
    person.id,
  ]);
  for (const [index, entry] of person.documents.entries()) await insertDocument(db, node, entry, index);
  await db.query(
    `INSERT INTO profile.profile (profile_id, since, document, search, updated_at, visible)
SELECT $1::uuid, $2::bigint, json_build_object('profileId', $1::uuid, 'updatedAt', $2::bigint, 'kind', $3::text, 'name', $4::text, 'email', $5::text, 'phone', $6::text, 'country', $7::text,
    'sources', $8::jsonb, 'provenance', $9::jsonb, 'mergedFrom', $10::jsonb,
    'firstOrderAt', min(occurred_at) FILTER (WHERE orders > 0), 'lastOrderAt', max(occurred_at) FILTER (WHERE orders > 0), 'orders', coalesce(sum(orders), 0),
    'returns', count(*) FILTER (WHERE kind = 'RETURN'), 'payments', count(*) FILTER (WHERE kind = 'PAYMENT'),
    'interactions', count(*) FILTER (WHERE kind = 'INTERACTION'), 'complaints', count(*) FILTER (WHERE detail = 'COMPLAINT'),
    'totals', (SELECT coalesce(jsonb_agg(t ORDER BY t.currency), '[]') FROM (
      SELECT currency, sum(gross)::text AS gross, sum(returned)::text AS returned, (sum(gross) - sum(returned))::text AS net, sum(paid)::text AS paid,
        '0' AS invoiced, '0' AS settled FROM profile.document WHERE node = $11 AND currency IS NOT NULL GROUP BY currency) t)),
  lower(concat_ws(' ', $4::text, $5::text, $6::text)), $2, true
FROM profile.document WHERE node = $11`,
    [
      person.id,
      T0 + 120 * DAY,
      person.sources.length === 0 ? 'GUEST' : 'PERSON',
      person.name,
      person.email,
      person.phone,
      person.country,
      JSON.stringify(person.sources.map(([name, id]) => ({ source: name, customerId: id }))),
      JSON.stringify(person.name === null ? [] : ['name', 'email', 'phone'].map((field) => ({ field, source: 'crm', at: T0 }))),
      JSON.stringify(person.id === seeded.maria ? [seeded.mergedFirst, seeded.mergedThen] : []),
      node,
    ],
  );
}

async function insertDocument(db: Database, node: string, entry: Document, index: number): Promise<void> {
  const amount = entry.amount ?? 0n;
  const topic = { ORDER: 'order', PAYMENT: 'payment', RETURN: 'return', INTERACTION: 'interaction', FULFILMENT: 'fulfilment' }[entry.kind];
  await db.query(
    `INSERT INTO profile.document (kind, source, document_id, version, hash, node, occurred_at, currency, orders, gross, returned, paid, invoiced, settled,
  interactions, complaints, detail, cause_source, cause_id, topic, partition, record_offset)
VALUES ($1, 'shop-eu', $2, 1, 0, $3, $4, $5, $6, $7, $8, $9, 0, 0, $15, $16, $10, 'shop-eu', $11, $12, $13, $14)`,
    [
      entry.kind,
      entry.id,
      node,
      entry.at,
      entry.currency ?? null,
      entry.kind === 'ORDER' && entry.detail !== 'CANCELLED' ? 1 : 0,
      entry.kind === 'ORDER' ? amount : 0n,
      entry.kind === 'RETURN' ? amount : 0n,
      entry.kind === 'PAYMENT' ? amount : 0n,
      entry.detail,
      `evt-${entry.id}`,
      entry.kind === 'INTERACTION' ? 'crm.interaction.v1' : `commerce.${topic}.v1`,
      index % 8,
      1000 + index,
      entry.kind === 'INTERACTION' ? 1 : 0,
      entry.detail === 'COMPLAINT' ? 1 : 0,
    ],
  );
}

async function insertIdentity(db: Database): Promise<void> {
  const email = '00000000-0000-4000-a000-000000000001';
  const crm = '00000000-0000-4000-a000-000000000002';
  const till = '00000000-0000-4000-a000-000000000003';
  const [shop] = await db.query<{ node: string }>(`SELECT node FROM profile.node WHERE profile_id = $1`, [seeded.maria]);
  await db.query(
    `INSERT INTO profile.node (node, kind, scope, display, first_seen, profile_id, shared) VALUES ($1, 'email', '', 'm***@shop.example', $4, $5, false),
  ($2, 'source-customer', 'crm', 'CRM-20077', $4, $5, false), ($3, 'phone', '', '***456', $4, $5, true)`,
    [email, crm, till, T0, seeded.maria],
  );
  await db.query(
    `INSERT INTO profile.edge (edge, from_node, to_node, seen_at, rule, evidence_source, evidence_id) VALUES
  (gen_random_uuid(), $1, $3, $5, 'same-email', 'shop-eu', 'evt-SO-1001'), (gen_random_uuid(), $2, $3, $5 + 1000000, 'same-email', 'crm', 'evt-crm-1'),
  (gen_random_uuid(), $1, $4, $5 + 2000000, 'same-phone', 'pos', 'evt-pos-1')`,
    [shop?.node, crm, email, till, T0],
  );
}

async function insertInsight(db: Database): Promise<void> {
  await db.query(
    `INSERT INTO insight.segment_member (profile_id, segment, segment_version, since, reason, facts)
SELECT $1::uuid, 'loyal', 2, $2::bigint, 'orders 43 >= 5 and recencyDays 30 <= 90', '[{"name":"orders","value":"43"},{"name":"recencyDays","value":"30"}]'::jsonb
UNION ALL SELECT profile_id, 'new', 1, $2::bigint, 'orders 1 <= 1', '[]' FROM profile.profile WHERE visible AND profile_id <> $1`,
    [seeded.maria, T0 + 100 * DAY],
  );
  await db.query(
    `INSERT INTO insight.score (profile_id, as_of, recency_days, frequency, monetary, r, f, m, abc_class, p_alive, expected_purchases, lifetime_value, horizon_days, model)
VALUES ($1, $2, 30, 43, 4321000, 4, 5, 5, 'A', 0.9731, 6.21, 812.5, 365, 'BG/NBD and Gamma-Gamma, converged on 124 customers')`,
    [seeded.maria, T0 + 120 * DAY],
  );
}

async function insertForecasts(db: Database): Promise<void> {
  await db.query(
    `INSERT INTO forecast.demand (sku, location, day, quantity)
SELECT $1, $2, day::date, (40000 + 30000 * (1 + sin(extract(doy FROM day) / 58.0)) + 10000 * (extract(dow FROM day)::int % 3))::bigint
FROM generate_series('2024-01-04'::date, '2026-01-07'::date, interval '1 day') day`,
    [SKU.sku, SKU.location],
  );
  const quantiles = [
    { level: 0.05, values: [44, 42.5, 41, 40, 39, 38, 37, 36] },
    { level: 0.25, values: [57, 56, 55, 54, 54, 53, 53, 52] },
    { level: 0.5, values: [66, 66, 66, 65, 65, 65, 64, 64] },
    { level: 0.75, values: [75, 76, 77, 77, 78, 78, 79, 79] },
    { level: 0.95, values: [88, 90, 92, 93, 95, 96, 97, 99] },
  ];
  const candidates = [
    { model: 'seasonal-naive', error: 1.042 },
    { model: 'theta', error: 0.731 },
    { model: 'damped', error: 0.744 },
    { model: 'croston', error: null },
  ];
  for (const [place, event, reason] of [
    [SKU, 'forecast-accepted', 'smooth demand: theta had the smallest rolling-origin error of 4 models'],
    [HOSTILE_SKU, 'forecast-refused', HOSTILE],
  ] as const)
    await db.query(
      `INSERT INTO forecast.latest (sku, location, as_of, bucket, start_day, horizon, demand_class, model, mean, quantiles, candidates, history_steps, reason, input_hash, event_id)
VALUES ($1, $2, '2026-01-08T06:00:00Z', 'WEEK', '2026-01-08', 8, 'smooth', 'theta', '[66.3,66.1,66,65.5,65.4,65.2,64.7,64.4]', $3, $4, 105, $5, 0, $6)`,
      [place.sku, place.location, JSON.stringify(quantiles), JSON.stringify(candidates), reason, event],
    );
  await db.query(
    `INSERT INTO forecast.replenishment (sku, location, as_of, suggested_quantity, reorder_point, safety_stock, order_up_to, on_hand, on_order, lead_time_days,
  service_level, reason, content_hash, event_id)
VALUES ($1, $2, '2026-01-08T06:00:00Z', 1200000, 142.4, 31.2, 208.9, 889000, 0, 14, 0.95, 'stock 88.9 is below the reorder point 142.4', 0, 'replenishment-overridden')`,
    [SKU.sku, SKU.location],
  );
}

async function insertDeliveries(db: Database): Promise<void> {
  await db.query(
    `INSERT INTO erp_bridge.delivery (event_id, type, key, seq, body, shard, status, attempts, created_at)
SELECT id, type, id, 1, '{}', 0, status, attempts, '2026-01-08T06:00:01Z' FROM (VALUES ('forecast-accepted', 'erp.forecast', 'delivered', 1), ('forecast-refused', 'erp.forecast', 'delivered', 2),
  ('replenishment-overridden', 'erp.replenishment', 'delivered', 3), ('segment-unanswered', 'customer.segment', 'pending', 0), ('segment-failed', 'customer.segment', 'failed', 17)) AS d (id, type, status, attempts)`,
  );
  await db.query(
    `INSERT INTO erp_bridge.acknowledgement (source, ack_id, hash, subject_id, subject_type, subject_key, decision, reason, value, decided_at, received_at) VALUES
  ('erp', 'a1', 0, 'forecast-accepted', 'erp.forecast', 'k', 'ACCEPTED', NULL, NULL, 1, '2026-01-08T06:00:09Z'),
  ('erp', 'a2', 0, 'forecast-refused', 'erp.forecast', 'k', 'REFUSED', $1, NULL, 1, '2026-01-08T06:00:10Z'),
  ('erp', 'a3', 0, 'replenishment-overridden', 'erp.replenishment', 'k', 'REFUSED', 'first answer, taken back', NULL, 1, '2026-01-08T06:01:00Z'),
  ('erp', 'a4', 0, 'replenishment-overridden', 'erp.replenishment', 'k', 'OVERRIDDEN', 'supplier delivers in boxes of 48', 144, 2, '2026-01-08T06:02:09Z')`,
    [HOSTILE],
  );
}

async function insertHub(db: Database): Promise<void> {
  await db.query(
    `INSERT INTO hub.consumer_offset (consumer_group, topic, partition, first_offset, next_offset, gaps, applied, duplicate, stale, parked, quarantined)
SELECT g, t, p, 0, 1000 + p, 1, 900, 50 + p, 30, 9, 10 FROM (VALUES ('profile', 'commerce.order.v1'), ('profile', 'commerce.payment.v1'), ('forecast', 'commerce.order.v1'),
  ('insight', 'customer.activity.v1'), ('erp-bridge', 'erp.forecast.v1')) AS topics (g, t), generate_series(0, 7) p`,
  );
  await db.query(
    `INSERT INTO hub.outbox_key (topic, key, seq) VALUES ('customer.profile.v1', 'a', 300), ('customer.profile.v1', 'b', 45), ('erp.forecast.v1', 'c', 12)`,
  );
  await db.query(
    `INSERT INTO hub.outbox (sequence, id, aggregatetype, aggregateid, type, payload, seq, headers, created_at) VALUES
  (1, 'o1', 'customer.profile.v1', 'a', 'customer.profile', '\\x00', 1, '{}', now() - interval '90 seconds'),
  (2, 'o2', 'erp.forecast.v1', 'c', 'erp.forecast', '\\x00', 1, '{}', now())`,
  );
  await db.query('INSERT INTO hub.outbox_pending (first, rows, shard) VALUES (1, 1, 0)');
  await db.query(
    `INSERT INTO hub.outbox_held (sequence, created_on, shard, topic, key, reason) VALUES (2, CURRENT_DATE, 0, 'erp.forecast.v1', 'c', 'too large')`,
  );
  await db.query(
    `INSERT INTO hub.quarantine (consumer_group, topic, partition, record_offset, source, event_id, contract, schema_id, reason, faults, record_key, headers, value)
SELECT 'profile', 'commerce.order.v1', n % 8, 5000 + n, 'shop-eu', 'evt-bad-' || n, 'commerce.order', 3, (ARRAY['currency', 'arithmetic', 'truncated'])[1 + n % 3],
  jsonb_build_array(jsonb_build_object('field', 'lines[0].unitPrice', 'reason', (ARRAY['currency', 'arithmetic', 'truncated'])[1 + n % 3], 'detail', $1::text)),
  'shop-eu/c/1', jsonb_build_object('ce_id', 'evt-bad-' || n, 'ce_source', $1::text), '\\x0000000003ff'
FROM generate_series(1, 60) n`,
    [HOSTILE],
  );
  await db.query(
    `INSERT INTO hub.quarantine (consumer_group, source, event_id, reason, faults, value) VALUES
  ('gateway', 'shop-eu', 'evt-http', 'unknown-field', '[{"field":"colour","reason":"unknown-field","detail":"is no field of commerce.order"}]', $1)`,
    [Buffer.from(JSON.stringify({ orderId: 9007199254740993n.toString(), name: HOSTILE }))],
  );
}
