import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from './database.ts';
import { hubMigrations } from './hub-migrations.ts';
import { maintainPartitions } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { pendingRows } from './outbox-queue.ts';
import { shardOf } from './outbox.ts';

const COLUMNS = '0860-outbox-columns';
const before = hubMigrations.filter(({ id }) => id < COLUMNS);
const upTo = hubMigrations.filter(({ id }) => id <= COLUMNS);

describe('the migration to outbox rows whose columns say their headers', () => {
  const name = `spec_${randomUUID().replaceAll('-', '')}`;
  const server = process.env.DATABASE_URL ?? '';
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  let admin: Database;
  let database: Database;
  beforeAll(() => void (admin = new Database({ url: server, max: 1, applicationName: 'spec admin' })));
  afterAll(() => admin.close());
  beforeEach(async () => {
    await admin.query(`CREATE DATABASE ${name}`);
    await migrate(url, before);
    database = new Database({ url, max: 2, applicationName: 'spec' });
    await maintainPartitions(database, new Date(), { inboxMonths: 1, outboxDays: 1 });
  }, 30_000);
  afterEach(async () => {
    await database.close();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });
  const lease = (seconds: number): Promise<unknown> =>
    database.query(`INSERT INTO hub.outbox_lease (shard, owner, expires_at) VALUES (0, $1, clock_timestamp() + $2 * interval '1 second')`, [
      randomUUID(),
      seconds,
    ]);

  it('leaves rows of before as they are: with all headers, to be published with them', async () => {
    const headers = { ce_specversion: '1.0', ce_id: 'old-1', ce_source: 'Zoë 王', ce_seq: '3' };
    await database.query(
      `INSERT INTO hub.outbox (sequence, id, aggregatetype, aggregateid, type, payload, seq, headers) VALUES (1, 'old-1', 't', 'k', 'old', '\\x00ff', 3, $1)`,
      [JSON.stringify(headers)],
    );
    await database.query('INSERT INTO hub.outbox_pending (first, rows, shard) VALUES (1, 1, $1)', [shardOf('k')]);
    const file = `SELECT pg_relation_filenode(inhrelid) AS node FROM pg_inherits WHERE inhparent = 'hub.outbox'::regclass ORDER BY 1`;
    const files = await database.query(file);
    expect(await migrate(url, upTo)).toEqual([COLUMNS]);
    expect(await database.query(file)).toEqual(files);
    expect((await pendingRows(database, [shardOf('k')], 10)).rows).toEqual([
      {
        sequence: 1n,
        day: expect.any(String),
        id: 'old-1',
        topic: 't',
        key: 'k',
        type: 'old',
        payload: Buffer.from([0, 255]),
        seq: 3n,
        source: null,
        time: null,
        traceparent: null,
        headers,
        held: false,
      },
    ]);
  });

  it('waits for the lease of a relay that has gone', async () => {
    await lease(1);
    expect(await migrate(url, upTo)).toEqual([COLUMNS]);
    const [left] = await database.query<{ over: boolean }>('SELECT expires_at <= clock_timestamp() AS over FROM hub.outbox_lease');
    expect(left?.over).toBe(true);
  }, 20_000);

  it('is not run beside a relay of the version before, which would publish new rows without headers', async () => {
    await lease(60);
    await expect(migrate(url, upTo)).rejects.toThrow('a relay of the version before is publishing');
    expect(await database.query(`SELECT FROM information_schema.columns WHERE table_name = 'outbox' AND column_name = 'source'`)).toEqual(
      [],
    );
    await database.query('DELETE FROM hub.outbox_lease');
    expect(await migrate(url, upTo)).toEqual([COLUMNS]);
  }, 30_000);
});
