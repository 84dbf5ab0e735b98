import type { Queryable } from '@tributary/persistence';
import type { Customer, Evidence, Identifier, PersonalData, Score, SegmentMembership, SourceIdentity, Totals } from './api.ts';
import { NotFound } from './api-fault.ts';
import { mask } from './mask.ts';

/** A row of console.profile_view. */
export interface ProfileRow {
  readonly profileId: string;
  readonly kind: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly country: string | null;
  readonly orders: number;
  readonly returns: number;
  readonly payments: number;
  readonly interactions: number;
  readonly complaints: number;
  readonly totals: readonly Totals[];
  readonly firstOrderAt: Date | null;
  readonly lastOrderAt: Date | null;
  readonly sources: readonly SourceIdentity[];
  /** `at` in microseconds. */
  readonly provenance: readonly { readonly field: string; readonly source: string; readonly at: number }[];
  readonly mergedFrom: readonly string[];
  readonly updatedAt: Date;
}

type Dated<T, Field extends keyof T> = Omit<T, Field> & Readonly<Record<Field, Date>>;

/** Longest chain of merges that is followed. */
const MERGES = 100;
const PROFILE = `WITH RECURSIVE walk AS (
  SELECT $1::uuid AS id, 0 AS step
  UNION ALL SELECT r.survivor_id, step + 1 FROM walk JOIN console.profile_redirect_view r ON r.profile_id = walk.id WHERE step < ${MERGES}
)
SELECT profile_id AS "profileId", kind, name, email, phone, country, orders, returns, payments, interactions, complaints, totals,
  first_order_at AS "firstOrderAt", last_order_at AS "lastOrderAt", sources, provenance, merged_from AS "mergedFrom", updated_at AS "updatedAt"
FROM console.profile_view WHERE profile_id = (SELECT id FROM walk ORDER BY step DESC LIMIT 1)`;
const IDENTITY = `SELECT holder_kind AS "holderKind", holder_scope AS "holderScope", holder_display AS "holderDisplay", identifier_kind AS "identifierKind",
  identifier_scope AS "identifierScope", identifier_display AS "identifierDisplay", rule, evidence_source AS source, evidence_id AS "evidenceId", at, active
FROM console.identity_view WHERE profile_id = $1 ORDER BY at, identifier_kind, evidence_id LIMIT 500`;
const SEGMENTS = `SELECT segment, segment_version AS version, since, reason, facts FROM console.segment_view WHERE profile_id = $1 ORDER BY segment`;
const SCORES = `SELECT as_of AS "asOf", recency_days AS "recencyDays", frequency, monetary::text AS monetary, r, f, m, abc_class AS "abcClass", p_alive AS "pAlive",
  expected_purchases AS "expectedPurchases", lifetime_value AS "lifetimeValue", horizon_days AS "horizonDays", model
FROM console.score_view WHERE profile_id = $1`;

/** Reads a profile; the id of one that was merged away gives the profile it lives on in. Throws {@link NotFound}. */
export async function readProfile(db: Queryable, id: string): Promise<ProfileRow> {
  const [row] = await db.query<ProfileRow>(PROFILE, [id]);
  if (row === undefined) throw new NotFound('profile');
  return row;
}

/**
 * Everything on a customer's page but the timeline; personal data is masked. Throws {@link NotFound}.
 * @param currency what scores count in.
 */
export async function readCustomer(db: Queryable, id: string, currency: string): Promise<Customer> {
  const profile = await readProfile(db, id);
  const [identity, segments, [score]] = await Promise.all([
    readEvidence(db, profile.profileId),
    db.query<Dated<SegmentMembership, 'since'>>(SEGMENTS, [profile.profileId]),
    db.query<Dated<Omit<Score, 'currency'>, 'asOf'>>(SCORES, [profile.profileId]),
  ]);
  const { profileId, kind, country, orders, returns, payments, interactions, complaints, totals, mergedFrom } = profile;
  return {
    ...{ profileId, kind, country, orders, returns, payments, interactions, complaints, totals, mergedFrom },
    name: mask('name', profile.name),
    email: mask('email', profile.email),
    phone: mask('phone', profile.phone),
    sources: profile.sources.map(({ source, customerId }) => ({ source, customerId: mask('identifier', customerId) ?? '' })),
    redirectedFrom: profile.profileId === id ? null : id,
    firstOrderAt: profile.firstOrderAt?.toISOString() ?? null,
    lastOrderAt: profile.lastOrderAt?.toISOString() ?? null,
    updatedAt: profile.updatedAt.toISOString(),
    identity,
    segments: segments.map((row) => ({ ...row, since: row.since.toISOString() })),
    score: score === undefined ? null : { ...score, currency, asOf: score.asOf.toISOString() },
  };
}

interface IdentityRow {
  readonly holderKind: string;
  readonly holderScope: string;
  readonly holderDisplay: string;
  readonly identifierKind: string;
  readonly identifierScope: string;
  readonly identifierDisplay: string;
  readonly rule: string;
  readonly source: string;
  readonly evidenceId: string;
  readonly at: Date;
  readonly active: boolean;
}

/** The evidence that made this profile one. The views mask e-mail addresses and the like; ids of customers are masked here. */
export async function readEvidence(db: Queryable, profileId: string): Promise<readonly Evidence[]> {
  const rows = await db.query<IdentityRow>(IDENTITY, [profileId]);
  return rows.map(({ rule, source, evidenceId, at, active, ...row }) => ({
    holder: identifierOf(row.holderKind, row.holderScope, row.holderDisplay),
    identifier: identifierOf(row.identifierKind, row.identifierScope, row.identifierDisplay),
    rule,
    source,
    evidenceId,
    at: at.toISOString(),
    active,
  }));
}

const identifierOf = (kind: string, scope: string, display: string): Identifier => ({
  kind,
  scope,
  display: kind === 'source-customer' ? (mask('identifier', display) ?? '') : display,
});

/** Personal data in clear, for somebody who asked for it. Throws {@link NotFound}. */
export async function readPersonalData(db: Queryable, id: string): Promise<PersonalData> {
  const { name, email, phone, sources } = await readProfile(db, id);
  return { name, email, phone, sources };
}
