import type { Queryable } from '@tributary/persistence';
import type { Cause, Contribution, ExplainableCount, ExplainableMoney, Page, TimelineEntry } from './api.ts';
import { place, readCursor, writeCursor } from './cursor.ts';

interface ActivityRow {
  readonly at: Date;
  readonly micros: bigint;
  readonly kind: string;
  readonly source: string;
  readonly documentId: string;
  readonly detail: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly causeSource: string;
  readonly causeId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

const COLUMNS = `at, occurred_micros AS micros, kind, source, document_id AS "documentId", detail,
  currency, amount::text AS amount, cause_source AS "causeSource", cause_id AS "causeId", topic, partition, record_offset AS "offset"`;

/** What a profile did and what was done for it, latest first. */
export async function readTimeline(
  db: Queryable,
  profileId: string,
  limit: number,
  cursor: string | undefined,
): Promise<Page<TimelineEntry>> {
  const after = readCursor(cursor, [place.integer, place.text, place.text, place.text]);
  const rows = await db.query<ActivityRow>(
    `SELECT ${COLUMNS} FROM console.activity_view
WHERE profile_id = $1 AND ($2::bigint IS NULL OR (occurred_micros, kind, source, document_id) < ($2, $3::text, $4::text, $5::text))
ORDER BY occurred_micros DESC, kind DESC, source DESC, document_id DESC LIMIT $6`,
    [profileId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, after?.[3] ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown.map((row) => ({
      at: row.at.toISOString(),
      kind: row.kind,
      source: row.source,
      documentId: row.documentId,
      detail: row.detail,
      currency: row.currency,
      amount: row.amount,
      cause: causeOf(row),
    })),
    next: rows.length > limit && last !== undefined ? writeCursor([last.micros.toString(), last.kind, last.source, last.documentId]) : null,
  };
}

const shares: Readonly<Record<ExplainableMoney | ExplainableCount, string>> = {
  gross: 'gross',
  returned: 'returned',
  net: 'gross - returned',
  paid: 'paid',
  orders: 'orders',
  returns: `(kind = 'RETURN')::integer`,
  payments: `(kind = 'PAYMENT')::integer`,
  interactions: 'interactions',
  complaints: 'complaints',
};

/** What a sum is made of: its contributions, latest first, and the sum over all of them, which the database adds up. */
export async function readContributions(
  db: Queryable,
  profileId: string,
  field: ExplainableMoney | ExplainableCount,
  currency: string | null,
  limit: number,
): Promise<{ readonly sum: string; readonly count: number; readonly contributions: readonly Contribution[] }> {
  const share = shares[field];
  const which = `profile_id = $1 AND ($2::text IS NULL OR currency = $2) AND (${share}) <> 0`;
  const [rows, [total]] = await Promise.all([
    db.query<ActivityRow & { share: string }>(
      `SELECT ${COLUMNS}, (${share})::text AS share FROM console.activity_view WHERE ${which}
ORDER BY occurred_micros DESC, kind DESC, source DESC, document_id DESC LIMIT $3`,
      [profileId, currency, limit],
    ),
    db.query<{ sum: string; count: bigint }>(
      `SELECT coalesce(sum(${share}), 0)::text AS sum, count(*) AS count FROM console.activity_view WHERE ${which}`,
      [profileId, currency],
    ),
  ]);
  if (total === undefined) throw new Error('an aggregate gave no row');
  return {
    sum: total.sum,
    count: Number(total.count),
    contributions: rows.map((row) => ({
      at: row.at.toISOString(),
      kind: row.kind,
      documentId: row.documentId,
      detail: row.detail,
      share: row.share,
      cause: causeOf(row),
    })),
  };
}

const causeOf = (row: ActivityRow): Cause => ({
  source: row.causeSource,
  id: row.causeId,
  topic: row.topic,
  partition: row.partition,
  offset: row.offset.toString(),
});
