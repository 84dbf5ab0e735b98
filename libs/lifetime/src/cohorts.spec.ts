import { describe, expect, it } from '@jest/globals';
import { cohortTable, migrationMatrix } from './cohorts.ts';
import { isRefusal } from './refusal.ts';

const at = (text: string): number => Date.parse(`${text}T12:00:00Z`);
const log = {
  customer: ['ann', 'bob', 'ann', 'cat', 'ann', 'cat'],
  time: ['2024-01-05', '2024-01-20', '2024-02-03', '2024-02-10', '2024-03-09', '2024-03-30'].map(at),
  amount: [10, 20, 30, 40, 50, 60],
};

describe('cohorts', () => {
  it('follows months, with null where a month has not ended', () => {
    expect(cohortTable(log, { period: 'month', asOf: at('2024-03-30') })).toEqual([
      { cohort: '2024-01', size: 2, active: [2, 1, null], retention: [1, 0.5, null], revenue: [30, 30, null] },
      { cohort: '2024-02', size: 1, active: [1, null], retention: [1, null], revenue: [40, null] },
    ]);
  });

  it('knows ISO weeks, quarters and years, and reads the calendar on the seller’s clock', () => {
    const labels = (period: 'week' | 'quarter' | 'year', utcOffsetMinutes = 0) => {
      // 2020-12-31 is a Thursday of 2020-W53; 2021-01-03T20:00Z is Monday 2021-01-04 at UTC+8, of W01.
      const table = cohortTable(
        { customer: ['a', 'b'], time: [Date.UTC(2020, 11, 31), Date.UTC(2021, 0, 3, 20)] },
        { period, asOf: Date.UTC(2021, 5, 1), utcOffsetMinutes },
      );
      return isRefusal(table) ? [] : table.map((row) => row.cohort);
    };
    expect(labels('week')).toEqual(['2020-W53']);
    expect(labels('week', 480)).toEqual(['2020-W53', '2021-W01']);
    expect(labels('quarter')).toEqual(['2020-Q4', '2021-Q1']);
    expect(labels('year')).toEqual(['2020', '2021']);
  });

  it('refuses a period it does not know and times outside any calendar', () => {
    expect(cohortTable(log, { period: 'decade' as 'year', asOf: at('2024-03-30') })).toMatchObject({ field: 'period' });
    expect(cohortTable({ customer: ['a'], time: [-1e16] }, { period: 'year', asOf: 0 })).toMatchObject({
      field: 'time',
      reason: 'out-of-range',
    });
  });
});

describe('migration between segments', () => {
  it('counts moves and gives rows as shares; a state nobody was in has nulls', () => {
    expect(migrationMatrix(['A', 'A', 'B'], ['A', 'B', 'C'], ['A', 'B', 'C'])).toEqual({
      states: ['A', 'B', 'C'],
      counts: [
        [1, 1, 0],
        [0, 0, 1],
        [0, 0, 0],
      ],
      shares: [
        [0.5, 0.5, 0],
        [0, 0, 1],
        [null, null, null],
      ],
    });
    expect(migrationMatrix(['A'], [])).toMatchObject({ field: 'after', reason: 'length-mismatch' });
  });
});
