import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StockMovement } from '@tributary/contracts';
import { countingMigrations, countingStage, movementRecord, type CountingOptions } from '../../../test/support/counting-stage.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { applyBatch, type BatchContext, type PartitionSlice } from './apply-batch.ts';
import { Database } from './database.ts';
import { HaltError } from './failure.ts';
import { groupNumber } from './group-number.ts';
import { openOffset } from './offset-store.ts';
import type { RawRecord } from './stage.ts';

const TOPIC = 'erp.stock-movement.v1';
const slice = (records: readonly RawRecord[], partition = 0): PartitionSlice => ({
  topic: TOPIC,
  partition,
  expected: records[0]?.offset ?? 0n,
  next: (records.at(-1)?.offset ?? -1n) + 1n,
  records,
});
const refuse =
  (...names: readonly string[]) =>
  (movement: StockMovement): void => {
    if (names.some((name) => movement.movementId.endsWith(`/${name}`))) throw new Error(`no ${movement.movementId}`);
  };

describe('parking behind a failed record', () => {
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

  async function start(options: CountingOptions = {}, more: Partial<BatchContext> = {}): Promise<BatchContext & { run: string }> {
    const stage = countingStage({ ordering: 'strict', ...options });
    for (const partition of [0, 1]) await openOffset(database, stage.group, TOPIC, partition, 0n);
    return { database, stage, groupId: await groupNumber(database, stage.group), now: () => new Date(), run: randomUUID(), ...more };
  }
  const counted = async (run: string): Promise<string[]> =>
    (await database.query<{ movement: string }>('SELECT movement FROM spec.counted WHERE movement LIKE $1 ORDER BY 1', [`${run}/%`])).map(
      (row) => row.movement.slice(run.length + 1),
    );
  const parked = (group: string): Promise<{ offset: bigint; key: string }[]> =>
    database.query(
      `SELECT record_offset AS offset, convert_from(record_key, 'UTF8') AS key FROM hub.parked WHERE consumer_group = $1 ORDER BY id`,
      [group],
    );
  const blocked = (group: string): Promise<{ key: string; parked: number }[]> =>
    database.query(`SELECT convert_from(record_key, 'UTF8') AS key, parked FROM hub.blocked_key WHERE consumer_group = $1 ORDER BY 1`, [
      group,
    ]);
  const inbox = async (groupId: number): Promise<number> =>
    (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM hub.inbox WHERE consumer_group = $1', [groupId]))[0]?.n ?? -1;
  const tallies = async (group: string): Promise<Record<string, bigint>> => {
    const [row] = await database.query<Record<string, bigint>>(
      `SELECT sum(next_offset - first_offset - gaps)::bigint AS consumed, sum(applied)::bigint AS applied, sum(duplicate)::bigint AS duplicate,
sum(parked)::bigint AS parked, sum(quarantined)::bigint AS quarantined FROM hub.consumer_offset WHERE consumer_group = $1`,
      [group],
    );
    const found = row ?? {};
    const { consumed = 0n, applied = 0n, duplicate = 0n, parked: waiting = 0n, quarantined = 0n } = found;
    expect(consumed).toBe(applied + duplicate + waiting + quarantined);
    return found;
  };

  it.each(['the fold throws', 'the bytes are broken', 'the stage refuses it'])(
    'record n of a key fails (%s): n+1 to n+50 wait in order, other keys flow, in this batch and the next',
    async (how) => {
      const context = await start(how === 'the fold throws' ? { onApply: refuse('k0') } : {});
      const { run } = context;
      if (how === 'the stage refuses it') {
        const { open } = context.stage;
        context.stage.open = async (...given) => {
          const unit = await open(...given);
          return {
            ...unit,
            apply: (event) =>
              (event.value as StockMovement).movementId.endsWith('/k0')
                ? { kind: 'quarantined', faults: [{ field: 'x', reason: 'conflict', detail: 'no' }] }
                : unit.apply(event),
          };
        };
      }
      const records: RawRecord[] = [];
      for (let index = 0; index <= 50; index += 1) {
        records.push(movementRecord(2 * index, `${run}/k${index}`, {}, 'K'));
        records.push(movementRecord(2 * index + 1, `${run}/o${String(index).padStart(2, '0')}`, {}, `O-${index % 5}`));
      }
      if (how === 'the bytes are broken') records[0] = { ...(records[0] as RawRecord), value: Buffer.from('broken') };
      const first = await applyBatch(context, [slice(records.slice(0, 60))]);
      expect(first).toMatchObject({ quarantined: 1, parked: 29, applied: 30 });
      expect(await applyBatch(context, [slice(records.slice(60))])).toMatchObject({
        quarantined: 0,
        parked: 21,
        applied: 21,
        transactions: 1,
      });
      expect(await counted(run)).toEqual(Array.from({ length: 51 }, (_, index) => `o${String(index).padStart(2, '0')}`));
      expect(await parked(context.stage.group)).toEqual(
        Array.from({ length: 50 }, (_, index) => ({ offset: BigInt(2 * index + 2), key: 'K@main' })),
      );
      expect(await blocked(context.stage.group)).toEqual([{ key: 'K@main', parked: 50 }]);
      // What was not applied leaves no trace in the inbox: it will be new when it comes again.
      expect(await inbox(context.groupId)).toBe(51);
      expect(await tallies(context.stage.group)).toMatchObject({ consumed: 102n, applied: 51n, parked: 50n, quarantined: 1n });
    },
  );

  it('a repeated event behind a failed one waits too; elsewhere it is a duplicate', async () => {
    const context = await start({ onApply: refuse('bad') });
    const { run } = context;
    const at = (offset: number, id: string, sku: string): RawRecord => movementRecord(offset, `${run}/${id}`, {}, sku);
    const records = [
      at(0, 'a', 'K'),
      at(1, 'bad', 'K'),
      at(2, 'a', 'K'),
      at(3, 'b', 'L'),
      at(4, 'b', 'L'),
      at(5, 'c', 'K'),
      at(6, 'c', 'K'),
    ];
    expect(await applyBatch(context, [slice(records)])).toMatchObject({ applied: 2, quarantined: 1, duplicate: 1, parked: 3 });
    expect((await parked(context.stage.group)).map((row) => row.offset)).toEqual([2n, 5n, 6n]);
    expect(await inbox(context.groupId)).toBe(2);
  });

  it('a contract whose later records say everything again parks nothing', async () => {
    const context = await start({ ordering: 'latest', onApply: refuse('0') });
    const records = Array.from({ length: 5 }, (_, index) => movementRecord(index, `${context.run}/${index}`, {}, 'K'));
    expect(await applyBatch(context, [slice(records)])).toMatchObject({ applied: 4, quarantined: 1, parked: 0 });
    expect(await blocked(context.stage.group)).toEqual([]);
  });

  it('a record without a key has no order to keep', async () => {
    const context = await start();
    const records = [{ ...movementRecord(0, 'x'), key: null }, movementRecord(1, `${context.run}/a`)];
    expect(await applyBatch(context, [slice(records)])).toMatchObject({ applied: 1, quarantined: 1, parked: 0 });
  });

  it('a key of a megabyte is blocked like any other', async () => {
    const context = await start();
    const key = Buffer.alloc(1_000_000, 65);
    const records = [
      { ...movementRecord(0, 'x'), key, value: Buffer.from('broken') },
      { ...movementRecord(1, `${context.run}/a`), key },
      movementRecord(2, `${context.run}/b`),
    ];
    expect(await applyBatch(context, [slice(records)])).toMatchObject({ applied: 1, quarantined: 1, parked: 1 });
  });

  it('a blocked key is blocked for its own group only, and in every partition of its topic', async () => {
    const context = await start({ onApply: refuse('bad') });
    const other = await start();
    await applyBatch(context, [slice([movementRecord(0, `${context.run}/bad`, {}, 'K')])]);
    expect(await applyBatch(other, [slice([movementRecord(0, `${other.run}/x`, {}, 'K')])])).toMatchObject({ applied: 1 });
    // After a topic has grown, the key comes in another partition.
    const moved = movementRecord(0, `${context.run}/y`, { partition: 1 }, 'K');
    expect(await applyBatch(context, [slice([moved], 1)])).toMatchObject({ parked: 1 });
  });

  it('a batch that is rolled back leaves nothing behind: no block, no parked record, no quarantine', async () => {
    const context = await start({
      onApply: refuse('bad'),
      onClose: () => Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' })),
    });
    const records = ['bad', 'b'].map((name, index) => movementRecord(index, `${context.run}/${name}`, {}, 'K'));
    await expect(applyBatch(context, [slice(records)])).rejects.toMatchObject({ code: '57P01' });
    expect([await blocked(context.stage.group), await parked(context.stage.group)]).toEqual([[], []]);
    expect(await tallies(context.stage.group)).toMatchObject({ consumed: 0n });
  });

  it('more behind one key than may wait halts the partition, and says why', async () => {
    const limits = { parkedPerKey: 3, blockedShare: 1, blockedKeys: 1_000 };
    const context = await start({ onApply: refuse('0') }, { limits });
    const records = Array.from({ length: 10 }, (_, index) => movementRecord(index, `${context.run}/${index}`, {}, 'K'));
    expect(await applyBatch(context, [slice(records.slice(0, 4))])).toMatchObject({ quarantined: 1, parked: 3 });
    const halt = await applyBatch(context, [slice(records.slice(4, 5))]).catch((error: unknown) => error);
    expect(halt).toBeInstanceOf(HaltError);
    expect(halt).toMatchObject({ topic: TOPIC, partition: 0, reason: expect.stringContaining('more than 3 records wait behind one key') });
    expect(await tallies(context.stage.group)).toMatchObject({ consumed: 4n, parked: 3n });
  });

  it('in good times a look at the blocked keys costs no query of its own', async () => {
    const context = await start();
    const statements: string[] = [];
    const watched: Database = Object.create(database, {
      transaction: {
        value: (work: Parameters<Database['transaction']>[0]) =>
          database.transaction((tx) =>
            work({
              ...tx,
              query: (statement, values) => {
                statements.push(typeof statement === 'string' ? statement : statement.text);
                return tx.query(statement, values);
              },
            }),
          ),
      },
    });
    await applyBatch({ ...context, database: watched }, [slice([movementRecord(0, `${context.run}/a`)])]);
    expect(statements.filter((text) => text.includes('blocked_key') || text.includes('hub.parked'))).toHaveLength(1);
    expect(statements[0]).toContain('UPDATE hub.consumer_offset');
  });
});
