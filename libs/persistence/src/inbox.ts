import { int8Array, uuidArray } from './binary-array.ts';
import type { Transaction } from './database.ts';

/** An event to be noted in the inbox. */
export interface InboxEntry {
  /** `eventKey(source, id)`. */
  readonly event: string;
  readonly hash: bigint;
}

/** What the inbox says of an event: new, seen with the same content, or seen with another one. */
export type InboxVerdict = 'fresh' | 'duplicate' | 'conflict';

// In key order: two transactions that bring the same events wait for each other and never in a ring. Other months are looked at on both
// sides, since a clock may step back over the turn of a month: event by event, since a plan made while the tables were small would join all
// of a month with every batch of a few events.
const INSERT = {
  name: 'inbox-insert',
  text: `WITH added AS (
  INSERT INTO hub.inbox (consumer_group, event, hash, month)
  SELECT $1, u.event, u.hash, $4 FROM unnest($2::uuid[], $3::bigint[]) AS u (event, hash)
  WHERE (SELECT 1 FROM hub.inbox o WHERE o.consumer_group = $1 AND o.event = u.event AND o.month <> $4 LIMIT 1) IS NULL
  ORDER BY u.event ON CONFLICT DO NOTHING RETURNING 1)
SELECT count(*)::int AS added FROM added`,
};
const SEEN = {
  name: 'inbox-seen',
  text: `SELECT event, hash FROM hub.inbox WHERE consumer_group = $1 AND event = ANY($2::uuid[]) AND xmin <> pg_current_xact_id()::xid`,
};

/**
 * Notes a batch of events and says which of them are new. One insert; only when it added fewer rows than it was given (somebody sent an
 * event again) the rows are looked at. Entries repeated within the batch are compared in memory.
 * @param month months since 1970 of receipt; the partition the entries are kept in.
 */
export async function noteInInbox(
  tx: Transaction,
  groupId: number,
  month: number,
  entries: readonly InboxEntry[],
): Promise<InboxVerdict[]> {
  const first = new Map<string, bigint>();
  const verdicts = entries.map((entry): InboxVerdict => {
    const hash = first.get(entry.event);
    if (hash === undefined) {
      first.set(entry.event, entry.hash);
      return 'fresh';
    }
    return hash === entry.hash ? 'duplicate' : 'conflict';
  });
  if (first.size === 0) return verdicts;
  const [row] = await tx.query<{ added: number }>(INSERT, [groupId, uuidArray([...first.keys()]), int8Array([...first.values()]), month]);
  if (row?.added === first.size) return verdicts;
  const seen = new Map(
    (await tx.query<InboxEntry>(SEEN, [groupId, uuidArray([...first.keys()])])).map((entry) => [entry.event, entry.hash]),
  );
  return entries.map((entry, index) => {
    const known = seen.get(entry.event);
    if (known === undefined) return verdicts[index] ?? 'fresh';
    return known === entry.hash ? 'duplicate' : 'conflict';
  });
}

const FORGET = {
  name: 'inbox-forget',
  text: `DELETE FROM hub.inbox WHERE consumer_group = $1 AND month = $2 AND event = ANY($3::uuid[])`,
};

/** Takes back what this transaction noted of events that were not applied after all: an inbox row exists if and only if its effect does. */
export function forgetInInbox(tx: Transaction, groupId: number, month: number, events: readonly string[]): void {
  if (events.length > 0) tx.send(FORGET, [groupId, month, uuidArray(events)]);
}

/** The inbox partition of a moment: months since January 1970. */
export function inboxMonth(now: Date): number {
  return (now.getUTCFullYear() - 1970) * 12 + now.getUTCMonth();
}
