import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTime } from './parse-time.ts';

describe('parseTime', () => {
  it.each([
    ['1970-01-01', 0],
    ['1970-01-02', 86_400_000],
    ['1970-02', 31 * 86_400_000],
    ['19700102', 86_400_000],
    ['1970-01-01 01:02', 3_720_000],
    ['1970-01-01T00:00:01.5Z', 1500],
    ['1970-01-01T02:00:00+02:00', 0],
    ['1969-12-31 19:00-0500', 0],
  ])('reads %s', (text, time) => {
    expect(parseTime(text)).toBe(time);
  });

  it.each(['', '2024', '2023-02-29', '2024-13-01', '2024-01-01 25:00', '01.02.2024', '2024-1-1', 'yesterday', '20240230'])(
    'refuses %j',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );

  it('reads back every ISO time of four-digit years', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) }), (time) => {
        expect(parseTime(new Date(time).toISOString())).toBe(time);
      }),
    );
  });
});
