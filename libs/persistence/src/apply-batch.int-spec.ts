import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StockMovement } from '@tributary/contracts';
import { countingMigrations, countingStage, movementRecord, type CountingOptions } from '../../../test/support/counting-stage.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { applyBatch, type BatchContext, type PartitionSlice } from './apply-batch.ts';
import { Database } from './database.ts';
import { FencedError } from './failure.ts';
import { groupNumber } from './group-number.ts';
import { openOffset } from './offset-store.ts';
import type { RawRecord } from './stage.ts';

const TOPIC = 'erp.stock-movement.v1';
const slice = (records: readonly RawRecord[], expected = 0n, next = BigInt(records.length) + expected, partition = 0): PartitionSlice => ({
  topic: TOPIC,
  partition,
  expected,
  next,
  records,
});
const numbered = (count: number, run: string, from = 0): RawRecord[] =>
  Array.from({ length: count }, (_, index) => movementRecord(from + index, `${run}/${from + index}`));

describe('one batch, one transaction', () => {
  let own: FreshDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await freshDatabase(countingMigrations);
    database = new Database({ url: own.url, max: 6, applicationName: 'spec' });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  async function start(options: CountingOptions = {}, partitions = 1): Promise<BatchContext & { run: string }> {
    const stage = countingStage(options);
    for (let partition = 0; partition < partitions; partition += 1) await openOffset(database, stage.group, TOPIC, partition, 0n);
    return { database, stage, groupId: await groupNumber(database, stage.group), now: () => new Date(), run: randomUUID() };
  }
  const counted = async (run: string): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await database.query<{ movement: string; n: number }>('SELECT movement, n FROM spec.counted WHERE movement LIKE $1', [`${run}%`])
      ).map((row) => [row.movement, row.n]),
    );
  const quarantined = (group: string): Promise<{ offset: bigint; reason: string; faults: { detail: string }[]; value: Buffer | null }[]> =>
    database.query('SELECT record_offset AS offset, reason, faults, value FROM hub.quarantine WHERE consumer_group = $1 ORDER BY 1', [
      group,
    ]);
  const letters = (group: string): Promise<{ topic: string; key: string; payload: Buffer | null; headers: Record<string, string> }[]> =>
    database.query(
      `SELECT aggregatetype AS topic, aggregateid AS key, payload, headers FROM hub.outbox WHERE headers->>'dlt_group' = $1 ORDER BY sequence`,
      [group],
    );
  /** consumed = applied + duplicate + stale + parked + quarantined, and what is counted agrees with the tables. */
  async function identityHolds(context: BatchContext): Promise<Record<string, bigint>> {
    const [row] = await database.query<Record<string, bigint>>(
      `SELECT sum(next_offset - first_offset - gaps)::bigint AS consumed, sum(applied)::bigint AS applied, sum(duplicate)::bigint AS duplicate,
sum(stale)::bigint AS stale, sum(parked)::bigint AS parked, sum(quarantined)::bigint AS quarantined, sum(gaps)::bigint AS gaps FROM hub.consumer_offset WHERE consumer_group = $1`,
      [context.stage.group],
    );
    const { consumed = -1n, applied = 0n, duplicate = 0n, stale = 0n, parked = 0n, quarantined: bad = 0n } = row ?? {};
    expect(consumed).toBe(applied + duplicate + stale + parked + bad);
    expect(BigInt((await quarantined(context.stage.group)).length)).toBe(bad);
    return row ?? {};
  }

  it('applies once; a redelivery is fenced and changes nothing', async () => {
    const context = await start();
    const batch = [slice(numbered(5, context.run))];
    expect(await applyBatch(context, batch)).toMatchObject({ applied: 5, transactions: 1 });
    await expect(applyBatch(context, batch)).rejects.toThrow(FencedError);
    expect(Object.values(await counted(context.run))).toEqual([1, 1, 1, 1, 1]);
    await identityHolds(context);
  });

  it('a silent context applies and quarantines the same, and publishes nothing', async () => {
    const context = await start({ onApply: ({ movementId }) => void (movementId.endsWith('/1') && refuse()) });
    const refuse = (): never => {
      throw new RangeError('poison');
    };
    expect(await applyBatch({ ...context, silent: true }, [slice(numbered(3, context.run))])).toMatchObject({ applied: 2, quarantined: 1 });
    expect(await quarantined(context.stage.group)).toHaveLength(1);
    expect(await letters(context.stage.group)).toEqual([]);
  });

  it.each(['the fold throws', 'the database refuses the write'])(
    'one poison record among 500 (%s) costs its own quarantine row only',
    async (how) => {
      const bad = (movement: StockMovement): boolean => movement.movementId.endsWith('/333');
      const context = await start(
        how === 'the fold throws'
          ? {
              onApply: (movement) => {
                if (bad(movement)) throw new TypeError('a fold with a bug');
              },
            }
          : {},
      );
      const records = numbered(500, context.run);
      if (how !== 'the fold throws') records[333] = movementRecord(333, `${context.run}/333`, {}, 'POISON');
      const result = await applyBatch(context, [slice(records)]);
      expect(result).toMatchObject({ applied: 499, quarantined: 1, duplicate: 0 });
      expect(result.transactions).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(500)) + 2);
      const rows = await quarantined(context.stage.group);
      expect(rows.map((row) => [row.offset, row.reason])).toEqual([[333n, 'database-data']]);
      expect(rows[0]?.value?.equals(records[333]?.value ?? Buffer.alloc(0))).toBe(true);
      expect(Object.keys(await counted(context.run))).toHaveLength(499);
      expect(await identityHolds(context)).toMatchObject({ consumed: 500n, applied: 499n, quarantined: 1n });
    },
  );

  it('poison in two partitions, with a partition beside them that holds only a gap', async () => {
    const context = await start(
      {
        onApply: (movement) => {
          if (/bad/.test(movement.movementId)) throw new Error('bad');
        },
      },
      3,
    );
    const zero = [movementRecord(0, `${context.run}/0a`), movementRecord(4, `${context.run}/bad1`), movementRecord(5, `${context.run}/0b`)];
    const one = ['bad2', '1a', 'bad3'].map((name, index) => movementRecord(index, `${context.run}/${name}`, { partition: 1 }));
    const result = await applyBatch(context, [slice(zero, 0n, 9n), slice([], 0n, 40n, 2), slice(one, 0n, 3n, 1)]);
    expect(result).toMatchObject({ applied: 3, quarantined: 3 });
    const offsets = await database.query<{ partition: number; next: bigint; gaps: bigint }>(
      'SELECT partition, next_offset AS next, gaps FROM hub.consumer_offset WHERE consumer_group = $1 ORDER BY 1',
      [context.stage.group],
    );
    expect(offsets).toEqual([
      { partition: 0, next: 9n, gaps: 6n },
      { partition: 1, next: 3n, gaps: 0n },
      { partition: 2, next: 40n, gaps: 40n },
    ]);
    await identityHolds(context);
  });

  it('duplicates and conflicts, within a batch and across batches, are told apart and counted', async () => {
    const context = await start();
    const { run } = context;
    const twice = (offset: number, id: string, sku = 'A-1'): RawRecord => movementRecord(offset, id, {}, sku, `${run}-event-${id}`);
    await applyBatch(context, [slice([twice(0, `${run}/a`), twice(1, `${run}/a`), twice(2, `${run}/a`, 'B-2')])]);
    await applyBatch(context, [slice([twice(3, `${run}/a`), twice(4, `${run}/a`, 'C-3'), twice(5, `${run}/b`)], 3n)]);
    expect(await counted(run)).toEqual({ [`${run}/a`]: 1, [`${run}/b`]: 1 });
    expect((await quarantined(context.stage.group)).map((row) => [row.offset, row.reason])).toEqual([
      [2n, 'conflict'],
      [4n, 'conflict'],
    ]);
    expect(await identityHolds(context)).toMatchObject({ applied: 2n, duplicate: 2n, quarantined: 2n });
  });

  it('what cannot be read is quarantined by name with its bytes, and a dead letter tells of it', async () => {
    const context = await start();
    const good = movementRecord(0, `${context.run}/ok`);
    const bytes = (value: Buffer | null, change: Partial<RawRecord> = {}): RawRecord => ({ ...good, value, ...change });
    const records = [
      good,
      bytes(Buffer.from('not a frame')),
      bytes(null),
      bytes(good.value, { headers: {} }),
      bytes(good.value, { key: null }),
      bytes(Buffer.concat([good.value ?? Buffer.alloc(0), Buffer.from([1])])),
      bytes(good.value?.subarray(0, 12) ?? null),
      bytes(good.value, { headers: { ...good.headers, 'na\0me': 'x' }, key: Buffer.from('客户\0') }),
    ].map((record, index) => ({ ...record, offset: BigInt(index) }));
    const result = await applyBatch(context, [slice(records)]);
    // The last one is whole: a NUL in a header or a key that nobody reads is no reason to refuse it. It repeats the first.
    expect(result).toMatchObject({ applied: 1, duplicate: 1, quarantined: 6, transactions: 1 });
    expect((await quarantined(context.stage.group)).map((row) => row.reason)).toEqual([
      'no-frame',
      'no-frame',
      'envelope',
      'no-key',
      'trailing',
      'truncated',
    ]);
    const found = await letters(context.stage.group);
    expect(found).toHaveLength(6);
    expect(found.find(({ headers }) => headers.dlt_offset === '1')).toMatchObject({
      topic: `${TOPIC}.dlt`,
      key: 'A-1@main',
      headers: { dlt_topic: TOPIC, dlt_partition: '0', dlt_offset: '1', dlt_reason: 'no-frame', dlt_group: context.stage.group },
    });
    await identityHolds(context);
  });

  it('a bad record with NUL in header names and in its key, or of two megabytes, never stops the partition', async () => {
    const context = await start();
    const huge = Buffer.alloc(2_000_000, 7);
    const records: RawRecord[] = [
      { ...movementRecord(0, 'x'), headers: { 'a\0b': Buffer.from('c\0') }, key: Buffer.from('客户\0'), value: Buffer.from([0]) },
      { ...movementRecord(1, 'x'), value: huge },
      movementRecord(2, `${context.run}/after`),
    ];
    expect(await applyBatch(context, [slice(records)])).toMatchObject({ applied: 1, quarantined: 2 });
    const rows = await quarantined(context.stage.group);
    expect(rows[1]?.value?.equals(huge)).toBe(true);
    const found = await letters(context.stage.group);
    expect(found[0]?.key).toBe('客户\\u0000');
    expect(found[1]?.payload).toBeNull();
    expect(found[1]?.headers.dlt_value_omitted).toBe('2000000 bytes');
    await identityHolds(context);
  });

  it('a missing partition of a table halts: no record is blamed for it', async () => {
    const context = { ...(await start()), now: () => new Date('1999-01-01T00:00:00Z') };
    await expect(applyBatch(context, [slice(numbered(4, context.run))])).rejects.toMatchObject({ code: '23514' });
    expect(await quarantined(context.stage.group)).toEqual([]);
    expect(await openOffset(database, context.stage.group, TOPIC, 0, 0n)).toBe(0n);
  });

  it('what met other transactions eight times over is left for later, never quarantined', async () => {
    let tries = 0;
    const context = await start({
      onClose: () => {
        tries += 1;
        return Promise.reject(Object.assign(new Error('deadlock detected'), { code: '40P01' }));
      },
    });
    await expect(applyBatch(context, [slice(numbered(2, context.run))])).rejects.toMatchObject({ code: '40P01' });
    expect(tries).toBeGreaterThan(8);
    expect(await quarantined(context.stage.group)).toEqual([]);
    await identityHolds(context);
  });

  it('a deadlock once is nobody else’s business', async () => {
    let tries = 0;
    const context = await start({
      onClose: () =>
        (tries += 1) === 1 ? Promise.reject(Object.assign(new Error('deadlock detected'), { code: '40P01' })) : Promise.resolve(),
    });
    expect(await applyBatch(context, [slice(numbered(3, context.run))])).toMatchObject({ applied: 3, transactions: 1 });
  });

  it('an infrastructure fault in the middle of bisecting keeps what was committed; the rest follows from the stored offset', async () => {
    let down = true;
    const context = await start({
      onApply: (movement) => {
        if (movement.movementId.endsWith('/0')) throw new Error('poison');
        if (down && movement.movementId.endsWith('/7')) throw Object.assign(new Error('shutting down'), { code: '57P01' });
      },
    });
    const records = numbered(8, context.run);
    await expect(applyBatch(context, [slice(records)])).rejects.toMatchObject({ code: '57P01' });
    down = false;
    await expect(applyBatch(context, [slice(records)])).rejects.toThrow(FencedError);
    const stored = await openOffset(database, context.stage.group, TOPIC, 0, 0n);
    await applyBatch(context, [slice(records.slice(Number(stored)), stored)]);
    expect(Object.values(await counted(context.run))).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(await identityHolds(context)).toMatchObject({ consumed: 8n, applied: 7n, quarantined: 1n });
  });

  it('lanes that bring the same events at once apply each of them once', async () => {
    const context = await start({}, 4);
    const events = Array.from({ length: 120 }, (_, index) => `${context.run}/${index}`);
    const orders = [events, [...events].reverse(), [...events].sort(), [...events.slice(60), ...events.slice(0, 60)]];
    await Promise.all(
      orders.map((order, partition) =>
        applyBatch(context, [
          slice(
            order.map((id, index) => movementRecord(index, id, { partition })),
            0n,
            BigInt(order.length),
            partition,
          ),
        ]),
      ),
    );
    expect(new Set(Object.values(await counted(context.run)))).toEqual(new Set([1]));
    expect(await identityHolds(context)).toMatchObject({ consumed: 480n, applied: 120n, duplicate: 360n });
  });
});
