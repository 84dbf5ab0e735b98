import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { placeFiles, runVerb, runVerbJson } from '../../../test/support/run-verb.ts';

// Tan, Steinbach & Kumar, Introduction to Data Mining, table 6.1.
const BASKETS = [
  ['Bread', 'Milk'],
  ['Bread', 'Diapers', 'Beer', 'Eggs'],
  ['Milk', 'Diapers', 'Beer', 'Cola'],
  ['Bread', 'Milk', 'Diapers', 'Beer'],
  ['Bread', 'Milk', 'Diapers', 'Cola'],
];
const CSV = `Basket,Item\n${BASKETS.flatMap((items, at) => items.map((item) => `${at + 1},${item}`)).join('\n')}\n`;

interface RulesAnswer {
  readonly baskets: number;
  readonly rules: readonly {
    readonly antecedent: readonly string[];
    readonly consequent: readonly string[];
    readonly support: number;
    readonly confidence: number;
    readonly conviction: number | null;
  }[];
}

describe('tributary baskets rules', () => {
  it('Tan, Steinbach & Kumar, example 6.1: {Milk, Diapers} → {Beer} has support 0.4 and confidence 0.67', async () => {
    const { 'b.csv.gz': file } = placeFiles({ 'b.csv.gz': gzipSync(CSV) });
    const json = await runVerbJson<RulesAnswer>('baskets', 'rules', '--in', file, '--support', '0.4', '--confidence', '0.6');
    expect(json.baskets).toBe(5);
    const rule = json.rules.find(
      ({ antecedent, consequent }) => [...antecedent].sort().join() === 'Diapers,Milk' && consequent.join() === 'Beer',
    );
    expect(rule?.support).toBeCloseTo(0.4, 12);
    expect(rule?.confidence).toBeCloseTo(2 / 3, 12);
    // Beer is never without diapers: a rule without exception has no conviction.
    expect(
      json.rules.find(({ antecedent, consequent }) => antecedent.join() === 'Beer' && consequent.join() === 'Diapers')?.conviction,
    ).toBeNull();
  });

  it('prints CSV, and words apart from it', async () => {
    const { 'b.csv': file } = placeFiles({ 'b.csv': CSV });
    const { out, err } = await runVerb('baskets', 'rules', '--in', file, '--support', '0.6', '--confidence', '0.9');
    expect(out).toBe('antecedent,consequent,count,support,confidence,lift,leverage,conviction\nBeer,Diapers,3,0.6,1,1.25,0.12,inf\n');
    expect(err).toContain('5 baskets, 6 items, 8 frequent sets, 1 rules');
  });

  it('refuses in one line', async () => {
    const { 'b.csv': file, 'e.csv': empty } = placeFiles({ 'b.csv': CSV, 'e.csv': 'basket,item\n1,\n' });
    const rules = (path: string, support: string) => runVerb('baskets', 'rules', '--in', path, '--support', support, '--confidence', '0.5');
    await expect(rules(file, '5')).rejects.toThrow(/must be above 0 and at most 1/);
    await expect(rules(empty, '0.5')).rejects.toThrow(/e\.csv, column item, row 1: is empty/);
  });
});
