import { describe, expect, it } from '@jest/globals';
import { tenthsOf } from './sustain.ts';

describe('tenths of a long run', () => {
  it('show a contestant that tires', () => {
    // 100 events/s for five seconds, then 50.
    const reports = Array.from({ length: 101 }, (_, index) => ({
      at: 1_000 + index * 100,
      count: index <= 50 ? index * 10 : 500 + (index - 50) * 5,
    }));
    expect(tenthsOf({ reports, seconds: 10 })).toEqual({ median: 75, min: 50, max: 100 });
  });
});
