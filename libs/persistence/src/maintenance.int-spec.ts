import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { hubMigrations } from './hub-migrations.ts';
import { inboxMonth } from './inbox.ts';
import { maintainPartitions } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { sqlMigration } from './migration.ts';

const DAY = 86_400_000;
const dayName = (time: number): string => `hub.outbox_${new Date(time).toISOString().slice(0, 10).replaceAll('-', '')}`;

describe('schema upkeep', () => {
  let own: FreshDatabase;
  beforeAll(async () => void (own = await freshDatabase([])), 30_000);
  afterAll(() => own.drop());
  const partitions = async (): Promise<string[]> =>
    (
      await own.database.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent IN ('hub.inbox'::regclass, 'hub.outbox'::regclass)`,
      )
    )
      .map((row) => row.name)
      .sort();

  it('makes partitions ahead, for the last month, this one and the next, yesterday to three days on; twice is once', async () => {
    const now = new Date();
    const month = inboxMonth(now);
    const retention = { inboxMonths: 1, outboxDays: 1 };
    await Promise.all([1, 2].map(() => maintainPartitions(own.database, now, retention)));
    const found = await partitions();
    for (const name of [
      `hub.inbox_${month - 1}`,
      `hub.inbox_${month}`,
      `hub.inbox_${month + 1}`,
      ...[-1, 0, 1, 2, 3].map((ahead) => dayName(now.getTime() + ahead * DAY)),
    ])
      expect(found).toContain(name);
    expect(await maintainPartitions(own.database, now, retention)).toEqual([]);
    expect(await partitions()).toEqual(found);
  });

  it('drops what is past its time, but never an outbox day that holds an unsent row', async () => {
    const start = Date.now();
    const today = `($1::timestamptz at time zone 'UTC')::date`;
    for (const sql of [
      `INSERT INTO hub.outbox (sequence, id, aggregatetype, aggregateid, type, payload, seq, headers, created_on) VALUES (1, 'x', 't', 'k', 't', NULL, 1, '{}', ${today})`,
      `INSERT INTO hub.outbox_pending (first, rows, shard, created_on) VALUES (1, 1, 0, ${today})`,
      `INSERT INTO hub.outbox_held (sequence, created_on, shard, topic, key) VALUES (1, ${today}, 0, 't', 'k')`,
    ])
      await own.database.query(sql, [new Date(start)]);
    const later = new Date(start + 100 * DAY);
    const retention = { inboxMonths: 3, outboxDays: 7 };
    const dropped = await maintainPartitions(own.database, later, retention);
    expect(dropped).toContain(dayName(start + DAY));
    expect(dropped).not.toContain(dayName(start));
    expect(await partitions()).toContain(dayName(start));
    await own.database.query('DELETE FROM hub.outbox_pending');
    expect(await maintainPartitions(own.database, later, retention)).toEqual([]);
    await own.database.query('DELETE FROM hub.outbox_held');
    expect(await maintainPartitions(own.database, later, retention)).toEqual([dayName(start)]);
    const lastly = await maintainPartitions(own.database, new Date(start + 200 * DAY), retention);
    expect([...dropped, ...lastly]).toContain(`hub.inbox_${inboxMonth(new Date(start))}`);
  });

  it('two migrators at once: every step runs once; a third finds nothing to do', async () => {
    const steps = [
      ...hubMigrations,
      sqlMigration('9100-slow', 'SELECT pg_sleep(0.2); CREATE TABLE public.once (id int)'),
      sqlMigration('9101-next', 'INSERT INTO public.once VALUES (1)'),
    ];
    const ran = await Promise.all([migrate(own.url, steps), migrate(own.url, [...steps].reverse())]);
    expect(ran.flat().sort()).toEqual(['9100-slow', '9101-next']);
    expect(await migrate(own.url, steps)).toEqual([]);
    expect(await own.database.query('SELECT * FROM public.once')).toHaveLength(1);
  });

  it('a step that fails leaves nothing of itself and is run again', async () => {
    const failing = sqlMigration('9200-half', 'CREATE TABLE public.half (id int); SELECT 1/0');
    await expect(migrate(own.url, [...hubMigrations, failing])).rejects.toThrow('division by zero');
    expect(await own.database.query(`SELECT to_regclass('public.half') AS found`)).toEqual([{ found: null }]);
    expect(await migrate(own.url, [...hubMigrations, sqlMigration('9200-half', 'CREATE TABLE public.half (id int)')])).toEqual([
      '9200-half',
    ]);
  });

  it('refuses a step whose id has no number', async () => {
    await expect(migrate(own.url, [sqlMigration('tables', 'SELECT 1')])).rejects.toThrow('does not start with four digits');
  });
});
