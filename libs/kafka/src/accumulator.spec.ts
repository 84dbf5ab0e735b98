import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Accumulator, type Pending } from './accumulator.ts';

const pending = (partition: number, count: number, bytes: number, settle: Pending['settle'] = () => undefined): Pending => ({
  topic: 't',
  partition,
  expected: 0n,
  next: BigInt(count),
  records: new Array(count).fill({}) as Pending['records'],
  bytes,
  settle,
});

describe('Accumulator', () => {
  it('takes the oldest first, within the bounds, each exactly once, and at least one when any waits', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(300))), (sizes) => {
        const accumulator = new Accumulator({ events: 40, bytes: 400 });
        sizes.forEach(([count, bytes], partition) => accumulator.add(pending(partition, count, bytes)));
        const order: number[] = [];
        while (accumulator.size > 0) {
          const taken = accumulator.take();
          expect(taken.length).toBeGreaterThan(0);
          if (taken.length > 1) {
            expect(taken.reduce((sum, item) => sum + item.records.length, 0)).toBeLessThanOrEqual(40);
            expect(taken.reduce((sum, item) => sum + item.bytes, 0)).toBeLessThanOrEqual(400);
          }
          order.push(...taken.map((item) => item.partition));
        }
        expect(order).toEqual(sizes.map((_, index) => index));
        expect(accumulator.take()).toEqual([]);
      }),
    );
  });

  it('abandoning settles everything that waits, with the error', () => {
    const accumulator = new Accumulator({ events: 1, bytes: 1 });
    const seen: unknown[] = [];
    for (const partition of [0, 1]) accumulator.add(pending(partition, 1, 1, (outcome) => void seen.push(outcome)));
    const error = new Error('closing');
    accumulator.abandon(error);
    expect(seen).toEqual([
      { ok: false, error },
      { ok: false, error },
    ]);
    expect(accumulator.size).toBe(0);
  });
});
