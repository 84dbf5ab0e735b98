import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMicros, parseMicros } from './time-text.ts';

/** From 0001 to 9999, microseconds; near to each other often enough, as times of events are. */
const micros = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 41 }).map((millis) => millis * 1000),
  fc.maxSafeInteger(),
  fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
);

describe('formatMicros', () => {
  it('is what a Date writes, with six places where there are microseconds and none where there is no fraction', () => {
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1, maxLength: 4 }), (times) => {
        for (const time of times) {
          const millis = Math.floor(time / 1000);
          const text = new Date(millis).toISOString();
          const rest = time - millis * 1000;
          const whole = text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
          expect(formatMicros(time)).toBe(rest === 0 ? whole : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is read back', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (time) => expect(parseMicros(formatMicros(time))).toBe(time)));
  });

  it('refuses what is no time', () => {
    expect(() => formatMicros(Number.NaN)).toThrow(RangeError);
    expect(() => formatMicros(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });
});
