import type { Reason } from '@tributary/contracts';
import type { Queryable, Transaction } from './database.ts';
import { keyHash } from './key-order.ts';
import { unpackHeaders } from './raw-headers.ts';
import type { RawRecord } from './stage.ts';

/** Which quarantined records: those that fit everything given. */
export interface QuarantineFilter {
  readonly ids?: readonly string[];
  readonly group?: string;
  readonly reason?: Reason;
  readonly contract?: string;
  readonly source?: string;
  /** Kafka key, as text. */
  readonly key?: string;
  /** First seen at or after, before. */
  readonly from?: Date;
  readonly to?: Date;
}

/** An open row, as little as is needed to group and order. */
export interface SelectedRow {
  readonly id: bigint;
  readonly group: string;
  readonly topic: string | null;
  readonly keyHash: string | null;
}

/** Open rows that fit, in the order in which they failed. What a shadow (a group `…-shadow…`, see tributary rebuild) could not apply is its own. */
export async function selectQuarantined(db: Queryable, filter: QuarantineFilter, limit: number): Promise<SelectedRow[]> {
  return db.query<SelectedRow>(
    `SELECT id, consumer_group AS "group", topic, key_hash AS "keyHash" FROM hub.quarantine
WHERE status = 'open' AND consumer_group NOT LIKE '%-shadow%' AND ($1::bigint[] IS NULL OR id = ANY ($1)) AND ($2::text IS NULL OR consumer_group = $2)
  AND ($3::text IS NULL OR reason = $3) AND ($4::text IS NULL OR contract = $4) AND ($5::text IS NULL OR source = $5)
  AND ($6::uuid IS NULL OR key_hash = $6) AND ($7::timestamptz IS NULL OR first_seen >= $7) AND ($8::timestamptz IS NULL OR first_seen < $8)
ORDER BY id LIMIT $9`,
    [
      filter.ids ?? null,
      filter.group ?? null,
      filter.reason ?? null,
      filter.contract ?? null,
      filter.source ?? null,
      filter.key === undefined ? null : keyHash(Buffer.from(filter.key, 'utf8')),
      filter.from ?? null,
      filter.to ?? null,
      limit,
    ],
  );
}

/** A quarantined record that came from Kafka, as it is to be sent on its way: as it came, or as it was edited. */
export interface QuarantinedRecord {
  readonly id: bigint;
  readonly blocks: boolean;
  readonly edited: boolean;
  readonly record: RawRecord;
}

interface Row {
  readonly id: bigint;
  readonly blocks: boolean;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, unknown>;
  readonly raw: Buffer | null;
  readonly timestamp: bigint | null;
  readonly firstSeen: Date;
  readonly edit: bigint | null;
  readonly afterKey: Buffer | null;
  readonly afterHeaders: Buffer | null;
  readonly afterValue: Buffer | null;
}

/** Reads open rows under lock, in the order of their positions. Rows that were settled meanwhile are left out. */
export async function lockQuarantined(tx: Transaction, ids: readonly bigint[]): Promise<QuarantinedRecord[]> {
  const rows = await tx.query<Row>(
    `SELECT q.id, q.blocks, q.topic, q.partition, q.record_offset AS "offset", q.record_key AS key, q.value, q.headers, q.record_headers AS raw,
  q.record_timestamp AS timestamp, q.first_seen AS "firstSeen", e.id AS edit, e.after_key AS "afterKey", e.after_headers AS "afterHeaders", e.after_value AS "afterValue"
FROM hub.quarantine q
LEFT JOIN LATERAL (SELECT * FROM hub.quarantine_edit WHERE quarantine_id = q.id ORDER BY id DESC LIMIT 1) e ON true
WHERE q.id = ANY ($1) AND q.status = 'open' AND q.topic IS NOT NULL ORDER BY q.partition, q.record_offset FOR UPDATE OF q`,
    [ids.map(String)],
  );
  return rows.map((row) => {
    const edited = row.edit !== null;
    const packed = edited ? row.afterHeaders : row.raw;
    return {
      id: row.id,
      blocks: row.blocks,
      edited,
      record: {
        topic: row.topic,
        partition: row.partition,
        offset: row.offset,
        key: edited ? row.afterKey : row.key,
        value: edited ? row.afterValue : row.value,
        // Rows from before headers were kept as bytes have their readable form only.
        headers: packed === null ? row.headers : unpackHeaders(packed),
        timestamp: Number(row.timestamp ?? row.firstSeen.getTime()),
      },
    };
  });
}
