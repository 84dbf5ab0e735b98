import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { Database } from './database.ts';
import { OutboxMemory } from './outbox-memory.ts';
import { insertOutboxRows, OUTBOX_SHARDS } from './outbox.ts';
import { markPublished, pendingRows } from './outbox-queue.ts';
import type { OutboxRow } from './outbox-row.ts';

const SHARDS = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
const row = (key: string, n: number): OutboxRow => ({
  id: `${key}-${n}`,
  topic: 'spec.v1',
  key,
  type: 'spec',
  payload: n % 5 === 4 ? null : Buffer.from([n, 0, 255, n % 256]),
  seq: BigInt(n),
  // A dead letter has headers, an event what they are made of.
  ...(n % 6 === 5
    ? { source: null, time: null, traceparent: null, headers: { dlt_reason: 'Zoë 王 "\u0001' } }
    : {
        source: `spec/${n % 4}`,
        time: `2026-01-01T00:00:0${n % 10}.250Z`,
        traceparent: n % 3 === 0 ? `00-${n}` : null,
        headers: null,
      }),
});
const batch = (name: string, size: number): OutboxRow[] => Array.from({ length: size }, (_, n) => row(`${name}${n % 7}`, n));

describe('outbox rows that the relay has from memory', () => {
  let own: FreshDatabase;
  let database: Database;
  let written: OutboxMemory;
  beforeAll(async () => void (own = await freshDatabase([])), 30_000);
  beforeEach(async () => {
    written = new OutboxMemory();
    written.publishes(SHARDS);
    database = new Database({ url: own.url, max: 2, applicationName: 'spec', written });
    await database.query('TRUNCATE hub.outbox, hub.outbox_pending, hub.outbox_held');
  });
  afterEach(() => database.close());
  afterAll(() => own.drop());
  const write = (rows: readonly OutboxRow[]): Promise<void> => database.transaction((tx) => Promise.resolve(insertOutboxRows(tx, rows)));

  it('are what the table has, in its order, also beside rows that only the table has', async () => {
    await write(batch('a', 40));
    // Another process's.
    await own.database.transaction((tx) => Promise.resolve(insertOutboxRows(tx, batch('b', 30))));
    await write(batch('c', 20));
    const fromTable = await pendingRows(database, SHARDS, 1_000);
    // Were they read from the table, the change would be seen.
    await database.query(`UPDATE hub.outbox SET payload = 'changed'`);
    const fromMemory = await pendingRows(database, SHARDS, 1_000, written);
    expect(fromMemory.parts).toEqual(fromTable.parts);
    expect(fromTable.rows).toHaveLength(90);
    const changed = (key: string): boolean => key.startsWith('b');
    expect(fromMemory.rows).toEqual(
      fromTable.rows.map((found) => (changed(found.key) ? { ...found, payload: Buffer.from('changed') } : found)),
    );
  });

  it('of a transaction that failed are never given out', async () => {
    const failing = database.transaction(async (tx) => {
      insertOutboxRows(tx, batch('lost', 10));
      await tx.query('SELECT 1');
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await write(batch('kept', 10));
    const { rows } = await pendingRows(database, SHARDS, 1_000, written);
    expect(rows.map(({ key }) => key.slice(0, 4))).toEqual(new Array(10).fill('kept'));
  });

  it('are read from the table while any key is held, so that what waits behind it is marked', async () => {
    await write([row('k', 1), row('k', 2), row('other', 1)]);
    const { parts, rows } = await pendingRows(database, SHARDS, 1_000, written);
    const [refused] = rows.filter(({ key }) => key === 'k');
    if (refused === undefined) throw new Error('a row of k is pending');
    await markPublished(database, parts, [{ row: refused, reason: 'too large' }]);
    await write([row('k', 3), row('other', 2)]);
    const next = await pendingRows(database, SHARDS, 1_000, written);
    expect(next.rows.map(({ key, held }) => [key, held]).sort()).toEqual([
      ['k', true],
      ['other', false],
    ]);
  });

  it('fall out of a full memory, oldest first, and are read', async () => {
    const small = new OutboxMemory(6_000);
    small.publishes(SHARDS);
    const kept = (count: number): bigint => small.keep(0, new Array<OutboxRow>(count).fill(row('k', 4))) ?? 0n;
    const [first, second, third] = [kept(5), kept(5), kept(5)];
    expect([small.rowsOf(first), small.rowsOf(second)?.length, small.rowsOf(third)?.length]).toEqual([undefined, 5, 5]);
    small.published([second, null]);
    expect(small.rowsOf(second)).toBeUndefined();
    small.publishes([1]);
    expect(small.keep(0, [])).toBeUndefined();
    expect(small.rowsOf(null)).toBeUndefined();
  });
});
