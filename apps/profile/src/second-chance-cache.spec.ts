import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SecondChanceCache } from './second-chance-cache.ts';

describe('SecondChanceCache', () => {
  it('keeps what was used, and lets the oldest go that was not', () => {
    const cache = new SecondChanceCache<string, number>(3);
    ['a', 'b', 'c'].forEach((key, index) => cache.set(key, index));
    expect(cache.get('a')).toBe(0);
    cache.set('d', 3);
    expect(cache.get('b')).toBeUndefined();
    expect([cache.get('a'), cache.get('c'), cache.get('d')]).toEqual([0, 2, 3]);
    // All were used: the second chance of all is gone after one round.
    cache.set('e', 4);
    expect(['a', 'c', 'd', 'e'].filter((key) => cache.get(key) !== undefined)).toHaveLength(3);
  });

  it('never holds more than it may, and what it gives is what was set last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean())), (limit, steps) => {
        const cache = new SecondChanceCache<number, number>(limit);
        const last = new Map<number, number>();
        steps.forEach(([key, isSet], index) => {
          if (isSet) {
            cache.set(key, index);
            last.set(key, index);
            expect(cache.get(key)).toBe(index);
          } else expect([undefined, last.get(key)]).toContain(cache.get(key));
        });
        expect([...last.keys()].filter((key) => cache.get(key) !== undefined).length).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
