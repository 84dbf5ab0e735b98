import { describe, expect, it } from '@jest/globals';
import { createWorkload } from '../workload/workload.ts';
import { EventSchedule } from './commit-observer.ts';

describe('the schedule of paced events', () => {
  const workload = createWorkload({ events: 400, customers: 40, keys: 'uniform', partitions: 4, seed: 2 });
  const begins = new Map([0, 1, 2, 3].map((partition) => [partition, 100n]));
  const schedule = new EventSchedule(workload, 50, 300, begins, 10_000, 100);

  it('knows when each offset of a partition was due', () => {
    const wanted = new Map<number, number[]>();
    for (let index = 0; index < 300; index += 1) {
      const { partition } = workload.recordOf(50 + index);
      wanted.set(partition, [...(wanted.get(partition) ?? []), 10_000 + index * 10]);
    }
    for (const [partition, due] of wanted) {
      expect(schedule.due(partition, 100n, 100n + BigInt(due.length))).toEqual(due);
      expect(schedule.due(partition, 103n, 105n)).toEqual(due.slice(3, 5));
    }
  });

  it('knows nothing of what lies before it', () => {
    expect(schedule.due(1, 0n, 100n)).toEqual([]);
  });
});
