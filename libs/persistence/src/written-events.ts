import type { Transaction } from './database.ts';

/** An event that a transaction has written into the outbox. */
export interface WrittenEvent {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly seq: bigint;
  readonly payload: Buffer | null;
}

/** Remembers where the outbox ends; what is returned reads what this transaction has written since. */
export async function writtenEvents(tx: Transaction): Promise<() => Promise<WrittenEvent[]>> {
  const [before] = await tx.query<{ last: bigint }>(`SELECT coalesce(max(sequence), 0) AS last FROM hub.outbox`);
  const last = before?.last ?? 0n;
  return () =>
    tx.query<WrittenEvent>(
      `SELECT id, aggregatetype AS topic, aggregateid AS key, type, seq, payload FROM hub.outbox
WHERE sequence > $1 AND xmin = pg_current_xact_id()::xid ORDER BY sequence`,
      [last],
    );
}
