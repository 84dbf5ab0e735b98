import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContentionError, holdGroup, raiseEpoch } from '@tributary/persistence';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { activitySaid, mergedSaid, microsOf2026 } from '../../../test/support/insight-events.ts';
import { stageBench, twoBenches, type Said, type StageBench, type TwoBenches } from '../../../test/support/stage-bench.ts';
import { watchedStage } from '../../../test/support/watched-stage.ts';
import { createInsightStage } from './insight-stage.ts';
import { migrations } from './migrations.ts';
import { refit } from './refit.task.ts';
import type { SegmentRule } from './segment-rule.ts';

const rule = (name: string, when: SegmentRule['when']): SegmentRule => ({ name, version: 1, title: 't', description: 'd', when });
const rules: readonly SegmentRule[] = [
  rule('buys-much', { fact: 'orders', atLeast: 3 }),
  rule('told-by-the-fit', {
    all: [
      { fact: 'abcClass', is: 'A' },
      { fact: 'orders', atLeast: 1 },
    ],
  }),
];

/** What the tables say of a profile. */
async function shown(own: FreshDatabase, profileId: string): Promise<unknown> {
  const [row] = await own.database.query(
    `SELECT (SELECT sum((d.value->>0)::int)::int FROM json_each(state->'days') d) AS orders,
  ARRAY(SELECT segment FROM insight.segment_member m WHERE m.profile_id = s.profile_id ORDER BY segment) AS segments
FROM insight.stats s WHERE profile_id = $1`,
    [profileId],
  );
  return row;
}

describe('what two processes remember of statistics', () => {
  let two: TwoBenches;
  let own: FreshDatabase;
  let one: StageBench;
  let other: StageBench;
  beforeAll(async () => {
    two = await twoBenches(migrations, () => createInsightStage('EUR', rules));
    ({ own, one, other } = two);
  }, 30_000);
  afterAll(() => two.close(), 30_000);

  it('is never taken from memory when the other one wrote last, neither statistics nor memberships', async () => {
    const [p, q] = [randomUUID(), randomUUID()];
    for (let round = 1; round <= 6; round += 1) {
      await one.apply(0, [activitySaid(p, round), activitySaid(q, round)]);
      if (round % 2 === 0) await other.apply(1, [activitySaid(p, 20 + round)]);
    }
    expect(await shown(own, p)).toEqual({ orders: 9, segments: ['buys-much'] });
    expect(await shown(own, q)).toEqual({ orders: 6, segments: ['buys-much'] });
    // The other one takes it out of the segment; the one that remembers it inside must find it outside, and put it in again.
    await other.apply(
      1,
      [1, 2, 3, 4, 5, 6, 22].map((n) => activitySaid(p, n, { ordersDelta: -1, grossDelta: -60 })),
    );
    expect(await shown(own, p)).toEqual({ orders: 2, segments: [] });
    await one.apply(0, [activitySaid(p, 30)]);
    expect(await shown(own, p)).toEqual({ orders: 3, segments: ['buys-much'] });
  }, 60_000);

  it('follows a merge by the other one', async () => {
    const [p, q] = [randomUUID(), randomUUID()];
    await one.apply(0, [activitySaid(p, 1), activitySaid(q, 2)]);
    await one.apply(0, [activitySaid(p, 3), activitySaid(q, 4)]);
    await other.apply(1, [mergedSaid(p, q)]);
    expect(await shown(own, p)).toEqual({ orders: 4, segments: ['buys-much'] });
    await one.apply(0, [activitySaid(q, 5)]);
    await one.apply(0, [activitySaid(p, 6), activitySaid(q, 7)]);
    expect(await shown(own, p)).toEqual({ orders: 7, segments: ['buys-much'] });
    expect(await shown(own, q)).toEqual({ orders: null, segments: [] });
  }, 60_000);
});

describe('a profile whose statistics are remembered', () => {
  let own: FreshDatabase;
  let bench: StageBench;
  const watch = watchedStage(createInsightStage('EUR', rules), 'insight-lock-stats');
  const kim = randomUUID();
  let said = 0;
  const apply = async (events: readonly Said[] = [activitySaid(kim, (said += 1))]): Promise<string[]> => {
    watch.asked.length = 0;
    await bench.apply(0, events);
    return [...watch.asked];
  };
  const orders = async (): Promise<unknown> => ((await shown(own, kim)) as { orders: number }).orders;
  const lost = (): Error => Object.assign(new Error('the line was cut'), { code: 'ECONNRESET' });

  beforeAll(async () => {
    own = await freshDatabase(migrations);
    bench = await stageBench(own, watch.stage, 2);
    await apply();
  }, 30_000);
  afterAll(async () => {
    await bench.close();
    await own.drop();
  }, 30_000);

  it('is locked, and nothing is read back of it', async () => {
    expect(await apply()).toEqual(['insight-lock-stats', 'insight-latest-fit']);
    expect(await apply()).toEqual(['insight-lock-stats', 'insight-latest-fit']);
    expect(await shown(own, kim)).toEqual({ orders: 3, segments: ['buys-much'] });
  });

  it('is read again after a transaction that failed with everything written, and counts once', async () => {
    watch.fail = new ContentionError('two met');
    expect(await apply()).toContain('insight-members');
    expect(await orders()).toBe(4);
    watch.fail = lost();
    await expect(apply()).rejects.toThrow('the line was cut');
    expect(await orders()).toBe(4);
    expect(await apply()).toContain('insight-members');
    expect(await orders()).toBe(5);
  });

  it('is read again when a batch of this process took it from memory meanwhile and failed', async () => {
    await apply();
    watch.meanwhile = async () => {
      watch.fail = lost();
      await expect(bench.apply(1, [activitySaid(kim, 40)])).rejects.toThrow('the line was cut');
      watch.asked.length = 0;
    };
    const asked = await apply();
    expect(asked.filter((name) => name === 'insight-lock-stats')).toHaveLength(2);
    expect(asked).toContain('insight-members');
    expect(await orders()).toBe(7);
    expect(await apply()).not.toContain('insight-members');
    expect(await orders()).toBe(8);
  });

  it('is judged by what a refit has made of it since', async () => {
    const pat = randomUUID();
    await apply([activitySaid(pat, 1)]);
    expect(await apply([activitySaid(pat, 1)])).not.toContain('insight-scores');
    await refit(microsOf2026(300), { database: own.database, rules, currency: 'EUR' });
    const { segments } = (await shown(own, kim)) as { segments: string[] };
    expect(segments).toEqual(['buys-much', 'told-by-the-fit']);
    expect(await apply()).toContain('insight-scores');
    expect(await shown(own, kim)).toEqual({ orders: 9, segments });
    // The score is remembered with the rest: it still counts where the orders are taken back and come again.
    const onlyLocked = ['insight-lock-stats', 'insight-latest-fit'];
    expect(await apply([activitySaid(kim, 1, { ordersDelta: -9, grossDelta: 0 })])).toEqual(onlyLocked);
    expect(await shown(own, kim)).toEqual({ orders: 0, segments: [] });
    expect(await apply([activitySaid(kim, 1, { ordersDelta: 9, grossDelta: 0 })])).toEqual(onlyLocked);
    expect(await shown(own, kim)).toEqual({ orders: 9, segments });
  }, 30_000);

  it('is read again when its row was written by somebody without a token, and in another epoch', async () => {
    const set = `UPDATE insight.stats SET state = jsonb_set(state::jsonb, '{days,20455,0}', $1::text::jsonb)::json`;
    const known = (await orders()) as number;
    await own.database.query(`${set}, token = 0 WHERE profile_id = $2`, ['101', kim]);
    const raised = (await orders()) as number;
    expect(raised).toBeGreaterThan(known + 90);
    await apply();
    expect(await orders()).toBe(raised + 1);
    await own.database.transaction(async (tx) => {
      await holdGroup(tx, 'insight');
      await tx.query(`${set} WHERE profile_id = $2`, ['201', kim]);
      await raiseEpoch(tx, 'insight');
    });
    await apply();
    expect(await orders()).toBe(raised + 102);
  });
});
