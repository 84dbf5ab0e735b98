import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { orderJson } from '../../../test/support/order-json.ts';
import { stageBench, type Said, type StageBench } from '../../../test/support/stage-bench.ts';
import { migrations } from './migrations.ts';
import { createProfileStage } from './profile-stage.ts';

const order = (orderId: string, customer: object): Said => ({
  id: `order/${orderId}`,
  source: 'shop',
  type: 'commerce.order',
  time: '2026-03-01T10:00:00Z',
  data: orderJson(orderId, { customer }),
});

describe('what two processes remember of identities', () => {
  let own: FreshDatabase;
  let one: StageBench;
  let other: StageBench;
  beforeAll(async () => {
    own = await freshDatabase(migrations);
    // Two stages with a memory each; the one reads partition 0, the other partition 1.
    one = await stageBench(own, createProfileStage('11'.repeat(32)), 2);
    other = await stageBench(own, createProfileStage('11'.repeat(32)), 2);
  }, 30_000);
  afterAll(async () => {
    await one.close();
    await other.close();
    await own.drop();
  }, 30_000);
  const orders = async (): Promise<number[]> =>
    (
      await own.database.query<{ orders: number }>(
        `SELECT (document->>'orders')::int AS orders FROM profile.profile WHERE visible ORDER BY orders`,
      )
    ).map((row) => row.orders);

  it('is corrected when the other one has merged, and when it has split what it merged', async () => {
    const [ann, bob] = [
      { id: 'ann', email: 'ann@example.org' },
      { id: 'bob', email: 'bob@example.org' },
    ];
    for (const round of [1, 2]) await one.apply(0, [order(`a${round}`, ann), order(`b${round}`, bob)]);
    expect(await orders()).toEqual([2, 2]);
    await other.apply(1, [order('a3', { ...ann, email: bob.email })]);
    expect(await orders()).toEqual([5]);
    await one.apply(0, [order('a4', ann), order('b4', bob)]);
    expect(await orders()).toEqual([7]);
    // Ten more customers share bob's address: it links nobody any more.
    await other.apply(
      1,
      Array.from({ length: 10 }, (_, index) => order(`x${index}`, { id: `x${index}`, email: bob.email })),
    );
    await one.apply(0, [order('a5', ann), order('b5', bob)]);
    expect(await orders()).toEqual([...new Array<number>(10).fill(1), 4, 5].sort((left, right) => left - right));
  }, 60_000);

  it('a batch that fails leaves nothing in memory that the tables do not hold', async () => {
    const eve = { id: 'eve', email: 'eve@example.org' };
    const before = await orders();
    const noise = Array.from({ length: 60 }, (_, index) => createHash('sha256').update(String(index)).digest('hex')).join('');
    // The last one breaks the batch at the database: a document id that no index row can hold.
    const broken = order(noise, eve);
    const { quarantined } = await one.apply(0, [order('e1', eve), broken]);
    expect(quarantined).toBe(1);
    await one.apply(0, [order('e2', eve)]);
    await other.apply(1, [order('e3', eve)]);
    expect(await orders()).toEqual([...before, 3].sort((left, right) => left - right));
  }, 60_000);
});
