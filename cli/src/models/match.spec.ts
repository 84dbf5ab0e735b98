import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { dirtyPeople } from '../../../test/support/matching/dirty-people.ts';
import { placeFiles, runVerb, runVerbJson } from '../../../test/support/run-verb.ts';
import { matchVerb } from './match.ts';

const { people, truth } = dirtyPeople({ originals: 100, duplicates: 50, maxPerOriginal: 2, maxErrors: 2, households: 0, seed: 11 });
const NAMES = ['givenName', 'surname', 'postcode', 'birthDate'] as const;
const cells = (at: number): string => [`r${at}`, `p${truth[at]}`, ...NAMES.map((name) => people[at]?.[name] ?? '')].join();
const HEADER = `rec_id,who,${NAMES.join()}`;
const ALL = people.map((_, at) => at);
const csv = (records: readonly number[]): string => `${HEADER}\n${records.map(cells).join('\n')}\n`;

interface MatchAnswer {
  readonly task: string;
  readonly configuration: { readonly fields: readonly { readonly column: string; readonly kind: string }[]; readonly seed: number };
  readonly comparedShare: number;
  readonly pairs: readonly {
    readonly left: string;
    readonly right: string;
    readonly probability: number;
    readonly bits: number;
    readonly priorBits: number;
    readonly relatedBits: number;
    readonly fields: readonly { readonly column: string; readonly bits: number }[];
  }[];
  readonly clusters: readonly { readonly records: readonly unknown[] }[];
  readonly measures: Readonly<Record<'pairs' | 'clusterPairs' | 'bCubed', { readonly f1: number }>>;
}

describe('tributary match', () => {
  it.each([
    [true, 4],
    [false, 0],
  ])('says on a terminal (%p) what it is at, and nothing into a log', async (isTTY, lines) => {
    const file = placeFiles({ 'people.csv': csv(ALL) })['people.csv'];
    const out = new PassThrough();
    const err = Object.assign(new PassThrough(), { isTTY });
    await matchVerb({ file, config: undefined, truth: undefined, id: undefined, clusters: undefined }, { json: true }, { out, err });
    const said = String(err.read() ?? '');
    expect(said.match(/ …\n/g) ?? []).toHaveLength(lines);
    expect(JSON.parse(String(out.read()))).toHaveProperty('accepted');
  });

  it('finds doubles with a proposed configuration, explains every pair, and measures against the truth', async () => {
    const files = placeFiles({ 'people.csv': csv(ALL), 'clusters.csv': '' });
    const json = await runVerbJson<MatchAnswer>(
      'match',
      '--in',
      files['people.csv'],
      '--truth',
      'who',
      '--clusters',
      files['clusters.csv'],
    );
    expect(json.task).toBe('dedupe');
    // The truth and the names of the records must not be evidence.
    expect(json.configuration.fields.map(({ column }) => column)).toEqual([...NAMES]);
    expect(json.measures.pairs.f1).toBeGreaterThan(0.95);
    expect(json.measures.bCubed.f1).toBeGreaterThan(0.95);
    for (const pair of json.pairs) {
      const sum = pair.fields.reduce((total, { bits }) => total + bits, pair.priorBits + pair.relatedBits);
      expect(sum).toBeCloseTo(pair.bits, 9);
      expect(pair.probability).toBeCloseTo(1 / (1 + 2 ** -pair.bits), 9);
    }
    const clusterOf = new Map(
      readFileSync(files['clusters.csv'], 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',') as [string, string]),
    );
    expect(clusterOf.size).toBe(people.length);
    for (const { records } of json.clusters) expect(new Set(records.map((record) => clusterOf.get(String(record)))).size).toBe(1);
  });

  it('links two files across only, by a configuration file', async () => {
    const first = new Map<number, number>();
    for (const [at, person] of truth.entries()) if (!first.has(person)) first.set(person, at);
    const originals = ALL.filter((at) => first.get(truth[at] as number) === at);
    const copies = ALL.filter((at) => first.get(truth[at] as number) !== at);
    const config = {
      fields: [
        { column: 'givenName', kind: 'name' },
        { column: 'surname', kind: 'surname' },
        { column: 'birthDate', kind: 'date' },
        { column: 'postcode', kind: 'code' },
      ],
      blocking: ['surname', 'birthDate', 'postcode'].map((column) => ({ atoms: [{ column, key: 'exact' }] })),
      seed: 5,
    };
    const files = placeFiles({ 'a.csv': csv(originals), 'b.csv': csv(copies), 'c.json': JSON.stringify(config) });
    const both = `${files['a.csv']},${files['b.csv']}`;
    const json = await runVerbJson<MatchAnswer>('match', '--in', both, '--config', files['c.json'], '--truth', 'who');
    expect(json.task).toBe('link');
    expect(json.configuration).toMatchObject(config);
    expect(json.measures.pairs.f1).toBeGreaterThan(0.9);
    const [ours, theirs] = [new Set(originals.map((at) => `r${at}`)), new Set(copies.map((at) => `r${at}`))];
    expect(json.pairs.length).toBeGreaterThan(0);
    expect(json.pairs.every(({ left, right }) => ours.has(left) && theirs.has(right))).toBe(true);
    const { out } = await runVerb('match', '--in', both, '--config', files['c.json']);
    expect(out.split('\n')[0]).toBe(
      'left,right,probability,bits,prior_bits,related_bits,bits_givenName,bits_surname,bits_birthDate,bits_postcode',
    );
    expect(out.trim().split('\n')).toHaveLength(json.pairs.length + 1);
  });

  it('refuses in one line', async () => {
    const files = placeFiles({
      'people.csv': csv(ALL.slice(0, 20)),
      'kind.json': '{"fields":[{"column":"surname","kind":"nose"}]}',
      'extra.json': '{"speed":1}',
      'column.json': '{"fields":[{"column":"nose","kind":"name"}]}',
      'text.json': 'fields: surname',
      'numbers.csv': 'a,b\n1,1\n1,1\n',
    });
    const people20 = files['people.csv'];
    const run = (...args: string[]) => runVerb('match', '--in', ...args);
    await expect(run(people20, '--truth', 'nobody')).rejects.toThrow(/has no column nobody; it has rec_id, who/);
    await expect(run(people20, '--config', files['kind.json'])).rejects.toThrow(/is no configuration: fields\.0\.kind: /);
    await expect(run(people20, '--config', files['extra.json'])).rejects.toThrow(/"speed"/);
    await expect(run(people20, '--config', files['column.json'])).rejects.toThrow(/nose: there are/);
    await expect(run(people20, '--config', files['text.json'])).rejects.toThrow(/is no JSON/);
    await expect(run(`${people20},${files['numbers.csv']}`)).rejects.toThrow(/have no column in common/);
    await expect(run(files['numbers.csv'])).rejects.toThrow(/no configuration can be proposed, give one with --config/);
    await expect(run('a.csv,b.csv,c.csv')).rejects.toThrow(/--in takes one file, or two/);
  });
});
