import { describe, expect, it } from '@jest/globals';
import type { Sku } from '../../src/api.ts';
import { chartSeries } from './chart-series.ts';

const forecast = (over: Partial<NonNullable<Sku['forecast']>>): NonNullable<Sku['forecast']> => ({
  asOf: '2026-01-15T00:00:00.000Z',
  bucket: 'WEEK',
  start: '2026-01-15',
  horizon: 2,
  demandClass: 'smooth',
  model: 'ses',
  mean: [5, 6],
  quantiles: [
    { level: 0.9, values: [9, 10] },
    { level: 0.5, values: [5, 6] },
    { level: 0.1, values: [1, 2] },
  ],
  candidates: [],
  reason: '',
  answer: null,
  ...over,
});

describe('chartSeries', () => {
  it('sums days into the steps of the forecast and fills quiet ones with zero', () => {
    const history = [
      { day: '2025-12-26', quantity: '1.5000' },
      { day: '2026-01-08', quantity: '2.0000' },
      { day: '2026-01-14', quantity: '3.0000' },
    ];
    expect(chartSeries(history, forecast({})).steps).toEqual([
      { start: '2025-12-25', actual: 1.5, mean: null },
      { start: '2026-01-01', actual: 0, mean: null },
      { start: '2026-01-08', actual: 5, mean: null },
      { start: '2026-01-15', actual: null, mean: 5 },
      { start: '2026-01-22', actual: null, mean: 6 },
    ]);
  });
  it('makes bands of symmetric quantiles and leaves the median out', () => {
    const { bands } = chartSeries([{ day: '2026-01-14', quantity: '3' }], forecast({}));
    expect(bands).toEqual([{ low: 0.1, high: 0.9, from: [null, 1, 2], to: [null, 9, 10] }]);
  });
  it('shows what came after the forecast beside it', () => {
    const { steps } = chartSeries([{ day: '2026-01-16', quantity: '4' }], forecast({}));
    expect(steps[0]).toEqual({ start: '2026-01-15', actual: 4, mean: 5 });
  });
  it('counts calendar months over the turn of a year', () => {
    const { steps } = chartSeries([{ day: '2025-11-30', quantity: '7' }], forecast({ bucket: 'MONTH', start: '2026-01-01' }));
    expect(steps.map((step) => [step.start, step.actual])).toEqual([
      ['2025-11-01', 7],
      ['2025-12-01', 0],
      ['2026-01-01', null],
      ['2026-02-01', null],
    ]);
  });
  it('shows at most two years of weeks', () =>
    expect(
      chartSeries(
        [
          { day: '2001-01-01', quantity: '1' },
          { day: '2026-01-14', quantity: '1' },
        ],
        forecast({}),
      ).steps,
    ).toHaveLength(106));
  it('shows history alone, and nothing at all', () => {
    expect(chartSeries([{ day: '2026-01-14', quantity: '1' }], null).steps).toEqual([{ start: '2026-01-08', actual: 1, mean: null }]);
    expect(chartSeries([], null)).toEqual({ steps: [], bands: [] });
  });
});
