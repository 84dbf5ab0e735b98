import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { calibration, forecast, pinball, rmse } from '@tributary/forecasting';
import { pythonEnvironment } from '../../support/python-environment.ts';
import { sparseSeries } from './simulated-series.ts';

/**
 * Intermittent demand: default `auto` beside StatsForecast's methods and beside plain quantiles of the history, on simulated items (steady, dying, growing, seasonal, lumpy) of a
 * seed that nothing was tuned on. Absolute errors do not count: they reward a forecast of zero.
 */
const here = dirname(fileURLToPath(import.meta.url));
const HORIZON = 12;
const LEVELS = [0.1, 0.5, 0.75, 0.9, 0.95];
const SERIES = sparseSeries(2_000, HORIZON, 2_027);
/** TSB has two constants that somebody must choose: told, not compared. */
const AUTOMATIC = ['Croston', 'CrostonOptimized', 'SBA', 'ADIDA', 'IMAPA', 'HistoricAverage'];
const MODELS = [...AUTOMATIC, 'TSB'];

type Result = Readonly<Record<string, Readonly<Record<string, { readonly mean: number[] }>>>>;
let reference: { readonly versions: Record<string, string>; readonly results: Result };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const answers = SERIES.map(({ past }) => {
  const result = forecast({ values: past }, { horizon: HORIZON, levels: LEVELS, nonnegative: true });
  if (result.refused) throw new Error(result.refused.reason);
  return result;
});

beforeAll(() => {
  const python = pythonEnvironment('forecasting', join(here, 'requirements.txt'));
  const series = SERIES.map(({ name, past }) => ({ name, period: 'sparse', season: [], horizon: HORIZON, values: past }));
  const input = JSON.stringify({ series, models: { sparse: MODELS } });
  const output = execFileSync(python, [join(here, 'accuracy_reference.py')], { input, maxBuffer: 1 << 28, encoding: 'utf8' });
  reference = JSON.parse(output) as typeof reference;
}, 900_000);

/** RMSE, error of the sum over the horizon and bias, each over the item's mean demand. */
function errors(forecasts: readonly (readonly number[])[]): { rmse: number; sumError: number; bias: number } {
  const each = SERIES.map(({ past, future }, i) => {
    const path = forecasts[i] as readonly number[];
    const size = mean(past);
    const off = (sum(path) - sum(future)) / HORIZON / size;
    return { rmse: rmse(future, path) / size, sumError: Math.abs(off), bias: off };
  });
  return {
    rmse: mean(each.map((one) => one.rmse)),
    sumError: mean(each.map((one) => one.sumError)),
    bias: mean(each.map((one) => one.bias)),
  };
}

/** Mean pinball loss over all levels, over the item's mean demand. */
const quantileLoss = (quantile: (i: number, level: number) => readonly number[]): number =>
  mean(SERIES.map(({ past, future }, i) => mean(LEVELS.map((level) => (2 * pinball(future, quantile(i, level), level)) / mean(past)))));

describe('intermittent demand beside StatsForecast and plain history', () => {
  it('RMSE and error of the horizon’s sum together are no worse than those of the best automatic method', () => {
    const ours = errors(answers.map((answer) => answer.mean));
    const theirs = MODELS.map((model) => ({
      model,
      ...errors(SERIES.map(({ name }) => reference.results[name]?.[model]?.mean ?? [])),
    }));
    console.log(JSON.stringify(reference.versions));
    console.table([{ model: 'auto', ...ours }, ...theirs]);
    const together = (one: { rmse: number; sumError: number }): number => Math.sqrt(one.rmse * one.sumError);
    for (const one of theirs) if (AUTOMATIC.includes(one.model)) expect(together(ours)).toBeLessThanOrEqual(together(one));
    expect(Math.abs(ours.bias)).toBeLessThan(0.15);
  });

  it('quantiles lose no more than plain quantiles of the history', () => {
    const sorted = SERIES.map(({ past }) => [...past].sort((a, b) => a - b));
    const plain = quantileLoss((i, level) => {
      const history = sorted[i] as number[];
      return new Array<number>(HORIZON).fill(history[Math.max(0, Math.ceil(level * history.length) - 1)] as number);
    });
    const ours = quantileLoss((i, level) => answers[i]?.quantiles[level] ?? []);
    console.table([{ ours, plain }]);
    expect(ours).toBeLessThanOrEqual(plain);
  });

  it.each(LEVELS)('P(demand < q) ≤ %d ≤ P(demand ≤ q), to 2 %%', (level) => {
    const actual = SERIES.flatMap(({ future }) => [...future]);
    const { below, atMost } = calibration(
      actual,
      answers.flatMap((answer) => answer.quantiles[level] ?? []),
    );
    console.log(`${level}: below ${below.toFixed(3)}, at most ${atMost.toFixed(3)}`);
    expect(below).toBeLessThan(level + 0.02);
    expect(atMost).toBeGreaterThan(level - 0.02);
  });
});
