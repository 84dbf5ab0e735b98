import type { Queryable } from './database.ts';

/** Number of a group in hub.consumer_group, made at first use. */
export async function groupNumber(database: Queryable, group: string): Promise<number> {
  await database.query('INSERT INTO hub.consumer_group (name) VALUES ($1) ON CONFLICT DO NOTHING', [group]);
  const [row] = await database.query<{ id: number }>('SELECT id FROM hub.consumer_group WHERE name = $1', [group]);
  if (row === undefined) throw new Error(`consumer group ${group} vanished`);
  return row.id;
}
