import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseLondonTime } from './london-time.ts';

const wall = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/London',
  dateStyle: 'short',
  timeStyle: 'medium',
});

describe('parseLondonTime', () => {
  it('agrees with the time zone database on every moment since 1996, the doubled hour aside', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1996, 0, 1) / 1000, max: Date.UTC(2037, 11, 31) / 1000 }), (second) => {
        const text = wall.format(second * 1000);
        const doubled = wall.format((second - 3_600) * 1000) === text;
        expect(parseLondonTime(text)).toMatchObject({ micros: (doubled ? second - 3_600 : second) * 1_000_000 });
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['2011-03-27 00:59:59', '2011-03-27T00:59:59.000Z', 0],
    ['2011-03-27 01:30:00', '2011-03-27T01:30:00.000Z', 0],
    ['2011-03-27 02:00:00', '2011-03-27T01:00:00.000Z', 60],
    ['2011-10-30 01:30:00', '2011-10-30T00:30:00.000Z', 60],
    ['2011-10-30 02:00:00', '2011-10-30T02:00:00.000Z', 0],
    ['2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z', 0],
  ])('%s is %s', (text, utc, offsetMinutes) => {
    expect(parseLondonTime(text)).toEqual({ micros: Date.parse(utc) * 1000, offsetMinutes });
  });

  it.each([
    '2011-02-29 10:00:00',
    '2011-13-01 10:00:00',
    '2011-01-01 24:00:00',
    '2011-01-01T10:00:00',
    '01/12/2010 08:26',
    '1995-06-01 10:00:00',
    '',
  ])('%j is no time', (text) => {
    expect(parseLondonTime(text)).toBeUndefined();
  });
});
