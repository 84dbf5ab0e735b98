import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, toHeaders, type StockMovement } from '@tributary/contracts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { Database } from './database.ts';
import { derivedId } from './event-key.ts';
import { appendOutbox, insertOutboxRows, MAX_PAYLOAD_BYTES, OUTBOX_SHARDS, shardOf } from './outbox.ts';
import { pendingRows } from './outbox-queue.ts';
import type { OutboxRow } from './outbox-row.ts';
import type { OutboxEvent } from './stage.ts';

const event = (key: string, cause: string, change: Partial<OutboxEvent> = {}): OutboxEvent => ({
  contract: contracts.stockMovement as unknown as OutboxEvent['contract'],
  id: derivedId('spec', cause, 'erp.stock-movement', 0),
  source: 'tributary/spec',
  key,
  time: '2026-01-01T00:00:00Z',
  value: (seq): StockMovement => ({
    movementId: `${key}/${seq}`,
    sku: key,
    location: 'main',
    kind: 'SALE',
    quantity: seq,
    occurredAt: 1_700_000_000_000_000,
    reference: cause,
    description: null,
  }),
  ...change,
});
interface Row {
  readonly id: string;
  readonly seq: bigint;
  readonly key: string;
  readonly type: string;
  readonly payload: Buffer | null;
  readonly source: string | null;
  readonly time: string | null;
  readonly traceparent: string | null;
  readonly headers: Record<string, string> | null;
}
const letter = (change: Partial<OutboxRow> = {}): OutboxRow => ({
  id: 'letter',
  topic: 'letter',
  key: 'letter',
  type: 'dead-letter',
  payload: null,
  seq: 0n,
  source: null,
  time: null,
  traceparent: null,
  headers: { dlt_reason: 'spec' },
  ...change,
});

describe('the outbox', () => {
  let own: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await freshDatabase([]);
    database = new Database({ url: own.url, max: 6, applicationName: 'spec' });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await own.drop();
  });
  const rows = (like: string): Promise<Row[]> =>
    database.query<Row>(
      'SELECT id, seq, aggregateid AS key, type, payload, source, event_time AS time, traceparent, headers FROM hub.outbox WHERE aggregateid LIKE $1 ORDER BY sequence',
      [like],
    );

  it('hands each payload to the relay byte by byte, text or not', async () => {
    const payload = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const row = letter({ id: 'bytes', key: 'bytes', payload, headers: { name: 'Zoë 王 "\u0001' } });
    await database.transaction(async (tx) => insertOutboxRows(tx, [row]));
    const [found] = (await pendingRows(database, [shardOf('bytes')], 10)).rows;
    expect(found?.payload?.toString('hex')).toBe(payload.toString('hex'));
    expect(found).toMatchObject({ headers: row.headers, held: false });
    const [{ sequence } = { sequence: 0n }] = await database.query<{ sequence: bigint }>(
      `SELECT sequence FROM hub.outbox WHERE id = 'bytes'`,
    );
    expect(found?.sequence).toBe(sequence);
  });

  it('numbers each key 1, 2, 3 without a gap under four writers at once, and the order in the table agrees', async () => {
    const keys = ['w-a', 'w-b', 'w-c', 'w-d', 'w-e'];
    const writer = async (name: number): Promise<void> => {
      for (let batch = 0; batch < 15; batch += 1) {
        const events = Array.from({ length: 20 }, (_, n) =>
          event(keys[(n * (name + 1) + batch) % keys.length] ?? '', `${name}/${batch}/${n}`),
        );
        const work = database.transaction(async (tx) => {
          await appendOutbox(tx, events);
          if (batch % 5 === 3) throw new Error('rolled back');
        });
        await work.catch((error: unknown) => {
          if ((error as Error).message !== 'rolled back') throw error;
        });
      }
    };
    await Promise.all([0, 1, 2, 3].map(writer));
    const found = await rows('w-%');
    expect(found).toHaveLength(4 * 12 * 20);
    for (const key of keys) {
      const own = found.filter((row) => row.key === key);
      expect(own.map((row) => Number(row.seq))).toEqual(own.map((_, index) => index + 1));
    }
    expect(new Set(found.map((row) => row.id)).size).toBe(found.length);
  });

  it('gives the value its number, the columns its envelope', async () => {
    await database.transaction((tx) => appendOutbox(tx, [event('h-1', 'c1'), event('h-1', 'c2', { traceparent: '00-ab-cd-01' })]));
    const [first, second] = await rows('h-1');
    expect(first?.id).toBe(derivedId('spec', 'c1', 'erp.stock-movement', 0));
    const decoded = contracts.stockMovement.decode(second?.payload ?? Buffer.alloc(0));
    expect(decoded.ok && decoded.value.quantity).toBe(2n);
    expect([first?.traceparent, second]).toMatchObject([
      null,
      {
        id: derivedId('spec', 'c2', 'erp.stock-movement', 0),
        type: 'erp.stock-movement',
        source: 'tributary/spec',
        time: '2026-01-01T00:00:00Z',
        seq: 2n,
        traceparent: '00-ab-cd-01',
        headers: null,
      },
    ]);
  });

  it('gives each row of a transaction its own topic, type and source, also among many kinds and dead letters', async () => {
    const given = Array.from({ length: 300 }, (_, n) => {
      const change = { id: `m-${n}`, key: `m-${n % 40}`, topic: `t-${n % 3}`, type: `type-${n % 5}` };
      if (n % 7 === 6) return letter({ ...change, headers: { dlt_reason: `r-${n}` } });
      return letter({
        ...change,
        source: `source-${n % 11}`,
        time: `time-${n}`,
        traceparent: n % 2 === 0 ? `trace-${n}` : null,
        headers: null,
      });
    });
    await database.transaction((tx) => Promise.resolve(insertOutboxRows(tx, given)));
    const found = await rows('m-%');
    const sorted = (all: readonly { readonly id: string }[]) => [...all].sort((left, right) => (left.id < right.id ? -1 : 1));
    expect(sorted(found)).toEqual(sorted(given.map(({ topic: _, ...row }) => row)));
  });

  it.each([
    ['neither source nor headers', letter({ headers: null })],
    ['both', letter({ source: 's', time: 't' })],
    ['a source without a time', letter({ source: 's', headers: null })],
  ])('takes no row that has %s', async (_what, row) => {
    await expect(database.transaction((tx) => Promise.resolve(insertOutboxRows(tx, [row])))).rejects.toThrow('outbox_headers');
  });

  it('writes a tombstone for a value of null', async () => {
    await database.transaction((tx) => appendOutbox(tx, [event('t-1', 'c1', { value: () => null })]));
    expect((await rows('t-1')).map((row) => row.payload)).toEqual([null]);
  });

  it('refuses what the broker would refuse, and nothing of that transaction stays', async () => {
    const payload = Buffer.alloc(MAX_PAYLOAD_BYTES + 1);
    const refused = database.transaction(async (tx) => {
      await appendOutbox(tx, [event('o-1', 'c1')]);
      await insertOutboxRows(tx, [letter({ key: 'o-1', payload })]);
    });
    await expect(refused).rejects.toThrow(RangeError);
    expect(await rows('o-1')).toEqual([]);
    await database.transaction((tx) => appendOutbox(tx, [event('o-1', 'c1')]));
    expect((await rows('o-1')).map((row) => row.seq)).toEqual([1n]);
  });

  it('gives Debezium, as the documentation configures it, the headers that the relay writes', async () => {
    const [, json = '{}'] = /<!-- connector:[^]*?```json\n([^]*?)```/.exec(readFileSync('docs/outbox.md', 'utf8')) ?? [];
    const config = JSON.parse(json) as Record<string, string>;
    const of = (name: string): string => config[`transforms.${name}`] ?? '';
    await database.transaction((tx) => appendOutbox(tx, [event('d-1', 'c1', { traceparent: '00-ab-cd-01' })]));
    const [row = {}] = await database.query<Record<string, unknown>>(`SELECT * FROM hub.outbox WHERE aggregateid = 'd-1'`);
    // What the router does: EventRouterDelegate of Debezium. The topic is the column `aggregatetype`, the key `aggregateid`, the value `payload`.
    expect(row).toMatchObject({ aggregatetype: contracts.stockMovement.topic, aggregateid: 'd-1', payload: expect.any(Buffer) });
    const placed = of('outbox.table.fields.additional.placement').split(',');
    const headers = Object.fromEntries([
      [of('versionHeader.headers'), of('version.static.value')],
      ...placed.map((one) => {
        const [column = '', placement, alias = ''] = one.split(':');
        expect([placement, Object.keys(row)]).toEqual(['header', expect.arrayContaining([column])]);
        return [alias, String(row[column])];
      }),
      [of('contentType.header'), of('contentType.value.literal')],
    ]) as Record<string, string>;
    expect(headers).toEqual(
      toHeaders({
        id: derivedId('spec', 'c1', 'erp.stock-movement', 0),
        source: 'tributary/spec',
        type: 'erp.stock-movement',
        time: '2026-01-01T00:00:00Z',
        seq: 1n,
        traceparent: '00-ab-cd-01',
      }),
    );
  });

  it('spreads keys over all shards and keeps a key in its own', () => {
    const counts = new Array<number>(OUTBOX_SHARDS).fill(0);
    for (let key = 0; key < 8_000; key += 1) counts[shardOf(`customer-${key}`)] = (counts[shardOf(`customer-${key}`)] ?? 0) + 1;
    expect(Math.min(...counts)).toBeGreaterThan(700);
    expect(shardOf('客户')).toBe(shardOf('客户'));
  });
});
