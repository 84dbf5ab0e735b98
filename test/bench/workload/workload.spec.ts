import { describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import { createWorkload, type WorkloadOptions } from './workload.ts';

const options: WorkloadOptions = { events: 5_000, customers: 500, keys: 'uniform', partitions: 16, seed: 3 };

describe('the workload', () => {
  it('makes orders that pass the contract, body and rules', () => {
    const workload = createWorkload(options);
    for (let index = 0; index < 300; index += 1) {
      const read = contracts.order.decode(workload.recordOf(index).value);
      if (!read.ok) throw new Error(JSON.stringify(read.faults));
      expect(contracts.order.rules?.(read.value)).toEqual([]);
      expect(Number(read.value.total)).toBe(workload.totalOf(index));
    }
  });

  it('is a function of the seed and the index alone', () => {
    const [one, again, other] = [createWorkload(options), createWorkload(options), createWorkload({ ...options, seed: 4 })];
    expect(one.recordOf(77)).toEqual(again.recordOf(77));
    expect(one.recordOf(77).value).not.toEqual(other.recordOf(77).value);
  });

  it('spreads keys as asked', () => {
    const counts = (keys: WorkloadOptions['keys']): number[] => {
      const workload = createWorkload({ ...options, keys });
      const found = new Array<number>(options.customers).fill(0);
      for (let index = 0; index < options.events; index += 1)
        found[workload.customerOf(index)] = (found[workload.customerOf(index)] ?? 0) + 1;
      return found;
    };
    expect(Math.max(...counts('uniform'))).toBeLessThan(40);
    const [first = 0, second = 0] = counts('zipf');
    expect(first / second).toBeGreaterThan(1.6);
    expect(first / second).toBeLessThan(2.4);
  });

  it('puts every key into one partition, and uses them all', () => {
    const workload = createWorkload(options);
    const used = new Set(Array.from({ length: options.customers }, (_, customer) => workload.partitionOf(customer)));
    expect(used.size).toBe(16);
    expect(workload.recordOf(5).partition).toBe(workload.partitionOf(workload.customerOf(5)));
  });
});
