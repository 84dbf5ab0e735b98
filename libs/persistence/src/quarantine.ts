import type { Fault } from '@tributary/contracts';
import type { Transaction } from './database.ts';
import { keyHash } from './key-order.ts';
import { packHeaders } from './raw-headers.ts';

/** A record or a refused request that was not applied: kept raw, with its reasons. */
export interface QuarantineRow {
  /** Consumer group, or `gateway` for what came over HTTP. */
  readonly group: string;
  /** Position in Kafka; absent for what came over HTTP. */
  readonly position?: { readonly topic: string; readonly partition: number; readonly offset: bigint };
  readonly source: string | null;
  readonly eventId: string | null;
  readonly contract: string | null;
  readonly schemaId: number | null;
  /** At least one; the first gives the reason it is counted under. */
  readonly faults: readonly Fault[];
  readonly key: Uint8Array | null;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly value: Uint8Array | null;
  /** Kafka's own timestamp, milliseconds; absent for what came over HTTP. */
  readonly timestamp?: number;
  /** Whether later records of its topic and key wait until it is redriven or discarded. */
  readonly blocks?: boolean;
}

const COLUMNS =
  'consumer_group, topic, partition, record_offset, source, event_id, contract, schema_id, reason, faults, record_key, headers, value, record_headers, record_timestamp, key_hash, blocks';

/**
 * Stores rows in the caller's transaction. The same record or request seen again raises `seen` and `last_seen`, and tells the reason of
 * the last time; its bytes stay those of the first.
 */
export async function quarantine(tx: Transaction, rows: readonly QuarantineRow[]): Promise<void> {
  for (const row of rows) {
    const target =
      row.position === undefined
        ? '(consumer_group, source, event_id, md5(value)) WHERE topic IS NULL'
        : '(consumer_group, topic, partition, record_offset) WHERE topic IS NOT NULL';
    await tx.query(
      `INSERT INTO hub.quarantine (${COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)
ON CONFLICT ${target} DO UPDATE SET seen = hub.quarantine.seen + 1, last_seen = now(), reason = excluded.reason, faults = excluded.faults`,
      [
        row.group,
        row.position?.topic ?? null,
        row.position?.partition ?? null,
        row.position?.offset ?? null,
        row.source === null ? null : visibleText(row.source),
        row.eventId === null ? null : visibleText(row.eventId),
        row.contract,
        row.schemaId,
        row.faults[0]?.reason ?? 'malformed',
        evidenceJson(row.faults),
        row.key,
        evidenceJson(row.headers),
        row.value,
        row.position === undefined ? null : packHeaders(row.headers),
        row.timestamp ?? null,
        row.key === null || row.key.length === 0 ? null : keyHash(row.key),
        row.blocks === true,
      ],
    );
  }
}

/** JSON that PostgreSQL's jsonb takes: it has no U+0000 and no lone surrogate, so the evidence has them as escapes; raw bytes keep them as they are. */
export const evidenceJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'string'
      ? visibleText(item)
      : typeof item === 'bigint'
        ? item.toString()
        : Buffer.isBuffer(item)
          ? visibleText(item.toString('utf8'))
          : isBufferJson(item)
            ? visibleText(Buffer.from(item.data).toString('utf8'))
            : isPlainObject(item)
              ? Object.fromEntries(Object.entries(item).map(([name, inner]) => [visibleText(name), inner]))
              : item,
  );

/** A text that PostgreSQL takes: NUL and halves of surrogate pairs become visible escapes. */
export function visibleText(text: string): string {
  return text
    .replaceAll('\0', '\\u0000')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}

const isBufferJson = (item: unknown): item is { type: 'Buffer'; data: number[] } =>
  typeof item === 'object' &&
  item !== null &&
  (item as { type?: unknown }).type === 'Buffer' &&
  Array.isArray((item as { data?: unknown }).data);

const isPlainObject = (item: unknown): item is Record<string, unknown> => typeof item === 'object' && item !== null && !Array.isArray(item);
