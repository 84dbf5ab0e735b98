import type { Queryable } from './database.ts';

/** Removes what is kept under a consumer group's name: offsets, inbox, quarantine, what is parked. Its own tables are the caller's. */
export async function forgetGroup(db: Queryable, group: string): Promise<void> {
  await db.query('DELETE FROM hub.inbox WHERE consumer_group = (SELECT id FROM hub.consumer_group WHERE name = $1)', [group]);
  for (const table of ['parked', 'blocked_key', 'quarantine', 'consumer_offset'])
    await db.query(`DELETE FROM hub.${table} WHERE consumer_group = $1`, [group]);
  await db.query('DELETE FROM hub.consumer_group WHERE name = $1', [group]);
}
