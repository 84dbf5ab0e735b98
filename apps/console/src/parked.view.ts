import type { Queryable } from '@tributary/persistence';
import type { Page } from './api.ts';
import type { OperationRow, ParkedKey } from './repair-api.ts';
import { place, readCursor, writeCursor } from './cursor.ts';
import { mask } from './mask.ts';

/** Which page of a list. */
export interface ListPage {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Blocked keys, the one blocked longest first; no more than a page, since they are few or it is an outage. */
export async function listParked(db: Queryable, { limit }: ListPage): Promise<Page<ParkedKey>> {
  const rows = await db.query<{ group: string; topic: string; key: Buffer; parked: number; since: Date; failed: string[] }>(
    `SELECT consumer_group AS "group", topic, record_key AS key, parked, since, failed::text[] AS failed FROM console.parked_view ORDER BY since LIMIT $1`,
    [limit],
  );
  return {
    rows: rows.map(({ key, since, failed, ...row }) => ({
      ...row,
      key: mask('identifier', key.toString('utf8')),
      since: since.toISOString(),
      failed,
    })),
    next: null,
  };
}

/** Who did what, latest first. */
export async function listOperations(db: Queryable, { limit, after }: ListPage): Promise<Page<OperationRow>> {
  const cursor = readCursor(after, [place.integer]);
  const rows = await db.query<{
    id: bigint;
    at: Date;
    actor: string;
    via: OperationRow['via'];
    kind: OperationRow['kind'];
    filter: Record<string, unknown>;
    endedAt: Date | null;
  }>(
    `SELECT id, at, actor, via, kind, filter, ended_at AS "endedAt" FROM console.operation_view WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
    [cursor?.[0] ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit).map(({ id, at, actor, via, kind, filter, endedAt }): OperationRow => ({
    id: id.toString(),
    at: at.toISOString(),
    actor,
    via,
    kind,
    filter: JSON.stringify(typeof filter.key === 'string' ? { ...filter, key: mask('identifier', filter.key) } : filter),
    endedAt: endedAt?.toISOString() ?? null,
  }));
  return { rows: shown, next: rows.length > limit ? writeCursor([shown.at(-1)?.id ?? '']) : null };
}
