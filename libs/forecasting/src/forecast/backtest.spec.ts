import { describe, expect, it } from '@jest/globals';
import { backtest } from './backtest.ts';
import type { Backtest } from './backtest.ts';

const answer = (outcome: ReturnType<typeof backtest>): Backtest => {
  if (outcome.refused) throw new Error(outcome.refused.reason);
  return outcome;
};

describe('backtest', () => {
  const values = [1, 2, 4, 7, 11, 16];

  it('of the naive method, by hand', () => {
    const { measures, actual, predicted, origins } = answer(
      backtest({ values }, { horizon: 1, origins: 2, model: 'naive', levels: [0.1, 0.9] }),
    );
    expect({ actual, predicted }).toEqual({ actual: [11, 16], predicted: [7, 11] });
    expect(origins.map(({ at }) => at)).toEqual([4, 5]);
    expect(measures).toMatchObject({ mae: 4.5, bias: -4.5, trackingSignal: -2, mape: 50 * (4 / 11 + 5 / 16) });
    expect(measures.mase).toBeCloseTo(4.5 / 2, 12);
  });

  it('leaks nothing: what comes after the last origin changes no forecast', () => {
    const base = Array.from({ length: 24 }, (_, t) => 10 + Math.sin(t) + (t % 4));
    const changed = base.map((value, t) => (t < 20 ? value : 999));
    const options = { horizon: 4, origins: 1, levels: [0.5] };
    expect(answer(backtest({ values: changed, season: 4 }, options)).predicted).toEqual(
      answer(backtest({ values: base, season: 4 }, options)).predicted,
    );
  });

  it('does not judge unknown periods', () => {
    const { actual } = answer(
      backtest({ values, known: [true, true, true, true, true, false] }, { horizon: 2, origins: 1, model: 'naive' }),
    );
    expect(actual).toEqual([11]);
  });

  it('refuses by name', () => {
    expect(backtest({ values }, { horizon: 3, origins: 2 }).refused).toMatchObject({ code: 'too-short' });
    expect(backtest({ values }, { horizon: 1, origins: 0 }).refused).toMatchObject({ field: 'options.origins' });
    expect(backtest({ values }, { horizon: 1, origins: 1, step: 0 }).refused).toMatchObject({ field: 'options.step' });
    expect(backtest({ values, known: [true, true, true, true, true, false] }, { horizon: 1, origins: 1 }).refused).toMatchObject({
      code: 'no-known-value',
    });
  });
});
