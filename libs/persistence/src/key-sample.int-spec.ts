import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StockMovement } from '@tributary/contracts';
import { countingMigrations, countingStage, movementRecord } from '../../../test/support/counting-stage.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { applyBatch, type BatchContext, type PartitionSlice } from './apply-batch.ts';
import { Database } from './database.ts';
import { groupNumber } from './group-number.ts';
import { noteKeys, SAMPLED_KEYS, sampledKeys } from './key-sample.ts';
import { openOffset } from './offset-store.ts';
import type { RawRecord } from './stage.ts';

const TOPIC = 'erp.stock-movement.v1';
const slice = (records: readonly RawRecord[]): PartitionSlice => ({
  topic: TOPIC,
  partition: 0,
  expected: records[0]?.offset ?? 0n,
  next: (records.at(-1)?.offset ?? -1n) + 1n,
  records,
});

let own: FreshDatabase;
let database: Database;
beforeEach(async () => {
  own = await freshDatabase(countingMigrations);
  database = new Database({ url: own.url, max: 4, applicationName: 'spec' });
}, 30_000);
afterEach(async () => {
  await database.close();
  await own.drop();
});

describe('the number of keys', () => {
  const keys = (from: number, to: number): { topic: string; key: Buffer }[] =>
    Array.from({ length: to - from }, (_, index) => ({ topic: TOPIC, key: Buffer.from(`key-${from + index}`) }));
  const rows = async (): Promise<number> =>
    (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM hub.key_sample'))[0]?.n ?? -1;

  it('is exact as long as it is small, however often and through whatever process they come', async () => {
    expect(await sampledKeys(database, TOPIC)).toBe(0);
    await noteKeys(database, [...keys(0, 700), ...keys(300, 900), { topic: TOPIC, key: null }]);
    const other = new Database({ url: own.url, max: 1, applicationName: 'other' });
    await noteKeys(other, keys(800, 1_000));
    await noteKeys(database, keys(0, 1_000));
    await other.close();
    expect(await sampledKeys(database, TOPIC)).toBe(1_000);
    expect(await sampledKeys(database, 'another.v1')).toBe(0);
  });

  it('is estimated to a tenth beyond, from few rows', async () => {
    for (let from = 0; from < 60_000; from += 2_000) await noteKeys(database, keys(from, from + 2_000));
    expect(Math.abs((await sampledKeys(database, TOPIC)) / 60_000 - 1)).toBeLessThan(0.1);
    expect(await rows()).toBeLessThan(10 * SAMPLED_KEYS);
  }, 30_000);

  it('costs no statement where the keys are known', async () => {
    await noteKeys(database, keys(0, 2_000));
    const deaf = Object.assign(database, { query: () => Promise.reject(new Error('asked')) });
    await expect(noteKeys(deaf, keys(0, 2_000))).resolves.toBeUndefined();
  });
});

describe('a share of the keys that fails', () => {
  async function start(): Promise<BatchContext & { run: string }> {
    const stage = countingStage({ ordering: 'strict', onApply: failing });
    await openOffset(database, stage.group, TOPIC, 0, 0n);
    return { database, stage, groupId: await groupNumber(database, stage.group), now: () => new Date(), run: randomUUID() };
  }
  /** Each its own key; the first `bad` of them fail. */
  const wave = (run: string, bad: number, good: number, from = 0): RawRecord[] =>
    Array.from({ length: bad + good }, (_, index) =>
      movementRecord(from + index, `${run}/${index < bad ? 'bad' : 'good'}-${from + index}`, {}, `${run}-${from + index}`),
    );
  const failing = (movement: StockMovement): void => {
    if (movement.movementId.includes('/bad-')) throw new Error(`no ${movement.movementId}`);
  };

  it('a wave of bad records on a young topic that others write parks their keys and does not halt', async () => {
    const context = await start();
    await applyBatch(context, [slice(wave(context.run, 0, 2_400))]);
    expect(await applyBatch(context, [slice(wave(context.run, 110, 10, 2_400))])).toMatchObject({ quarantined: 110, applied: 10 });
    const behind = [2_401, 2_405].map((key, index) =>
      movementRecord(2_520 + index, `${context.run}/behind-${index}`, {}, `${context.run}-${key}`),
    );
    expect(await applyBatch(context, [slice(behind)])).toMatchObject({ parked: 2 });
    expect(await database.query('SELECT FROM hub.blocked_key WHERE consumer_group = $1', [context.stage.group])).toHaveLength(110);
  });

  it('the same wave halts where it is more than a twentieth of the keys, and tells how many keys there are', async () => {
    const context = await start();
    await applyBatch(context, [slice(wave(context.run, 0, 500))]);
    await expect(applyBatch(context, [slice(wave(context.run, 110, 10, 500))])).rejects.toMatchObject({
      name: 'HaltError',
      topic: TOPIC,
      reason: expect.stringMatching(/^100 of about 620 keys .* more than 5 %/),
    });
    expect(await database.query('SELECT applied, quarantined FROM hub.consumer_offset WHERE applied > 0')).toEqual([
      { applied: 500n, quarantined: 99n },
    ]);
  });

  it('below a hundred blocked keys nothing is judged', async () => {
    const context = await start();
    expect(await applyBatch(context, [slice(wave(context.run, 99, 0))])).toMatchObject({ quarantined: 99 });
  });

  it('keys that the hub itself wrote count though none of them has come yet', async () => {
    await database.query(`INSERT INTO hub.outbox_key (topic, key, seq) SELECT $1, 'K' || n, 1 FROM generate_series(1, 2000) n`, [TOPIC]);
    const context = await start();
    await expect(applyBatch(context, [slice(wave(context.run, 100, 0))])).resolves.toMatchObject({ quarantined: 100 });
  });
});
