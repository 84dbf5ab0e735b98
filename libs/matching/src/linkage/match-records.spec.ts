import { describe, expect, it } from '@jest/globals';
import { dirtyPeople } from '../../../../test/support/matching/dirty-people.ts';
import type { DirtyPeopleOptions, Person } from '../../../../test/support/matching/dirty-people.ts';
import { acceptPairs, explainPairs } from './accept-pairs.ts';
import type { MatchConfiguration } from './match-configuration.ts';
import { MatchIndex } from './match-index.ts';
import { pairMeasures } from './match-measures.ts';
import { matchRecords } from './match-records.ts';
import type { MatchResult } from './match-records.ts';
import { proposeConfiguration } from './propose-configuration.ts';
import type { RecordTable } from './record-table.ts';

const headers: Readonly<Record<keyof Person, string>> = {
  givenName: 'given_name',
  surname: 'surname',
  streetNumber: 'street_number',
  address1: 'address_1',
  address2: 'address_2',
  suburb: 'suburb',
  postcode: 'postcode',
  state: 'state',
  birthDate: 'date_of_birth',
};
const columnsOf = (people: readonly Person[], without: readonly string[] = []): RecordTable['columns'] =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([, header]) => !without.includes(header))
      .map(([key, header]) => [header, people.map((person) => person[key as keyof Person])]),
  );
const options: DirtyPeopleOptions = { originals: 260, duplicates: 240, maxPerOriginal: 3, maxErrors: 5, households: 0, seed: 1 };
const proposed = (columns: RecordTable['columns']): MatchConfiguration => {
  const proposal = proposeConfiguration(columns);
  if ('refused' in proposal) throw new Error(proposal.detail);
  return proposal.configuration;
};
const run = (table: RecordTable, configuration = proposed(table.columns)): MatchResult => {
  const result = matchRecords(table, configuration);
  if ('refused' in result) throw new Error(`${result.field}: ${result.detail}`);
  return result;
};

const { people, truth } = dirtyPeople(options);
const columns = columnsOf(people);
const result = run({ columns });

describe('matchRecords on dirty people, nothing tuned', () => {
  it('reaches F1 0.995 with names, address and birth date, comparing at most 2 % of all pairs', () => {
    expect(pairMeasures(acceptPairs(result), truth).f1).toBeGreaterThanOrEqual(0.995);
    expect(result.comparedPairs / result.totalPairs).toBeLessThanOrEqual(0.02);
  });

  it('tells what each blocking rule costs and what would be lost without it', () => {
    expect(result.blocking.rules.length).toBeGreaterThan(3);
    expect(result.blocking.rules.every(({ pairs, recall }) => pairs >= 1 && recall > 0 && recall <= 1)).toBe(true);
    expect(result.blocking.lostRecall).toBeLessThan(0.02);
    expect(Math.max(...result.blocking.rules.map(({ recall }) => recall))).toBeLessThan(0.95);
  });

  it('explains a pair by parts that add up to its weight', () => {
    const pairs = acceptPairs(result).slice(0, 50);
    for (const [at, explanation] of explainPairs(result, pairs).entries()) {
      const sum = explanation.fields.reduce((total, { bits }) => total + bits, explanation.priorBits + explanation.relatedBits);
      expect(sum).toBeCloseTo(explanation.bits, 9);
      expect(explanation.bits).toBeCloseTo(pairs[at]?.bits ?? 0, 9);
      expect(explanation.relatedBits).toBeLessThanOrEqual(0);
    }
  });

  it('expects of itself about what it achieves', () => {
    const { precision, recall } = pairMeasures(acceptPairs(result), truth);
    expect(Math.abs(result.expected.precision - precision)).toBeLessThan(0.02);
    expect(Math.abs(result.expected.recall - recall)).toBeLessThan(0.02);
  });

  it('finds a known record again through the index, and a new one once it is in', () => {
    const index = new MatchIndex(result.model);
    const record = (at: number): Record<string, string> =>
      Object.fromEntries(Object.entries(columns).map(([column, cells]) => [column, String(cells[at])]));
    for (const { left, right, bits } of acceptPairs(result).slice(0, 60)) {
      const again = index.find(record(left)).find((match) => match.record === right);
      expect(again?.bits).toBeCloseTo(bits, 6);
    }
    const stranger = {
      given_name: 'Xaviera',
      surname: 'Quillfeather',
      street_number: '9077',
      address_1: 'nowhere lane',
      suburb: 'farawayton',
      postcode: '9999',
      state: 'zz',
      date_of_birth: '18991231',
    };
    expect(index.find(stranger)).toEqual([]);
    const added = index.add(stranger);
    expect(added).toBe(people.length);
    expect(index.find({ ...stranger, given_name: 'Xavierra' })[0]?.record).toBe(added);
  });
});

describe('harder people', () => {
  it('reaches F1 0.965 with names and address alone', () => {
    const bare = columnsOf(people, ['date_of_birth']);
    expect(pairMeasures(acceptPairs(run({ columns: bare })), truth).f1).toBeGreaterThanOrEqual(0.965);
  });

  it('takes as many pairs as a wanted precision allows by its own probabilities: asking for more never accepts more', () => {
    const bare = columnsOf(people, ['date_of_birth', 'address_1', 'address_2']);
    const accepted = [0.5, 0.9, 0.99, 0.9999].map((precision) => {
      const answer = run({ columns: bare }, { ...proposed(bare), threshold: { precision } });
      const pairs = acceptPairs(answer);
      const expected = pairs.reduce((sum, { probability }) => sum + probability, 0) / pairs.length;
      expect(expected).toBeGreaterThanOrEqual(precision);
      expect(answer.expected.precision).toBeCloseTo(expected, 9);
      return { pairs: pairs.length, precision: pairMeasures(pairs, truth).precision };
    });
    expect(accepted.map(({ pairs }) => pairs)).toEqual(accepted.map(({ pairs }) => pairs).sort((a, b) => b - a));
    expect(accepted.at(-1)?.pairs).toBeLessThan(accepted[0]?.pairs ?? 0);
    expect(accepted.at(-1)?.precision).toBeGreaterThanOrEqual(accepted[0]?.precision ?? 1);
  });

  it('links two files across only, one to one where told', () => {
    const few = Object.fromEntries(Object.entries(columns).map(([column, cells]) => [column, cells.slice(0, 250)]));
    const source = people.slice(0, 250).map((_, at) => at % 2);
    const linked = run({ columns: few, source }, { ...proposed(columns), oneToOne: true });
    const pairs = acceptPairs(linked);
    expect(pairs.every(({ left, right }) => source[left] !== source[right])).toBe(true);
    expect(new Set(pairs.flatMap(({ left, right }) => [left, right])).size).toBe(pairs.length * 2);
    expect(pairs.length).toBeGreaterThan(20);
    expect(pairMeasures(pairs, truth.slice(0, 250), source).precision).toBeGreaterThan(0.98);
  });
});

describe('refusals and determinism', () => {
  it('gives the same answer for the same seed', () => {
    const few = Object.fromEntries(Object.entries(columns).map(([column, cells]) => [column, cells.slice(0, 120)]));
    const [once, again] = [run({ columns: few }), run({ columns: few })];
    expect(again.thresholdBits).toBe(once.thresholdBits);
    expect(again.pairs).toEqual(once.pairs);
    expect(once.pairs.size).toBeGreaterThan(0);
  });

  it.each([
    [{ columns: {} }, { fields: [] }, 'no-records'],
    [{ columns: { a: ['x', 'y'], b: ['z'] } }, {}, 'ragged-columns'],
    [{ columns: { a: ['x', 'y'] }, source: [0, 0] }, {}, 'no-records'],
    [{ columns: { a: ['x', 'y'] } }, { fields: [] }, 'no-fields'],
    [{ columns: { a: ['x', 'y'] } }, { fields: [{ column: 'b', kind: 'text' as const }] }, 'unknown-column'],
    [{ columns: { a: ['x', 'y'] } }, { comparedShare: 0 }, 'bad-configuration'],
    [{ columns: { a: ['x', 'y'] } }, { threshold: { precision: Number.NaN } }, 'bad-configuration'],
    [{ columns: { a: ['x', 'y'] } }, { blocking: [{ atoms: [{ column: 'a', key: 'none' }] }] }, 'bad-configuration'],
  ])('refuses case %# as such', (table, change, refused) => {
    const configuration: MatchConfiguration = {
      fields: [{ column: 'a', kind: 'text' }],
      blocking: 'auto',
      comparedShare: 0.02,
      threshold: 'best-f1',
      oneToOne: false,
      seed: 1,
      ...change,
    };
    expect(matchRecords(table, configuration)).toMatchObject({ refused });
  });

  it('tells of its stages as they begin', () => {
    const stages: string[] = [];
    const answer = matchRecords(
      { columns: { a: ['x', 'y', 'x'] } },
      { ...proposed(columns), fields: [{ column: 'a', kind: 'text' }] },
      (stage) => stages.push(stage),
    );
    expect('refused' in answer).toBe(false);
    expect(stages).toEqual(['normalise', 'block', 'estimate', 'score']);
  });

  it('answers on two records, on equal records and on empty cells', () => {
    for (const cells of [
      ['x', 'x'],
      ['', ''],
      [null, undefined],
      ['x', ''],
    ]) {
      const tiny = run(
        { columns: { a: cells } },
        { fields: [{ column: 'a', kind: 'text' }], blocking: 'auto', comparedShare: 1, threshold: 'best-f1', oneToOne: false, seed: 1 },
      );
      expect(Number.isNaN(tiny.thresholdBits)).toBe(false);
      expect([...tiny.pairs.bits].some(Number.isNaN)).toBe(false);
      expect(Number.isNaN(tiny.expected.precision) || Number.isNaN(tiny.expected.recall)).toBe(false);
    }
  });
});

describe('proposeConfiguration', () => {
  it('reads headers of three languages and leaves keys and labels out', () => {
    const proposal = proposeConfiguration({
      rec_id: ['1', '2'],
      姓名: ['王芳', '李雷'],
      手机: ['138', '139'],
      Geburtsdatum: ['1.2.1980', '3.4.1981'],
      firstName: ['a', 'b'],
      PLZ: ['1', '2'],
      truth: ['x', 'y'],
    });
    expect('columns' in proposal && Object.fromEntries(proposal.columns.map(({ column, kind }) => [column, kind]))).toEqual({
      rec_id: 'ignored',
      姓名: 'full-name',
      手机: 'phone',
      Geburtsdatum: 'date',
      firstName: 'name',
      PLZ: 'code',
      truth: 'ignored',
    });
  });

  it('reads values where headers say nothing, and refuses what it cannot read', () => {
    const proposal = proposeConfiguration({
      x: ['a@b.com', 'c@d.org', 'e@f.net'],
      y: ['1980-01-02', '1981-03-04', '1980-01-02'],
      z: ['1', '1', '1'],
    });
    expect('columns' in proposal && proposal.columns.map(({ kind }) => kind)).toEqual(['email', 'date', 'ignored']);
    expect(proposeConfiguration({ id: ['1', '2'] })).toMatchObject({ refused: 'no-fields' });
  });
});
