import { describe, expect, it } from '@jest/globals';
import { bias, mae, mape, mase, naiveScale, owa, rmse, rmsse, smape, trackingSignal, wape } from './point-measures.ts';
import { calibration, coverage, pinball, pinballLoss, weightedQuantileLoss } from './quantile-measures.ts';

const actual = [100, 110, 120];
const forecast = [110, 100, 126];

describe('point measures, worked by hand', () => {
  it('mean absolute and root mean squared error', () => {
    expect(mae(actual, forecast)).toBeCloseTo(26 / 3, 12);
    expect(rmse(actual, forecast)).toBeCloseTo(Math.sqrt(236 / 3), 12);
  });

  it('sMAPE of M4: 200·|e| / (|y| + |f|), 0 for a pair of zeros, 200 at worst', () => {
    expect(smape([100], [110])).toBeCloseTo(2000 / 210, 12);
    expect(smape([0], [0])).toBe(0);
    expect(smape([0], [3])).toBe(200);
  });

  it('MAPE is undefined with a zero, WAPE with all zeros', () => {
    expect(mape(actual, forecast)).toBeCloseTo((100 * (0.1 + 10 / 110 + 0.05)) / 3, 12);
    expect(mape([0, 1], [1, 1])).toBeNull();
    expect(wape(actual, forecast)).toBeCloseTo(26 / 330, 12);
    expect(wape([0, 0], [1, 1])).toBeNull();
  });

  it('MASE and RMSSE are scaled by the naive errors of the history', () => {
    expect(naiveScale([1, 3, 2, 6], 1)).toBeCloseTo(7 / 3, 12);
    expect(naiveScale([1, 3, 2, 6], 2)).toBeCloseTo(2, 12);
    expect(mase(actual, forecast, [1, 3, 2, 6])).toBeCloseTo(26 / 7, 12);
    expect(mase(actual, forecast, [5, 5, 5])).toBeNull();
    expect(mase(actual, forecast, [1, 2], 2)).toBeNull();
    expect(rmsse(actual, forecast, [1, 3, 2, 6])).toBeCloseTo(Math.sqrt(236 / 3) / Math.sqrt(21 / 3), 12);
    expect(rmsse(actual, forecast, [5, 5])).toBeNull();
  });

  it('OWA is 1 for Naive 2 itself', () => {
    expect(owa({ smape: 12, mase: 1.5 }, { smape: 12, mase: 1.5 })).toBe(1);
    expect(owa({ smape: 6, mase: 1.5 }, { smape: 12, mase: 1 })).toBe(1);
    expect(owa({ smape: 6, mase: 1 }, { smape: 0, mase: 1 })).toBeNull();
  });

  it('bias is positive for too high a forecast; the tracking signal counts it in mean deviations', () => {
    expect(bias(actual, forecast)).toBeCloseTo(2, 12);
    expect(trackingSignal(actual, forecast)).toBeCloseTo(6 / (26 / 3), 12);
    expect(trackingSignal([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])).toBeCloseTo(5, 12);
    expect(trackingSignal([1], [1])).toBe(0);
  });
});

describe('quantile measures, worked by hand', () => {
  it('pinball loss weighs the two sides', () => {
    expect(pinballLoss(10, 8, 0.9)).toBeCloseTo(1.8, 12);
    expect(pinballLoss(8, 10, 0.9)).toBeCloseTo(0.2, 12);
    expect(pinball([10, 8], [8, 10], 0.9)).toBeCloseTo(1, 12);
  });

  it('weighted quantile loss of the median is WAPE', () => {
    expect(weightedQuantileLoss(actual, new Map([[0.5, forecast]]))).toBeCloseTo(wape(actual, forecast) ?? Number.NaN, 12);
    expect(weightedQuantileLoss([0], new Map([[0.5, [1]]]))).toBeNull();
  });

  it('coverage counts both ends in; calibration tells below from at most', () => {
    expect(coverage([1, 2, 3, 9], [1, 1, 1, 1], [3, 3, 3, 3])).toBe(0.75);
    expect(calibration([0, 0, 0, 4], [0, 0, 0, 0])).toEqual({ below: 0, atMost: 0.75 });
  });
});
