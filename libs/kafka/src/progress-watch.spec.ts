import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProgressWatch } from './progress-watch.ts';

const at = (next: number, high: number, name = 't/0') => [{ name, next: BigInt(next), high: BigInt(high) }];

describe('ProgressWatch', () => {
  it('finds a partition that lags and does not move, and says once that it moves again', () => {
    const watch = new ProgressWatch(90_000);
    expect(watch.look(0, at(5, 9)).size).toBe(0);
    expect(watch.look(89_999, at(5, 12)).size).toBe(0);
    expect(watch.look(90_000, at(5, 12)).get('t/0')).toEqual({ lag: 7n, milliseconds: 90_000 });
    expect(watch.look(105_000, at(5, 12)).get('t/0')).toEqual({ lag: 7n, milliseconds: 105_000 });
    const moved = watch.look(120_000, at(6, 12));
    expect([moved.has('t/0'), moved.get('t/0')]).toEqual([true, undefined]);
    expect(watch.look(135_000, at(6, 12)).size).toBe(0);
    expect(watch.look(210_000, at(6, 12)).get('t/0')).toMatchObject({ milliseconds: 90_000 });
  });

  it('is content with a partition at its end for however long, and counts from the first record after it', () => {
    const watch = new ProgressWatch(90_000);
    watch.look(0, at(9, 9));
    expect(watch.look(1_000_000, at(9, 9)).size).toBe(0);
    expect(watch.look(1_000_001, at(9, 10)).size).toBe(0);
    expect(watch.look(1_090_001, at(9, 10)).has('t/0')).toBe(true);
  });

  it('forgets a partition that went to another member', () => {
    const watch = new ProgressWatch(90_000);
    watch.look(0, at(1, 2));
    expect(watch.look(50_000, []).size).toBe(0);
    expect(watch.look(100_000, at(1, 2)).size).toBe(0);
    expect(watch.look(200_000, at(1, 2)).size).toBe(1);
    expect([...watch.look(210_000, [])]).toEqual([['t/0', undefined]]);
  });

  it('never blames a partition that moved within the time, and always one that did not', () => {
    const step = fc.record({ ms: fc.integer({ min: 1, max: 60 }), moves: fc.boolean(), grows: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const watch = new ProgressWatch(100);
        let [now, next, high, since] = [0, 0, 1, 0];
        watch.look(0, at(next, high));
        for (const { ms, moves, grows } of steps) {
          now += ms;
          high += grows;
          if (moves && next < high) {
            next += 1;
            since = now;
          }
          if (next === high) since = Number.POSITIVE_INFINITY;
          else if (since === Number.POSITIVE_INFINITY) since = now;
          const stall = watch.look(now, at(next, high)).get('t/0');
          expect(stall !== undefined).toBe(now - since >= 100);
        }
      }),
    );
  });
});
