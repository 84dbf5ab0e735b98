import { AMOUNT_SCALE, formatDecimal, formatMicros } from '@tributary/contracts';
import { normaliseEmail, normalisePhone } from '@tributary/matching';
import { uuidArray, type Database } from '@tributary/persistence';

/** A profile as it is shown. */
export interface ShownProfile {
  readonly profileId: string;
  readonly document: Readonly<Record<string, unknown>> & {
    readonly totals: readonly Readonly<Record<string, string>>[];
    readonly sources: readonly { source: string; customerId: string }[];
  };
  readonly segments: readonly { readonly segment: string; readonly reason: string }[];
  readonly score: Readonly<Record<string, unknown>> | null;
}

/** Finds a profile by its id (following merges), by `source:customerId`, by e-mail address or by phone number. */
export async function findProfile(database: Database, customer: string): Promise<ShownProfile | undefined> {
  const profileId = await profileIdOf(database, customer);
  if (profileId === undefined) return undefined;
  const [row] = await database.query<{ document: ShownProfile['document'] }>(
    'SELECT document FROM profile.profile WHERE profile_id = $1 AND visible',
    [profileId],
  );
  if (row === undefined) return undefined;
  const segments = await database.query<{ segment: string; reason: string }>(
    'SELECT segment, reason FROM insight.segment_member WHERE profile_id = $1 ORDER BY segment',
    [profileId],
  );
  const [score] = await database.query<Record<string, unknown>>('SELECT * FROM insight.score WHERE profile_id = $1', [profileId]);
  return { profileId, document: row.document, segments, score: score ?? null };
}

async function profileIdOf(database: Database, customer: string): Promise<string | undefined> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(customer)) {
    const [row] = await database.query<{ id: string }>(
      `WITH RECURSIVE way AS (SELECT profile_id, merged_into FROM profile.profile WHERE profile_id = $1 UNION SELECT p.profile_id, p.merged_into FROM profile.profile p JOIN way ON p.profile_id = way.merged_into)
SELECT profile_id AS id FROM way WHERE merged_into IS NULL`,
      [customer],
    );
    return row?.id;
  }
  const colon = customer.indexOf(':');
  const email = normaliseEmail(customer);
  const phone = normalisePhone(customer);
  const value = 'value' in email ? email.value : 'value' in phone ? phone.value : undefined;
  const [row] =
    colon > 0
      ? await database.query<{ id: string }>(
          `SELECT profile_id AS id FROM profile.node WHERE kind = 'source-customer' AND scope = $1 AND display = $2`,
          [customer.slice(0, colon), customer.slice(colon + 1)],
        )
      : await database.query<{ id: string }>(
          `SELECT profile_id AS id FROM profile.profile WHERE visible AND (lower(document->>'email') = lower($1) OR document->>'phone' = $1 OR lower(document->>'email') = $2 OR document->>'phone' = $2) LIMIT 1`,
          [customer, value ?? customer],
        );
  return row?.id;
}

/** The documents and the evidence behind a profile. */
export interface Explanation {
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  readonly identity: readonly Readonly<Record<string, unknown>>[];
}

/** Every document that adds to the profile with the record that said so, and every identifier with the event that linked it. */
export async function explainProfile(database: Database, profileId: string): Promise<Explanation> {
  const nodes = await database.query<{ node: string }>('SELECT node FROM profile.node WHERE profile_id = $1', [profileId]);
  const ids = uuidArray(nodes.map((row) => row.node));
  const documents = await database.query<Record<string, unknown>>(
    `SELECT kind, source, document_id AS document, version, occurred_at AS "occurredAt", currency, orders, gross, returned, paid, detail,
  cause_id AS event, topic, partition, record_offset AS "offset" FROM profile.document WHERE node = ANY($1::uuid[]) ORDER BY occurred_at, kind, document_id`,
    [ids],
  );
  const identity = await database.query<Record<string, unknown>>(
    `SELECT n.kind, n.scope, n.display, e.rule, e.evidence_source AS source, e.evidence_id AS event FROM profile.node n
LEFT JOIN profile.edge e ON e.to_node = n.node AND e.from_node = ANY($1::uuid[]) WHERE n.node = ANY($1::uuid[]) ORDER BY n.first_seen, n.kind`,
    [ids],
  );
  const amount = (value: unknown): string => formatDecimal(BigInt(value as bigint), AMOUNT_SCALE, 2);
  return {
    documents: documents.map((row) => ({
      ...row,
      occurredAt: formatMicros(Number(row.occurredAt)),
      gross: amount(row.gross),
      returned: amount(row.returned),
      paid: amount(row.paid),
    })),
    identity,
  };
}

/** A profile for people. */
export function profileText({ profileId, document, segments, score }: ShownProfile): string {
  const amount = (value: string): string => formatDecimal(BigInt(value), AMOUNT_SCALE, 2);
  return [
    `profile    ${profileId}  (${String(document.kind)})`,
    `known as   ${document.sources.map((source) => `${source.source}:${source.customerId}`).join(', ') || 'guest'}`,
    `orders     ${String(document.orders)}, returns ${String(document.returns)}, payments ${String(document.payments)}, conversations ${String(document.interactions)}, complaints ${String(document.complaints)}`,
    ...document.totals.map(
      (total) =>
        `${String(total.currency)}        ordered ${amount(total.gross ?? '0')}  returned ${amount(total.returned ?? '0')}  net ${amount(total.net ?? '0')}  paid ${amount(total.paid ?? '0')}`,
    ),
    ...(score === null
      ? []
      : [
          `scores     R${String(score.r)} F${String(score.f)} M${String(score.m)}, class ${String(score.abc_class)}, P(alive) ${String(score.p_alive)}, life-time value ${String(score.lifetime_value)} (${String(score.model)})`,
        ]),
    ...segments.map((segment) => `segment    ${segment.segment}: ${segment.reason}`),
  ].join('\n');
}

/** An explanation for people: the documents add up to the figures of the profile. */
export function whyText(profile: ShownProfile, { documents, identity }: Explanation): string {
  const lines = documents.map(
    (row) =>
      `  ${String(row.occurredAt)}  ${String(row.kind).padEnd(11)} ${String(row.source)} ${String(row.document)} v${String(row.version)}: ${String(row.currency ?? '')} ordered ${String(row.gross)} returned ${String(row.returned)} paid ${String(row.paid)}  <- ${String(row.topic)}/${String(row.partition)}@${String(row.offset)}`,
  );
  const links = identity.map(
    (row) =>
      `  ${String(row.kind).padEnd(16)} ${String(row.scope)} ${String(row.display)}${row.event === null ? '' : `  <- ${String(row.rule)} in ${String(row.source)} ${String(row.event)}`}`,
  );
  return [profileText(profile), '', 'identity', ...links, '', 'documents', ...lines].join('\n');
}
