import type { Fault } from '@tributary/contracts';
import type { Queryable } from './database.ts';
import { evidenceJson } from './quarantine.ts';
import { unpackHeaders } from './raw-headers.ts';

/** A request that the gateway refused, as it came and as it was edited last. */
export interface RefusedRequest {
  readonly source: string | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly value: Buffer;
  readonly edit: { readonly headers: Readonly<Record<string, unknown>>; readonly value: Buffer } | undefined;
}

/** Reads an open refused request; `undefined` when it was settled meanwhile. */
export async function readRefused(db: Queryable, id: bigint): Promise<RefusedRequest | undefined> {
  const [row] = await db.query<{
    source: string | null;
    headers: Record<string, string>;
    value: Buffer | null;
    afterHeaders: Buffer | null;
    afterValue: Buffer | null;
  }>(
    `SELECT q.source, q.headers, q.value, e.after_headers AS "afterHeaders", e.after_value AS "afterValue" FROM hub.quarantine q
LEFT JOIN LATERAL (SELECT * FROM hub.quarantine_edit WHERE quarantine_id = q.id ORDER BY id DESC LIMIT 1) e ON true
WHERE q.id = $1 AND q.topic IS NULL AND q.status = 'open'`,
    [id.toString()],
  );
  if (row === undefined) return undefined;
  const { source, headers, value, afterHeaders, afterValue } = row;
  return {
    source,
    headers,
    value: value ?? Buffer.alloc(0),
    edit: afterHeaders === null ? undefined : { headers: unpackHeaders(afterHeaders), value: afterValue ?? Buffer.alloc(0) },
  };
}

/** Notes that a refused request was taken, or why it was refused again. */
export async function settleRefused(db: Queryable, id: bigint, operation: bigint | null, faults: readonly Fault[]): Promise<void> {
  const [first] = faults;
  if (first === undefined)
    await db.query(`UPDATE hub.quarantine SET status = 'redriven', settled_by = $2, settled_at = now() WHERE id = $1 AND status = 'open'`, [
      id.toString(),
      operation?.toString() ?? null,
    ]);
  else
    await db.query(
      `UPDATE hub.quarantine SET seen = seen + 1, last_seen = now(), reason = $2, faults = $3 WHERE id = $1 AND status = 'open'`,
      [id.toString(), first.reason, evidenceJson(faults)],
    );
}

/** Notes that a refused request will not be taken; says whether it was open still. */
export async function discardRefused(db: Queryable, id: bigint, operation: bigint | null): Promise<boolean> {
  const rows = await db.query(
    `UPDATE hub.quarantine SET status = 'discarded', settled_by = $2, settled_at = now() WHERE id = $1 AND status = 'open' RETURNING id`,
    [id.toString(), operation?.toString() ?? null],
  );
  return rows.length > 0;
}
