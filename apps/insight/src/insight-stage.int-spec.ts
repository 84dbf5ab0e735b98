import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import type { Database } from '@tributary/persistence';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { activitySaid as activity, mergedSaid as merged, microsOf2026 } from '../../../test/support/insight-events.ts';
import { published, stageBench, type Said, type StageBench } from '../../../test/support/stage-bench.ts';
import { createInsightStage } from './insight-stage.ts';
import { migrations } from './migrations.ts';
import { refit, type RefitReport } from './refit.task.ts';
import { loadSegments } from './segment-files.ts';
import type { SegmentRule } from './segment-rule.ts';

const rules: readonly SegmentRule[] = [
  ...loadSegments(),
  { name: 'spec-spender', version: 1, title: 't', description: 'd', when: { fact: 'net', atLeast: 100 } },
];

describe('the insight stage and its refit', () => {
  const open: { own: FreshDatabase; bench: StageBench }[] = [];
  async function bench(lanes = 1): Promise<StageBench> {
    const own = await freshDatabase(migrations);
    const made = await stageBench(own, createInsightStage('EUR', rules), lanes);
    open.push({ own, bench: made });
    return made;
  }
  afterAll(async () => {
    for (const { own, bench: made } of open) {
      await made.close();
      await own.drop();
    }
  }, 30_000);
  /** Statistics by profile; a merged one shows where its redirects end, by whichever steps. */
  async function stats(database: Database): Promise<unknown[]> {
    const rows = await database.query<{ id: string; into: string | null; latest: bigint; state: unknown }>(
      'SELECT profile_id AS id, merged_into AS into, latest, state FROM insight.stats ORDER BY profile_id',
    );
    const next = new Map(rows.map((row) => [row.id, row.into]));
    const end = (id: string): string => {
      const into = next.get(id) ?? null;
      return into === null ? id : end(into);
    };
    return rows.map((row) => (row.into === null ? row : { id: row.id, into: end(row.id) }));
  }
  const members = (database: Database): Promise<{ profile: string; segment: string }[]> =>
    database.query('SELECT profile_id AS profile, segment FROM insight.segment_member ORDER BY 1, 2');

  const [a, b, c, d] = [1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string, string, string];
  const story = (): Said[] => [
    activity(a, 1),
    activity(b, 2),
    merged(a, b),
    activity(b, 3),
    merged(c, a),
    activity(a, 4, { ordersDelta: 0, grossDelta: 0, returnsDelta: 20 }),
    activity(c, 5, {
      kind: 'INTERACTION',
      currency: null,
      ordersDelta: 0,
      grossDelta: 0,
      interactionsDelta: 1,
      complaintsDelta: 1,
      score: 3,
    }),
    activity(d, 6),
    activity(b, 7, { currency: 'USD' }),
  ];

  it('the order of activity and identity plays no part, in one batch, one by one, or in two lanes at once', async () => {
    const events = story();
    const forward = await bench();
    await forward.apply(0, events);
    const oneByOne = await bench();
    for (const event of [...events].reverse()) await oneByOne.apply(0, [event]);
    const lanes = await bench(2);
    const isMerge = (event: Said): boolean => event.type === 'customer.identity';
    await Promise.all([
      lanes.apply(
        0,
        events.filter((event) => !isMerge(event)),
      ),
      lanes.apply(1, events.filter(isMerge)),
    ]);
    expect(await stats(oneByOne.database)).toEqual(await stats(forward.database));
    expect(await stats(lanes.database)).toEqual(await stats(forward.database));
    expect(await members(oneByOne.database)).toEqual(await members(forward.database));
    expect(await members(lanes.database)).toEqual(await members(forward.database));
    const [carried] = await forward.database.query<{ state: { days: object; complaints: number; otherCurrency: number } }>(
      'SELECT state FROM insight.stats WHERE profile_id = $1',
      [c],
    );
    expect(Object.keys(carried?.state.days ?? {})).toHaveLength(4);
    expect(carried?.state).toMatchObject({ complaints: 1, otherCurrency: 1 });
  }, 60_000);

  it('a merged profile leaves its segments, says so, and gives up its score; the one that carries on is judged by both', async () => {
    const made = await bench();
    const [p, q] = [randomUUID(), randomUUID()];
    await made.apply(0, [activity(p, 1), activity(q, 2), activity(q, 3)]);
    expect((await members(made.database)).filter((row) => row.segment === 'spec-spender').map((row) => row.profile)).toEqual([q]);
    await refit(microsOf2026(10), { database: made.database, rules, currency: 'EUR' });
    await made.apply(0, [merged(p, q)]);
    const now = await members(made.database);
    expect(now.some((row) => row.profile === q)).toBe(false);
    expect(now.some((row) => row.profile === p && row.segment === 'spec-spender')).toBe(true);
    const changes = (await published(made.database, contracts.segmentChange)).filter(
      (row) => row.key === q && row.value?.change === 'LEFT',
    );
    expect(changes.map((row) => row.value?.reason)).toContain(`merged into ${p}`);
    const scores = (await published(made.database, contracts.score)).filter((row) => row.key === q);
    expect(scores.map((row) => row.value === null)).toEqual([false, true]);
    expect(await made.database.query('SELECT 1 FROM insight.score WHERE profile_id = $1', [q])).toEqual([]);
  }, 60_000);

  it('a refit tells what changed once; again at the same time it changes nothing; the cancelled give up their score', async () => {
    const made = await bench();
    const people = Array.from({ length: 60 }, () => randomUUID());
    await made.apply(
      0,
      people.flatMap((id, index) =>
        Array.from({ length: 1 + (index % 4) }, (_, n) => activity(id, n * 9 + (index % 7), { grossDelta: 20 + index })),
      ),
    );
    const asOf = microsOf2026(60);
    const run = (): Promise<RefitReport> => refit(asOf, { database: made.database, rules, currency: 'EUR' });
    const first = await run();
    expect(first).toMatchObject({ customers: 60, scoresChanged: 60 });
    const told = await made.database.query<{ n: number }>('SELECT count(*)::int AS n FROM hub.outbox');
    expect(await run()).toMatchObject({ customers: 60, scoresChanged: 0, segmentChanges: 0 });
    expect(await made.database.query('SELECT count(*)::int AS n FROM hub.outbox')).toEqual(told);
    const gone = people[0] ?? '';
    await made.apply(0, [activity(gone, 0, { ordersDelta: -1, grossDelta: -20 })]);
    await run();
    expect((await published(made.database, contracts.score)).filter((row) => row.key === gone).map((row) => row.value === null)).toEqual([
      false,
      true,
    ]);
    expect(await made.database.query('SELECT 1 FROM insight.score WHERE profile_id = $1', [gone])).toEqual([]);
    const scored = await made.database.query<{ r: number; m: number }>('SELECT r, f, m FROM insight.score');
    expect(Math.max(...scored.map((row) => row.m))).toBe(5);
    expect(Math.min(...scored.map((row) => row.m))).toBe(1);
  }, 60_000);

  it('a refit of nobody is no fault', async () => {
    const made = await bench();
    expect(await refit(86_400_000_000, { database: made.database, rules, currency: 'EUR' })).toMatchObject({
      customers: 0,
      scoresChanged: 0,
      segmentChanges: 0,
    });
  }, 30_000);
});
