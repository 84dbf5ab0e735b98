import { describe, expect, it } from '@jest/globals';
import { closedDays } from './closed-days.ts';
import { periodStart } from './period.ts';
import { seriesInput } from './series-input.ts';
import { stockOutDays } from './stock-out-days.ts';

const MONDAY = 20_458; // 2026-01-05
const days = (count: number, keep: (offset: number) => boolean): Set<number> =>
  new Set(
    Array.from({ length: count }, (_, offset) => offset)
      .filter(keep)
      .map((offset) => MONDAY + offset),
  );

describe('calendar of the forecast app', () => {
  it('begins weeks on Monday and days where they are', () => {
    for (let offset = 0; offset < 7; offset++) expect(periodStart(MONDAY + offset, 'week')).toBe(MONDAY);
    expect(periodStart(MONDAY - 1, 'week')).toBe(MONDAY - 7);
    expect(periodStart(MONDAY + 3, 'day')).toBe(MONDAY + 3);
  });

  it('knows a closing from a weekday without trade and from a quiet shop', () => {
    // Open Monday to Friday for ten weeks, shut on the Tuesday and Wednesday of the fourth.
    const shut = new Set([22, 23]);
    const trading = days(70, (offset) => offset % 7 < 5 && !shut.has(offset));
    expect(closedDays(trading, MONDAY, MONDAY + 69)).toEqual([MONDAY + 22, MONDAY + 23]);
    expect(
      closedDays(
        days(70, (offset) => offset % 9 === 0),
        MONDAY,
        MONDAY + 69,
      ),
    ).toEqual([]);
    expect(
      closedDays(
        days(14, () => true),
        MONDAY,
        MONDAY + 20,
      ),
    ).toEqual([]);
  });

  it('knows days without stock: empty from morning to evening and nothing sold', () => {
    const levels = [
      { day: 10, onHand: 5 },
      { day: 12, onHand: 0 },
      { day: 16, onHand: 4 },
      { day: 18, onHand: -1 },
    ];
    expect(stockOutDays(levels, new Set([11, 12]), 20)).toEqual([13, 14, 15, 19, 20]);
    expect(stockOutDays(levels, new Set([12, 14]), 16)).toEqual([13]);
    expect(stockOutDays([], new Set([1]), 20)).toEqual([]);
  });

  it('lays demand out in whole weeks, the one under way left out', () => {
    const trading = days(70, () => true);
    const history = {
      sku: 'a',
      location: 'web',
      levels: [],
      demand: [
        [MONDAY, 3],
        [MONDAY + 8, 4],
        [MONDAY + 21, 9],
      ] as const,
    };
    expect(seriesInput(history, 'week', MONDAY + 22, trading)).toMatchObject({
      values: [3, 4, 0],
      known: [true, true, true],
      nextDay: MONDAY + 21,
      pieces: true,
      season: 52,
    });
    expect(seriesInput(history, 'day', MONDAY + 2, trading)).toMatchObject({ values: [3, 0, 0], nextDay: MONDAY + 3, season: 7 });
  });

  it('says why there is no series: nothing ordered, or no whole week yet', () => {
    const trading = days(70, () => true);
    const history = { sku: 'a', location: 'web', levels: [] };
    expect(seriesInput({ ...history, demand: [] }, 'week', MONDAY + 22, trading)).toMatchObject({ refused: { code: 'empty' } });
    expect(seriesInput({ ...history, demand: [[MONDAY + 1, 2]] }, 'week', MONDAY + 3, trading)).toMatchObject({
      refused: { code: 'too-short' },
    });
  });

  it('does not take a week without stock for a week without demand', () => {
    const trading = days(70, () => true);
    const demand = Array.from({ length: 42 }, (_, offset) => [MONDAY + offset, offset >= 14 && offset < 21 ? 0 : 2] as const).filter(
      ([, quantity]) => quantity > 0,
    );
    const levels = [
      { day: MONDAY + 13, onHand: 0 },
      { day: MONDAY + 20, onHand: 50 },
    ];
    const input = seriesInput({ sku: 'a', location: 'web', demand, levels }, 'week', MONDAY + 41, trading);
    expect(input).toMatchObject({ known: [true, true, false, true, true, true] });
  });
});
