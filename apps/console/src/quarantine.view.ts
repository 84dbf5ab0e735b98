import type { Queryable } from '@tributary/persistence';
import type { Page, QuarantineDetail, QuarantineRecord, QuarantineRow, QuarantineStatus } from './api.ts';
import { NotFound } from './api-fault.ts';
import { place, readCursor, writeCursor } from './cursor.ts';
import { decodeRecord, hexLines } from './describe-record.ts';

/** Which records to list. */
export interface QuarantineSearch {
  readonly reason?: string | undefined;
  readonly status: QuarantineStatus;
  readonly limit: number;
  readonly after?: string | undefined;
}

type Row = Omit<QuarantineRow, 'id' | 'offset' | 'firstSeen' | 'lastSeen'> & {
  readonly id: bigint;
  readonly offset: bigint | null;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
};

const COLUMNS = `id, consumer_group AS "group", topic, partition, record_offset AS "offset", source, event_id AS "eventId", contract, reason,
  first_seen AS "firstSeen", last_seen AS "lastSeen", seen, status`;

/** Records that were not applied, latest first. */
export async function listQuarantine(db: Queryable, search: QuarantineSearch): Promise<Page<QuarantineRow>> {
  const after = readCursor(search.after, [place.integer]);
  const rows = await db.query<Row>(
    `SELECT ${COLUMNS} FROM console.quarantine_view
WHERE status = $1 AND ($2::text IS NULL OR reason = $2) AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [search.status, search.reason ?? null, after?.[0] ?? null, search.limit + 1],
  );
  const shown = rows.slice(0, search.limit).map(toRow);
  return { rows: shown, next: rows.length > search.limit ? writeCursor([shown.at(-1)?.id ?? '']) : null };
}

/** Why one record was not applied. Throws {@link NotFound}. */
export async function readQuarantined(db: Queryable, id: string): Promise<QuarantineDetail> {
  const [row] = await db.query<
    Row & { faults: QuarantineDetail['faults']; headers: Record<string, unknown>; schemaId: number | null; bytes: number | null }
  >(
    `SELECT ${COLUMNS}, faults, headers, schema_id AS "schemaId", octet_length(value) AS bytes
FROM console.quarantine_view JOIN console.quarantine_record_view USING (id) WHERE id = $1`,
    [id],
  );
  if (row === undefined) throw new NotFound('quarantined record');
  const { faults, headers, schemaId, bytes } = row;
  const shown = Object.entries(headers).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  return { ...toRow(row), faults, headers: shown, schemaId, bytes };
}

/** The raw record, for somebody who asked for it. Throws {@link NotFound}. */
export async function readQuarantinedRecord(db: Queryable, id: string): Promise<QuarantineRecord> {
  const [row] = await db.query<{ topic: string | null; contract: string | null; key: Buffer | null; value: Buffer | null }>(
    `SELECT topic, contract, record_key AS key, value FROM console.quarantine_view JOIN console.quarantine_record_view USING (id) WHERE id = $1`,
    [id],
  );
  if (row === undefined) throw new NotFound('quarantined record');
  return {
    key: row.key?.toString('utf8') ?? null,
    hex: hexLines(row.value ?? Buffer.alloc(0)),
    decoded: decodeRecord(row.value, row.topic, row.contract),
  };
}

const toRow = (row: Row): QuarantineRow => ({
  id: row.id.toString(),
  group: row.group,
  topic: row.topic,
  partition: row.partition,
  offset: row.offset?.toString() ?? null,
  source: row.source,
  eventId: row.eventId,
  contract: row.contract,
  reason: row.reason,
  firstSeen: row.firstSeen.toISOString(),
  lastSeen: row.lastSeen.toISOString(),
  seen: row.seen,
  status: row.status,
});
