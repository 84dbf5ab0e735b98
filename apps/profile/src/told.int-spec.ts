import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import { auditBooks } from '@tributary/persistence';
import type { FreshDatabase } from '../../../test/support/fresh-database.ts';
import { orderSaid as order } from '../../../test/support/order-said.ts';
import { twoBenches, type StageBench, type TwoBenches } from '../../../test/support/stage-bench.ts';
import { migrations } from './migrations.ts';
import { createProfileStage } from './profile-stage.ts';

describe('the numbers of what is told of a profile', () => {
  let two: TwoBenches;
  let own: FreshDatabase;
  let one: StageBench;
  let other: StageBench;
  beforeAll(async () => {
    two = await twoBenches(migrations, () => createProfileStage('11'.repeat(32)));
    ({ own, one, other } = two);
  }, 30_000);
  afterAll(() => two.close(), 30_000);
  /** Numbers of each key's events as the outbox has them, by topic. */
  const numbers = (topic: string): Promise<unknown[]> =>
    own.database.query(
      `SELECT string_agg(seq::text, ' ' ORDER BY sequence) AS told FROM hub.outbox WHERE aggregatetype = $1 GROUP BY aggregateid ORDER BY 1`,
      [topic],
    );

  it('stand in its row, go on whichever process writes, and leave the table of keys empty', async () => {
    const ada = { id: 'ada', email: 'ada@example.org' };
    await one.apply(0, [order('a1', ada), order('a2', ada)]);
    await other.apply(1, [order('a3', ada)]);
    await one.apply(0, [order('a4', ada)]);
    expect(await numbers(contracts.activity.topic)).toEqual([{ told: '1 2 3 4' }]);
    expect(await numbers(contracts.profile.topic)).toEqual([{ told: '1 2 3' }]);
    expect(await own.database.query('SELECT told_activity AS a, told_identity > 0 AS i, told_profile AS p FROM profile.profile')).toEqual([
      { a: 4n, i: true, p: 3n },
    ]);
    expect(await own.database.query('SELECT 1 FROM hub.outbox_key')).toEqual([]);
    expect((await auditBooks(own.database)).faults).toEqual([]);
  }, 60_000);

  it('of one that was merged away go on when it is told so, and both add up', async () => {
    const [bea, ben] = [
      { id: 'bea', email: 'bea@example.org' },
      { id: 'ben', email: 'ben@example.org' },
    ];
    await one.apply(0, [order('b1', bea), order('b2', ben)]);
    await other.apply(1, [order('b3', { ...bea, email: ben.email })]);
    await one.apply(0, [order('b4', ben)]);
    expect((await auditBooks(own.database)).faults).toEqual([]);
    expect(await own.database.query('SELECT told_profile AS p FROM profile.profile WHERE merged_into IS NOT NULL')).toEqual([{ p: 2n }]);
  }, 60_000);

  it('of one that ended wait for whoever gets its id, and are found there', async () => {
    const cid = { id: 'cid', email: 'cid@example.org' };
    await one.apply(0, [order('c1', cid)]);
    const [row] = await own.database.query<{ id: string }>(
      `SELECT profile_id AS id FROM profile.node WHERE kind = 'source-customer' AND display = 'cid'`,
    );
    const id = row?.id ?? '';
    // As a rebuild does it that finds nobody behind the profile.
    await own.database.transaction(async (tx) => {
      await tx.query('DELETE FROM profile.profile WHERE profile_id = $1', [id]);
      await tx.query('DELETE FROM profile.edge WHERE from_node IN (SELECT node FROM profile.node WHERE profile_id = $1)', [id]);
      await tx.query('DELETE FROM profile.node WHERE profile_id = $1', [id]);
    });
    expect(await own.database.query('SELECT topic, seq FROM hub.outbox_key WHERE key = $1 ORDER BY topic', [id])).toHaveLength(3);
    expect((await auditBooks(own.database)).faults).toEqual([]);
    // It remembers a profile that is not there any more.
    await one.apply(0, [order('c2', cid)]);
    expect(
      await own.database.query('SELECT told_activity AS a, told_profile AS p FROM profile.profile WHERE profile_id = $1', [id]),
    ).toEqual([{ a: 2n, p: 2n }]);
    expect(await own.database.query('SELECT 1 FROM hub.outbox_key')).toEqual([]);
    expect((await auditBooks(own.database)).faults).toEqual([]);
  }, 60_000);
});
