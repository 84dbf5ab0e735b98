import { describe, expect, it } from '@jest/globals';
import type { Activity } from '@tributary/contracts';
import fc from 'fast-check';
import { customerFacts } from './customer-facts.ts';
import { addActivity, addStats, emptyStats, type Stats } from './stats.ts';
import { readStats, statsText, type StatsJson } from './stats-json.ts';

const DAY = 86_400_000_000;
const blank: Activity = {
  profileId: 'p',
  seq: 1n,
  kind: 'ORDER',
  causeSource: 's',
  causeId: 'c',
  documentId: 'd',
  occurredAt: DAY,
  currency: 'EUR',
  ordersDelta: 0,
  grossDelta: 0n,
  returnsDelta: 0n,
  paidDelta: 0n,
  interactionsDelta: 0,
  complaintsDelta: 0,
  detail: null,
  score: null,
};
const amount = fc.bigInt({ min: -90_000n, max: 90_000n });
const money: fc.Arbitrary<Activity> = fc
  .record({
    occurredAt: fc.integer({ min: 0, max: 5 * DAY }),
    currency: fc.constantFrom('EUR', 'USD'),
    ordersDelta: fc.constantFrom(-1, 0, 1),
    grossDelta: amount,
    returnsDelta: amount,
    paidDelta: amount,
  })
  .map((change) => ({ ...blank, ...change }));
const talk: fc.Arbitrary<Activity> = fc
  .record({
    occurredAt: fc.integer({ min: 0, max: 5 * DAY }),
    interactionsDelta: fc.constantFrom(-1, 1),
    complaintsDelta: fc.constantFrom(0, 1),
    score: fc.option(fc.nat(10)),
  })
  .map((change) => ({ ...blank, kind: 'INTERACTION' as const, currency: null, ...change }));
const activities = fc.array(fc.oneof(money, talk), { maxLength: 12 });
function fold(list: readonly Activity[]): Stats {
  const stats = emptyStats();
  for (const activity of list) addActivity(stats, activity, 'EUR');
  return stats;
}
function added(left: Stats, right: Stats): Stats {
  addStats(left, right);
  return left;
}
const byKey = <Value>(map: ReadonlyMap<number, Value>): [number, Value][] => [...map].sort(([left], [right]) => left - right);
const plain = (stats: Stats): object => ({ ...stats, days: byKey(stats.days), scores: byKey(stats.scores) });
const negated = (activity: Activity): Activity => ({
  ...activity,
  ordersDelta: -activity.ordersDelta,
  grossDelta: -activity.grossDelta,
  returnsDelta: -activity.returnsDelta,
  paidDelta: -activity.paidDelta,
  interactionsDelta: -activity.interactionsDelta,
  complaintsDelta: -activity.complaintsDelta,
});

describe('statistics of a profile', () => {
  it('come out the same in any order', () => {
    fc.assert(
      fc.property(
        activities.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([left, right]) => expect(plain(fold(left))).toEqual(plain(fold(right))),
      ),
    );
  });
  it('of two profiles add up to those of both together, whichever is merged into which', () => {
    fc.assert(
      fc.property(activities, activities, (left, right) => {
        expect(plain(added(fold(left), fold(right)))).toEqual(plain(fold([...left, ...right])));
        expect(plain(added(fold(right), fold(left)))).toEqual(plain(fold([...left, ...right])));
      }),
    );
  });
  it('what is taken back leaves nothing, but the latest time that was seen', () => {
    fc.assert(
      fc.property(activities, activities, (kept, taken) => {
        const stats = fold([...kept, ...taken, ...taken.map(negated)]);
        expect(plain({ ...stats, latest: 0 })).toEqual(plain({ ...fold(kept), latest: 0 }));
      }),
    );
  });
  it('survive their column', () => {
    fc.assert(
      fc.property(activities, (list) => {
        const stats = fold(list);
        expect(plain(readStats(JSON.parse(statsText(stats)) as StatsJson))).toEqual(plain(stats));
      }),
    );
  });
});

describe('customerFacts', () => {
  const bought = (day: number, gross: bigint): Activity => ({ ...blank, occurredAt: day * DAY + 5, ordersDelta: 1, grossDelta: gross });
  it('counts days with purchases up to the reference time, and nothing after it', () => {
    const stats = fold([
      bought(10, 100_000n),
      bought(10, 50_000n),
      bought(12, 10_000n),
      bought(20, 1n),
      { ...blank, occurredAt: 13 * DAY, returnsDelta: 40_000n },
    ]);
    expect(customerFacts(stats, 15 * DAY)).toEqual({
      orders: 3,
      purchaseDays: 2,
      firstDay: 10,
      lastDay: 12,
      recencyDays: 3,
      gross: 16,
      returned: 4,
      net: 12,
      netExact: 120_000n,
      returnRate: 0.25,
      complaints: 0,
      lowestScore: undefined,
    });
  });
  it('of nobody are zero and unknown, never NaN', () => {
    const facts = customerFacts(emptyStats(), DAY);
    expect(facts).toMatchObject({ orders: 0, purchaseDays: 0, recencyDays: undefined, net: 0, returnRate: 0 });
    expect(Object.values(facts).some((value) => Number.isNaN(value))).toBe(false);
  });
  it('remembers the lowest score that still stands', () => {
    const survey = (score: number, by: 1 | -1): Activity => ({ ...blank, currency: null, interactionsDelta: by, score });
    expect(customerFacts(fold([survey(7, 1), survey(2, 1)]), DAY).lowestScore).toBe(2);
    expect(customerFacts(fold([survey(7, 1), survey(2, 1), survey(2, -1)]), DAY).lowestScore).toBe(7);
  });
});
