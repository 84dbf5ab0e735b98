import { describe, expect, it } from '@jest/globals';
import { placeFiles } from '../../../test/support/run-verb.ts';
import { readSeries } from './read-series.ts';
import type { Gaps } from './read-series.ts';
import { processTerminal } from './terminal.ts';

const read = (rows: string, gaps: Gaps = 'missing') => readSeries(placeFiles({ 's.csv': rows })['s.csv'], gaps, processTerminal());
const one = (times: readonly string[]) => read(`time,value\n${times.map((time, at) => `${time},${at + 1}`).join('\n')}\n`);

describe('readSeries', () => {
  it('puts rows in order and leaves periods without a row, or without a value, unknown', async () => {
    const { every, series } = await read('series,time,value\nA,5,50\nA,1,10\nB,2,1\nA,3,\nA,4,40\nA,2,20\n');
    expect(every).toBe('1');
    expect(series).toEqual([
      { series: 'A', values: Float64Array.of(10, 20, 0, 40, 50), known: [true, true, false, true, true], missing: 1 },
      { series: 'B', values: Float64Array.of(1), known: [true], missing: 0 },
    ]);
  });

  it('takes silence for zeros up to the end of the file with --gaps zero', async () => {
    const { series } = await read('unique_id,ds,y\nA,1,7\nA,3,8\nB,2,1\nB,5,2\n', 'zero');
    expect(series.map(({ values }) => [...values])).toEqual([
      [7, 0, 8, 0, 0],
      [1, 0, 0, 2],
    ]);
    expect(series.every(({ missing }) => missing === 0)).toBe(true);
  });

  it('lets rows follow each other with --gaps skip', async () => {
    const { every, series } = await read('time,value\n2024-01-05,1\n2024-01-08,2\n2024-02-01,3\n', 'skip');
    expect(every).toBe('row');
    expect([...(series[0]?.values ?? [])]).toEqual([1, 2, 3]);
  });

  it.each([
    ['day', ['2024-02-28', '2024-02-29', '2024-03-02'], 4],
    ['week', ['2024-01-01', '2024-01-08', '2024-01-22'], 4],
    ['month', ['2024-01-01', '2024-02-01', '2024-04-01'], 4],
    ['month', ['2024-01-31', '2024-02-29', '2024-03-31'], 3],
    ['month', ['2024-01', '2024-02', '2024-03'], 3],
    ['3 months', ['2023-10-01', '2024-01-01', '2024-04-01'], 3],
    ['year', ['2022-12-31', '2023-12-31', '2024-12-31'], 3],
    ['hour', ['2024-01-01 22:00', '2024-01-01 23:00', '2024-01-02 00:00'], 3],
    ['day', ['20240228', '20240229', '20240301'], 3],
    ['10', ['10', '20', '40'], 4],
  ])('sees a step of one %s in %j', async (every, times, periods) => {
    const file = await one(times);
    expect(file.every).toBe(every);
    expect(file.series[0]?.values.length).toBe(periods);
  });

  it.each([
    ['series,time,value\nA,1,1\nB,1,1\nA,1,2\n', /column time, row 3: series A has this time already/],
    ['series,time,value\nA,1,1\n,2,1\n', /column series, row 2: is empty/],
    ['time,value\n1,1\n2024-01-01,1\n', /column time, row 2: must be a whole number, as in row 1, got "2024-01-01"/],
    ['time,value\n2024-01-01,1\n7,1\n', /column time, row 2: must be a date such as 2024-02-29 or a whole number, got "7"/],
    ['time,value\n1,many\n', /column value, row 1: must be a number, got "many"/],
    ['time,value\n2020-01-01 00:00:00,1\n2021-05-05 05:05:05,2\n2022-06-06 06:06:07,3\n', /series all: its times are not regular/],
  ])('refuses %j', async (rows, message) => {
    await expect(read(rows)).rejects.toThrow(message);
  });
});
