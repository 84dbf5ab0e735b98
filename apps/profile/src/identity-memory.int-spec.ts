import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContentionError, holdGroup, raiseEpoch } from '@tributary/persistence';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { orderSaid as order } from '../../../test/support/order-said.ts';
import { stageBench, twoBenches, type StageBench, type TwoBenches } from '../../../test/support/stage-bench.ts';
import { watchedStage } from '../../../test/support/watched-stage.ts';
import { migrations } from './migrations.ts';
import { createProfileStage } from './profile-stage.ts';

describe('what two processes remember of identities', () => {
  let two: TwoBenches;
  let own: FreshDatabase;
  let one: StageBench;
  let other: StageBench;
  beforeAll(async () => {
    two = await twoBenches(migrations, () => createProfileStage('11'.repeat(32)));
    ({ own, one, other } = two);
  }, 30_000);
  afterAll(() => two.close(), 30_000);
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

  it('profiles that both write in turns are never taken from memory when the other one wrote last', async () => {
    const [tom, tim] = [
      { id: 'tom', email: 'tom@example.org' },
      { id: 'tim', email: 'tim@example.org' },
    ];
    const before = await orders();
    for (let round = 1; round <= 6; round += 1) {
      await one.apply(0, [order(`tom${round}`, tom), order(`tim${round}`, tim)]);
      if (round % 2 === 0) await other.apply(1, [order(`tom${round}b`, tom)]);
    }
    expect(await orders()).toEqual([...before, 6, 9].sort((left, right) => left - right));
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

describe('a profile that is remembered', () => {
  let own: FreshDatabase;
  let bench: StageBench;
  const watch = watchedStage(createProfileStage('11'.repeat(32)), 'profile-lock');
  const kim = { id: 'kim', email: 'kim@example.org' };
  let said = 0;
  const apply = async (): Promise<string[]> => {
    watch.asked.length = 0;
    await bench.apply(0, [order(`kim${(said += 1)}`, kim)]);
    return [...watch.asked];
  };
  const counted = async (): Promise<unknown> =>
    (await own.database.query(`SELECT (document->>'orders')::int AS orders FROM profile.profile WHERE visible`))[0];

  beforeAll(async () => {
    own = await freshDatabase(migrations);
    bench = await stageBench(own, watch.stage, 2);
    await apply();
  }, 30_000);
  afterAll(async () => {
    await bench.close();
    await own.drop();
  }, 30_000);

  it('is neither read again nor asked for its evidence', async () => {
    expect(await apply()).not.toContain('profile-members');
    const asked = await apply();
    expect(asked).toContain('profile-lock');
    expect(asked).not.toContain('profile-members');
    expect(asked).not.toContain('profile-edges');
    expect(await counted()).toEqual({ orders: 3 });
  });

  it('is read again after a transaction that failed with everything written, and counts once', async () => {
    watch.fail = new ContentionError('two met');
    expect(await apply()).toContain('profile-members');
    expect(await counted()).toEqual({ orders: 4 });
    watch.fail = Object.assign(new Error('the line was cut'), { code: 'ECONNRESET' });
    await expect(apply()).rejects.toThrow('the line was cut');
    expect(await counted()).toEqual({ orders: 4 });
    expect(await apply()).toContain('profile-members');
    expect(await counted()).toEqual({ orders: 5 });
  });

  it('is read again when a batch of this process took it from memory meanwhile and failed', async () => {
    await apply();
    watch.meanwhile = async () => {
      watch.fail = Object.assign(new Error('the line was cut'), { code: 'ECONNRESET' });
      await expect(bench.apply(1, [order('kim at the same time', kim)])).rejects.toThrow('the line was cut');
      watch.asked.length = 0;
    };
    const asked = await apply();
    expect(asked.filter((name) => name === 'profile-lock')).toHaveLength(2);
    expect(asked).toContain('profile-members');
    expect(await counted()).toEqual({ orders: 7 });
    expect(await apply()).not.toContain('profile-members');
    expect(await counted()).toEqual({ orders: 8 });
  });

  it('is read again when its row was written by somebody without a token', async () => {
    await own.database.query(
      `UPDATE profile.node SET state = jsonb_set(state::jsonb, '{totals,EUR,orders}', '100')::json WHERE kind = 'source-customer'`,
    );
    await own.database.query('UPDATE profile.profile SET token = 0');
    await apply();
    expect(await counted()).toEqual({ orders: 101 });
  });

  it('is read again in another epoch', async () => {
    await own.database.transaction(async (tx) => {
      await holdGroup(tx, 'profile');
      await tx.query(
        `UPDATE profile.node SET state = jsonb_set(state::jsonb, '{totals,EUR,orders}', '200')::json WHERE kind = 'source-customer'`,
      );
      await raiseEpoch(tx, 'profile');
    });
    await apply();
    expect(await counted()).toEqual({ orders: 201 });
  });
});
