import type { Queryable } from '@tributary/persistence';
import type { CustomerRow, CustomerSort, Page, Totals } from './api.ts';
import { place, readCursor, writeCursor } from './cursor.ts';
import { mask } from './mask.ts';

/** What to look for, and where the last page ended. */
export interface CustomerSearch {
  readonly query: string;
  readonly sort: CustomerSort;
  readonly limit: number;
  readonly after?: string | undefined;
}

interface Found {
  readonly profileId: string;
  readonly kind: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly country: string | null;
  readonly orders: number;
  readonly totals: readonly Totals[];
  readonly lastOrderAt: Date | null;
  /** The rank as it stands in a cursor. */
  readonly place: string;
}

const MICROS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

const NAME = `coalesce(lower(p.name), chr(1114109))`;

/**
 * Sort orders: the ranked expression and its direction, how the rank is written into a cursor, and where the next page goes on (`$5` is
 * the rank from the cursor, `$6` the profile). `$2` is the house currency.
 */
const sorts = {
  recent: {
    rank: `coalesce(p.last_order_at, 'epoch')`,
    text: `to_char(rank AT TIME ZONE 'UTC', ${MICROS})`,
    on: '$5::text::timestamptz',
    order: 'DESC',
    kind: place.time,
  },
  net: {
    rank: 'coalesce((SELECT t.net FROM console.profile_total_view t WHERE t.profile_id = p.profile_id AND t.currency = $2), 0)',
    text: 'rank::text',
    on: '$5::text::numeric',
    order: 'DESC',
    kind: place.decimal,
  },
  orders: { rank: 'p.orders', text: 'rank::text', on: '$5::text::integer', order: 'DESC', kind: place.integer },
  // A name is personal: the cursor holds the profile only, and the list starts again when that profile was merged away meanwhile.
  name: {
    rank: NAME,
    text: `''`,
    on: `coalesce((SELECT ${NAME} FROM console.profile_view p WHERE p.profile_id = $6::uuid), $5::text)`,
    order: 'ASC',
    kind: place.nothing,
  },
} as const satisfies Record<CustomerSort, unknown>;

/**
 * What the words may stand in: part of the name, e-mail address or phone number, an id at a source, a profile id (also one that was merged
 * away). `$3` and `$4` are LIKE patterns over the lower-cased search text of the profile.
 */
const MATCH = `($1 = '' OR p.search LIKE $3 OR p.search LIKE $4 OR p.sources @> jsonb_build_array(jsonb_build_object('customerId', $1::text))
  OR p.profile_id::text = lower($1) OR p.profile_id IN (SELECT survivor_id FROM console.profile_redirect_view r WHERE r.profile_id::text = lower($1)))`;

/** Finds customers; personal data is masked. */
export async function searchCustomers(db: Queryable, search: CustomerSearch, currency: string): Promise<Page<CustomerRow>> {
  const { rank, text, on, order, kind } = sorts[search.sort];
  const after = readCursor(search.after, [kind, place.uuid]);
  const past = order === 'DESC' ? '<' : '>';
  const rows = await db.query<Found>(
    `SELECT profile_id AS "profileId", kind, name, email, country, orders, totals, last_order_at AS "lastOrderAt", ${text} AS place
FROM (SELECT p.*, ${rank} AS rank FROM console.profile_view p WHERE ${MATCH} AND $2::text IS NOT NULL) found
WHERE $5::text IS NULL OR (rank, profile_id) ${past} (${on}, $6::uuid)
ORDER BY rank ${order}, profile_id ${order} LIMIT $7`,
    [
      search.query,
      currency,
      `%${escapeLike(search.query.toLowerCase())}%`,
      phonePattern(search.query),
      after?.[0] ?? null,
      after?.[1] ?? null,
      search.limit + 1,
    ],
  );
  const shown = rows.slice(0, search.limit);
  const last = shown.at(-1);
  return {
    rows: shown.map((row) => ({
      profileId: row.profileId,
      kind: row.kind,
      name: mask('name', row.name),
      email: mask('email', row.email),
      country: row.country,
      orders: row.orders,
      totals: row.totals,
      lastOrderAt: row.lastOrderAt?.toISOString() ?? null,
    })),
    next: rows.length > search.limit && last !== undefined ? writeCursor([last.place, last.profileId]) : null,
  };
}

/** `%`, `_` and `\` mean themselves in what a person typed. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/gu, (character) => `\\${character}`);

/** Pattern for the digits of something that looks like a phone number, however it is spaced; otherwise `null`, which matches nothing. */
const phonePattern = (text: string): string | null =>
  /^[+\d][\d\s()/.-]{4,}$/u.test(text) ? `%${text.replace(/\D/gu, '').replace(/^0+/u, '')}%` : null;
