import { describe, expect, it } from '@jest/globals';
import { createWorkload } from '../workload/workload.ts';
import { compareTotals, Expectation, isClean, type Totals } from './expectation.ts';

const workload = createWorkload({ events: 2_000, customers: 50, keys: 'zipf', partitions: 4, seed: 9 });
const expectation = new Expectation(workload);

/** Counts and money of the first records of each partition, by walking the workload anew. */
function walked(counts: ReadonlyMap<number, number>): { orders: number; gross: bigint } {
  const left = new Map(counts);
  let orders = 0;
  let gross = 0n;
  for (let index = 0; index < 2_000; index += 1) {
    const { partition } = workload.recordOf(index);
    const more = left.get(partition) ?? 0;
    if (more === 0) continue;
    left.set(partition, more - 1);
    orders += 1;
    gross += workload.orderOf(index).total;
  }
  return { orders, gross };
}

describe('the expectation', () => {
  it('adds up what lies before a position of each partition', () => {
    const counts = new Map([
      [0, 10],
      [2, 25],
    ]);
    const totals = [...expectation.totalsAfter(counts).values()];
    const sum = totals.reduce((all, one) => ({ orders: all.orders + one.orders, gross: all.gross + one.gross }), { orders: 0, gross: 0n });
    expect(sum).toEqual(walked(counts));
    expect(sum.orders).toBe(35);
  });

  it('finds what is lost, doubled, or right in number and wrong in money', () => {
    const expected: Totals = new Map([
      ['a', { orders: 3, gross: 30n }],
      ['b', { orders: 1, gross: 5n }],
      ['c', { orders: 2, gross: 9n }],
      ['d', { orders: 1, gross: 1n }],
    ]);
    expect(isClean(compareTotals(expected, expected))).toBe(true);
    const found: Totals = new Map([
      ['a', { orders: 1, gross: 10n }],
      ['b', { orders: 2, gross: 10n }],
      ['c', { orders: 2, gross: 8n }],
      ['x', { orders: 4, gross: 0n }],
    ]);
    expect(compareTotals(expected, found)).toEqual({ events: 9, lost: 3, doubled: 5, wrongMoney: 1 });
  });
});
