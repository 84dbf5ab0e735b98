import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketOf, firstDayOf, firstDayOfMonth, monthOf, weekdayOf } from './buckets.ts';
import type { Bucket } from './buckets.ts';
import { demandCalendar } from './demand-calendar.ts';
import type { DemandRecord, DemandSeries } from './demand-calendar.ts';

const day = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 86_400_000;
const answer = (record: DemandRecord): DemandSeries => {
  const series = demandCalendar(record);
  if (series.refused) throw new Error(series.refused.reason);
  return series;
};

describe('buckets', () => {
  it('agree with the calendar of the runtime over four centuries', () => {
    fc.assert(
      fc.property(fc.integer({ min: day('1800-01-01'), max: day('2200-01-01') }), (number) => {
        const date = new Date(number * 86_400_000);
        const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
        return (
          weekdayOf(number) === date.getUTCDay() &&
          monthOf(number) === month &&
          firstDayOfMonth(month) === Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) / 86_400_000
        );
      }),
    );
  });

  it('a day lies in its bucket', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 30_000 }),
        fc.constantFrom<Bucket>('day', 'week', 'month'),
        fc.integer({ min: 0, max: 6 }),
        (number, bucket, weekStart) => {
          const index = bucketOf(number, bucket, weekStart);
          const start = firstDayOf(index, bucket, weekStart);
          return (
            start <= number && number < firstDayOf(index + 1, bucket, weekStart) && (bucket !== 'week' || weekdayOf(start) === weekStart)
          );
        },
      ),
    );
  });
});

describe('demandCalendar', () => {
  const monday = day('2024-01-01');

  it('tells zero, closed, stock-out and missing apart', () => {
    const series = answer({
      quantities: [
        [monday, 3],
        [monday, 2],
      ],
      firstDay: monday,
      lastDay: monday + 4,
      bucket: 'day',
      closed: [monday + 2],
      stockOut: [monday + 3],
      missing: [monday + 4],
    });
    expect(series.states).toEqual(['observed', 'zero', 'closed', 'stock-out', 'missing']);
    expect(series.values).toEqual([5, 0, 0, 0, 0]);
    expect(series.known).toEqual([true, true, false, false, false]);
  });

  it('drops the last partial week and says where the forecast begins', () => {
    const series = answer({ quantities: [[monday + 8, 4]], firstDay: monday, lastDay: monday + 17, bucket: 'week' });
    expect(series.values).toEqual([0, 4]);
    expect(series).toMatchObject({ nextDay: monday + 14, droppedDays: 4, starts: [monday, monday + 7] });
  });

  it('keeps a month that the last day completes', () => {
    const series = answer({
      quantities: [[day('2024-02-29'), 1]],
      firstDay: day('2024-01-01'),
      lastDay: day('2024-02-29'),
      bucket: 'month',
    });
    expect(series.values).toEqual([0, 1]);
    expect(series.droppedDays).toBe(0);
  });

  it('scales a week with days out of stock up to a whole one, and gives up below half', () => {
    const quantities = Array.from({ length: 14 }, (_, i): [number, number] => [monday + i, 2]);
    const series = answer({
      quantities,
      firstDay: monday,
      lastDay: monday + 13,
      bucket: 'week',
      stockOut: [0, 1, 7, 8, 9, 10].map((i) => monday + i),
    });
    expect(series.values[0]).toBeCloseTo(14, 12);
    expect(series.exposure[0]).toBeCloseTo(5 / 7, 12);
    expect(series.known).toEqual([true, false]);
    expect(series.states[1]).toBe('stock-out');
  });

  it('a regularly closed weekday is a true zero, a surprise closing is unknown', () => {
    const sundays = [6, 13, 20, 27].map((i) => monday + i);
    const quantities = Array.from({ length: 28 }, (_, i): [number, number] => [monday + i, i % 7 === 6 || i === 9 ? 0 : 1]);
    const series = answer({ quantities, firstDay: monday, lastDay: monday + 27, bucket: 'day', closed: [...sundays, monday + 9] });
    expect(series.known.filter((known) => !known)).toHaveLength(1);
    expect(series.states[9]).toBe('closed');
    expect(series.states[6]).toBe('zero');
  });

  it('a sale on a day called closed shows that it was open', () => {
    const series = answer({ quantities: [[monday, 1]], firstDay: monday, lastDay: monday, bucket: 'day', closed: [monday] });
    expect(series.states).toEqual(['observed']);
  });

  it('conserves what was sold on open days', () => {
    const sales = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 9 })), { maxLength: 60 });
    fc.assert(
      fc.property(sales, fc.constantFrom<Bucket>('day', 'week', 'month'), (pairs, bucket) => {
        const quantities = pairs.map(([i, amount]): [number, number] => [monday + i, amount]);
        const series = demandCalendar({ quantities, firstDay: monday, lastDay: monday + 60, bucket });
        if (series.refused) return false;
        const sold = quantities.filter(([at]) => at < series.nextDay).reduce((sum, [, amount]) => sum + amount, 0);
        return Math.abs(series.values.reduce((sum, value) => sum + value, 0) - sold) < 1e-9;
      }),
    );
  });

  it('refuses by name', () => {
    const base = { quantities: [], firstDay: monday, lastDay: monday + 20, bucket: 'week' } as const;
    expect(demandCalendar({ ...base, firstDay: 0.5 }).refused).toMatchObject({ field: 'firstDay' });
    expect(demandCalendar({ ...base, lastDay: monday - 1 }).refused).toMatchObject({ field: 'lastDay' });
    expect(demandCalendar({ ...base, weekStart: 7 }).refused).toMatchObject({ field: 'weekStart' });
    expect(demandCalendar({ ...base, quantities: [[monday - 1, 1]] }).refused).toMatchObject({ field: 'quantities' });
    expect(demandCalendar({ ...base, quantities: [[monday, Number.NaN]] }).refused).toMatchObject({ code: 'not-finite' });
    expect(demandCalendar({ ...base, lastDay: monday + 3 }).refused).toMatchObject({ code: 'too-short' });
  });
});
