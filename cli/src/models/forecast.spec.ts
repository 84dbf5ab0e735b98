import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { placeFiles, runVerb, runVerbJson } from '../../../test/support/run-verb.ts';

const month = (at: number): string => `${2020 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`;
const SEASON = [5, 7, 9, 12, 14, 15, 14, 12, 9, 7, 5, 4];
const monthly = (name: string, length: number): string =>
  Array.from({ length }, (_, at) => `${name},${month(at)},${(SEASON[at % 12] as number) + ((at * 7) % 3) / 10}`).join('\n');
const FILE = `series,time,value\n${monthly('A', 48)}\n${monthly('"B, ""two"""', 36)}\n`;

interface ForecastAnswer {
  readonly every: string;
  readonly series: readonly {
    readonly series: string;
    readonly model: string;
    readonly rollingOriginError: { readonly rmse: number };
    readonly mean: readonly number[];
    readonly quantiles: Readonly<Record<string, readonly number[]>>;
  }[];
  readonly refused: readonly { readonly series: string; readonly field: string }[];
}

afterEach(() => {
  process.exitCode = undefined;
});

describe('tributary forecast', () => {
  it('prints series,step,mean,q… and tells model and rolling-origin error of every series', async () => {
    const files = placeFiles({ 's.csv': FILE, 'f.csv': '', 'report.json': '' });
    const args = [
      'forecast',
      '--in',
      files['s.csv'],
      '--horizon',
      '2',
      '--season',
      '12',
      '--model',
      'seasonal-naive',
      '--levels',
      '0.9,0.1',
    ];
    const { out } = await runVerb(...args, '--report', files['report.json']);
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe('series,step,mean,q0.1,q0.9');
    expect(lines.slice(1).map((line) => line.replace(/(,\d+,[^,]+),.*/, '$1'))).toEqual([
      'A,1,5',
      'A,2,7.1',
      '"B, ""two""",1,5',
      '"B, ""two""",2,7.1',
    ]);
    const json = await runVerbJson<ForecastAnswer>(...args);
    expect(json.every).toBe('month');
    expect(json.series.map(({ series, model }) => [series, model])).toEqual([
      ['A', 'seasonal-naive'],
      ['B, "two"', 'seasonal-naive'],
    ]);
    expect(json.series[0]?.mean).toEqual([5, 7.1]);
    for (const { quantiles, rollingOriginError } of json.series) {
      expect(rollingOriginError.rmse).toBeGreaterThanOrEqual(0);
      expect(quantiles['0.1']?.every((low, at) => low <= (quantiles['0.9']?.[at] as number))).toBe(true);
    }
    await runVerb(...args, '--out', files['f.csv']);
    expect(readFileSync(files['f.csv'], 'utf8')).toBe(out);
    const report = JSON.parse(readFileSync(files['report.json'], 'utf8')) as ForecastAnswer;
    expect(report.series[1]?.rollingOriginError).toEqual(json.series[1]?.rollingOriginError);
  });

  it('combines models by default', async () => {
    const { 's.csv': file } = placeFiles({ 's.csv': `series,time,value\n${monthly('A', 36)}\n` });
    const json = await runVerbJson<ForecastAnswer>('forecast', '--in', file, '--horizon', '3', '--season', '12', '--nonnegative');
    expect(json.series[0]?.model).toBe('combination');
    expect(json.series[0]?.mean.every((value, at) => Math.abs(value - (SEASON[at] as number)) < 2)).toBe(true);
  });

  it('answers the others when one series is refused, and exits with 1', async () => {
    const { 's.csv': file } = placeFiles({ 's.csv': 'series,time,value\nlong,1,5\nlong,2,6\nlong,3,5\nlong,4,7\nlong,5,6\nshort,1,1\n' });
    const { out, err } = await runVerb('forecast', '--in', file, '--horizon', '1', '--model', 'theta');
    expect(out.split('\n').filter((line) => line.startsWith('long,'))).toHaveLength(1);
    expect(out).not.toContain('short');
    expect(err).toContain('series short is refused: series.values 1 values with this season cannot carry the model theta');
    expect(process.exitCode).toBe(1);
  });

  it.each([
    [['--horizon', '0'], /must be at least 1/],
    [['--horizon', '2', '--levels', '0.5,1.5'], /levels lie between 0 and 1/],
    [['--horizon', '2', '--levels', '0.5,0.5'], /names a value twice/],
    [['--horizon', '2', '--model', 'magic'], /Allowed choices are auto, naive/],
    [[], /required option '--horizon <steps>' not specified/],
  ])('refuses %j', async (args, message) => {
    const { 's.csv': file } = placeFiles({ 's.csv': FILE });
    await expect(runVerb('forecast', '--in', file, ...args)).rejects.toThrow(message);
  });
});

describe('tributary backtest', () => {
  it('prints the measures, which are those of the seasonal naive method by hand', async () => {
    const { 's.csv': file } = placeFiles({
      's.csv': `time,value\n${[1, 2, 3, 1, 2, 4, 2, 2, 4].map((value, at) => `${at},${value}`).join('\n')}\n`,
    });
    const args = ['backtest', '--in', file, '--horizon', '3', '--season', '3', '--origins', '1', '--model', 'seasonal-naive'];
    const json = await runVerbJson<{ overall: Record<string, number>; series: { measures: Record<string, number> }[] }>(...args);
    // Judged on 2, 2, 4 against 1, 2, 4.
    expect(json.series[0]?.measures.mae).toBeCloseTo(1 / 3, 12);
    expect(json.overall.wape).toBeCloseTo(1 / 8, 12);
    expect(json.overall.bias).toBeCloseTo(-1 / 3, 12);
    const { out } = await runVerb(...args);
    expect(out.split('\n')[0]).toBe(
      'series,models,judged,smape,mape,wape,mase,rmsse,mae,rmse,bias,trackingSignal,weightedQuantileLoss,coverage,pinball0.1,pinball0.5,pinball0.9',
    );
    expect(out.split('\n')[1]).toMatch(/^all,seasonal-naive,3,/);
  });
});
