import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { placeFiles, runVerb, runVerbJson } from '../../../test/support/run-verb.ts';

const cdnow = (name: string): string | undefined => {
  const path = fileURLToPath(new URL(`../../../../shared/data/cdnow/${name}`, import.meta.url));
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: the CDNOW data are not here (${name} is expected in ../shared/data/cdnow beside the repository)`);
  return undefined;
};

interface FitAnswer {
  readonly model: string;
  readonly params: Readonly<Record<string, number>>;
  readonly standardErrors: Readonly<Record<string, number>>;
  readonly logLikelihood: number;
  readonly converged: boolean;
  readonly seconds: number;
  readonly customers: number;
}

const SMALL = 'ID,X,T_X,t,zbar\na,2,3,10,20\nb,0,0,9,0\nc,4,8,9,12\nd,1,2,10,35\ne,0,0,5,0\nf,3,9,10,18\n';
const PARAMS = '{"r":0.243,"alpha":4.414,"a":0.793,"b":2.426}';

describe('tributary lifetime fit', () => {
  it('Fader, Hardie & Lee (2005) table 2 from the CDNOW summary with its columns x, t_x, T: r .243, α 4.414, a .793, b 2.426, LL −9582.4', async () => {
    const file = cdnow('cdnow-summary.csv');
    if (file === undefined) return;
    const fit = await runVerbJson<FitAnswer>('lifetime', 'fit', '--in', file);
    expect(fit).toMatchObject({ model: 'bg-nbd', converged: true, customers: 2357 });
    expect(Object.entries(fit.params).map(([name, value]) => `${name} ${value.toFixed(3)}`)).toEqual([
      'r 0.243',
      'alpha 4.414',
      'a 0.793',
      'b 2.426',
    ]);
    expect(fit.logLikelihood.toFixed(1)).toBe('-9582.4');
    expect(Object.keys(fit.standardErrors)).toEqual(['r', 'alpha', 'a', 'b']);
    expect(fit.seconds).toBeGreaterThan(0);
  });

  it('CLVTools’ r .2426, α 4.4136, a .7929, b 2.4259 from the CDNOW log, whose weeks are not rounded', async () => {
    const file = cdnow('cdnow-sample-transactions.csv');
    if (file === undefined) return;
    const { out } = await runVerb('lifetime', 'fit', '--in', file, '--transactions', '--unit', 'week', '--as-of', '1997-09-30');
    const printed = out.split('\n').map((line) => line.trim().split(/\s+/).slice(0, 2).join(' '));
    expect(printed).toEqual(expect.arrayContaining(['r 0.2426', 'alpha 4.4136', 'a 0.7929', 'b 2.4259']));
  });

  it('names column and row of a customer that cannot be', async () => {
    const files = placeFiles({
      'late.csv': 'x,t_x,T\n1,2,5\n1,7,5\n',
      'text.csv': 'x,t_x,T\n1,2,5\nmany,1,5\n',
      'short.csv': 'x,T\n1,5\n',
    });
    await expect(runVerb('lifetime', 'fit', '--in', files['late.csv'])).rejects.toThrow(/late\.csv, column t_x, row 2: /);
    await expect(runVerb('lifetime', 'fit', '--in', files['text.csv'])).rejects.toThrow(/column x, row 2: must be a number, got "many"/);
    await expect(runVerb('lifetime', 'fit', '--in', files['short.csv'])).rejects.toMatchObject({
      message: `${files['short.csv']} has no column recency (or t_x); it has x, T`,
      code: 2,
    });
  });

  it('refuses what does not go together', async () => {
    const { 'log.csv': file } = placeFiles({ 'log.csv': 'customer,date,amount\na,2024-01-01,1\n' });
    await expect(runVerb('lifetime', 'fit')).rejects.toThrow('--in is missing');
    await expect(runVerb('lifetime', 'fit', '--in', file, '--transactions', '--unit', 'moon')).rejects.toThrow(
      '--unit must be day, week, month or year, got moon',
    );
    await expect(runVerb('lifetime', 'fit', '--in', file, '--transactions', '--model', 'bg-bb')).rejects.toThrow(
      'bg-bb counts opportunities',
    );
    await expect(runVerb('lifetime', 'fit', '--in', file, '--transactions', '--as-of', 'noon')).rejects.toThrow('--as-of must be a date');
    await expect(runVerb('lifetime', 'fit', '--in', file, '--model', 'magic')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});

describe('tributary lifetime score', () => {
  it('gives a row a customer under its own name, as CSV, as JSON and in a file', async () => {
    const files = placeFiles({ 'small.csv': SMALL, 'out.csv': '' });
    const args = ['lifetime', 'score', '--in', files['small.csv'], '--horizon', '10', '--params', PARAMS];
    const { out, err } = await runVerb(...args);
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe('customer,p_alive,expected_purchases');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(err).toContain('6 customers scored by bg-nbd;');
    const json = await runVerbJson<{ scores: { customer: string; pAlive: number; expectedPurchases: number }[] }>(...args);
    expect(json.scores.map(({ customer, pAlive, expectedPurchases }) => `${customer},${pAlive},${expectedPurchases}`)).toEqual(
      lines.slice(1),
    );
    // A customer without a repeat purchase cannot have left in BG/NBD.
    expect(json.scores[1]?.pAlive).toBe(1);
    await runVerb(...args, '--out', files['out.csv']);
    expect(readFileSync(files['out.csv'], 'utf8')).toBe(out);
  });

  it('takes the parameters that fit prints, and refuses those of another model or unit', async () => {
    const fit = JSON.stringify({ model: 'bg-nbd', unit: 'week', params: JSON.parse(PARAMS) as object });
    const files = placeFiles({ 'small.csv': SMALL, 'fit.json': fit });
    const score = (...more: string[]) =>
      runVerb('lifetime', 'score', '--in', files['small.csv'], '--horizon', '10', '--params', files['fit.json'], ...more);
    expect((await score('--unit', 'week')).out).toContain('\nf,');
    await expect(score('--model', 'mbg-nbd')).rejects.toThrow('holds the parameters of bg-nbd, not of mbg-nbd');
    await expect(score('--unit', 'day')).rejects.toThrow('was fitted by the week, these customers are given by the day');
    await expect(runVerb('lifetime', 'score', '--in', files['small.csv'], '--horizon', '1', '--params', '{"r":1}')).rejects.toThrow(
      /params\.alpha/,
    );
    await expect(runVerb('lifetime', 'score', '--in', files['small.csv'])).rejects.toThrow('--horizon is missing');
  });

  it('gives expected spend with Gamma-Gamma', async () => {
    const { 'small.csv': file } = placeFiles({ 'small.csv': SMALL });
    const { out } = await runVerb('lifetime', 'score', '--model', 'gamma-gamma', '--in', file, '--params', '{"p":6.25,"q":3.74,"v":15.44}');
    // Fader & Hardie (2013) note, equation 5: (p v + p x z̄) / (p x + q − 1).
    expect(Number(out.split('\n')[1]?.split(',')[1])).toBeCloseTo((6.25 * (15.44 + 2 * 20)) / (6.25 * 2 + 3.74 - 1), 10);
  });
});
