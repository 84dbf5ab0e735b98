import { inboxMonth } from './inbox.ts';
import type { Queryable } from './database.ts';

/** How long the inbox remembers, months, and sent outbox rows stay readable, days. */
export interface Retention {
  readonly inboxMonths: number;
  readonly outboxDays: number;
}

const DAY_MS = 86_400_000;
const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/**
 * Creates the partitions of this and the coming days and drops those past their retention. Run at start and every few hours. An outbox
 * partition that still holds an unsent row is never dropped. Idempotent; safe to run from several processes.
 * @returns names of the partitions dropped.
 */
export async function maintainPartitions(db: Queryable, now: Date, retention: Retention): Promise<string[]> {
  const month = inboxMonth(now);
  // The month before too: a clock may be set back over its turn.
  for (const value of [month - 1, month, month + 1]) await create(db, `hub.inbox_${value}`, 'hub.inbox', String(value), String(value + 1));
  // From yesterday on: the server, whose clock gives the rows their day, may be behind ours.
  for (let ahead = -1; ahead <= 3; ahead += 1) {
    const start = now.getTime() + ahead * DAY_MS;
    await create(db, `hub.outbox_${day(start).replaceAll('-', '')}`, 'hub.outbox', `'${day(start)}'`, `'${day(start + DAY_MS)}'`);
  }
  const dropped: string[] = [];
  const children = await db.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent IN ('hub.inbox'::regclass, 'hub.outbox'::regclass)`,
  );
  for (const { name } of children) {
    const suffix = name.split('_').at(-1) ?? '';
    const inbox = name.startsWith('hub.inbox_');
    const old = inbox
      ? Number(suffix) < month - retention.inboxMonths
      : suffix < day(now.getTime() - retention.outboxDays * DAY_MS).replaceAll('-', '');
    if (!old) continue;
    if (!inbox && (await isAwaited(db, suffix))) continue;
    await db.query(`DROP TABLE IF EXISTS ${name}`);
    dropped.push(name);
  }
  return dropped;
}

/** Whether rows of a day (`yyyymmdd`) are still to be published or held back. */
async function isAwaited(db: Queryable, suffix: string): Promise<boolean> {
  const [row] = await db.query<{ awaited: boolean }>(
    `SELECT EXISTS (SELECT FROM hub.outbox_pending WHERE created_on = $1::date) OR EXISTS (SELECT FROM hub.outbox_held WHERE created_on = $1::date) AS awaited`,
    [suffix],
  );
  return row?.awaited !== false;
}

/** Two processes may create the same partition at once: losing that race is fine. */
async function create(db: Queryable, name: string, parent: string, from: string, to: string): Promise<void> {
  try {
    await db.query(`CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${parent} FOR VALUES FROM (${from}) TO (${to})`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== '42P07' && code !== '23505') throw error;
  }
}
