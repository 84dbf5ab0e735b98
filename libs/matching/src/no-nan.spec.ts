import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { damerauLevenshtein } from './compare/damerau-levenshtein.ts';
import { daysBetween, relativeDifference } from './compare/distance.ts';
import { jaroWinkler } from './compare/jaro-winkler.ts';
import { arrayOverlap, jaccard, qgramSimilarity, tokenSetSimilarity } from './compare/set-similarity.ts';
import { acceptPairs, explainPairs } from './linkage/accept-pairs.ts';
import { clusterMatches } from './linkage/cluster-matches.ts';
import { MatchIndex } from './linkage/match-index.ts';
import type { FieldConfiguration, FieldKind, MatchConfiguration } from './linkage/match-configuration.ts';
import { bCubed, clusterPairMeasures, pairMeasures } from './linkage/match-measures.ts';
import { matchRecords } from './linkage/match-records.ts';
import { proposeConfiguration } from './linkage/propose-configuration.ts';
import { normaliseAddress } from './normalise/normalise-address.ts';
import { normaliseDate } from './normalise/normalise-date.ts';
import { normaliseEmail } from './normalise/normalise-email.ts';
import { normaliseLoyaltyId, normaliseSourceId, normaliseTaxId } from './normalise/normalise-identifier.ts';
import { normaliseName } from './normalise/normalise-name.ts';
import { normalisePhone } from './normalise/normalise-phone.ts';

/** Every place of an answer that is no number. Typed arrays are lists. */
const nanIn = (answer: unknown, path = ''): string[] => {
  if (typeof answer === 'number') return Number.isNaN(answer) ? [path] : [];
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) => nanIn(value, `${path}.${key}`));
};

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    ' ',
    'Ann Lee',
    'ann  LEE',
    '王小明',
    '曾',
    '2001-02-28',
    '28.2.2001',
    'a@b.com',
    '+49 30 123456',
    'n/a',
    '1',
    '0',
    '\u0000',
  ),
);
const kinds: readonly FieldKind[] = [
  'name',
  'surname',
  'full-name',
  'date',
  'number',
  'code',
  'category',
  'address',
  'text',
  'email',
  'phone',
  'identifier',
];
const cell = fc.oneof(text, fc.double(), fc.constantFrom(NaN, Infinity, null, undefined, 0, 1));

describe('every function answers or refuses, and no NaN leaves', () => {
  it('normalisers and comparators, on any text', () => {
    fc.assert(
      fc.property(text, text, fc.double(), fc.double(), (a, b, x, y) => {
        for (const normalise of [
          normaliseAddress,
          normaliseDate,
          normaliseEmail,
          normaliseLoyaltyId,
          normaliseName,
          normalisePhone,
          normaliseSourceId,
          normaliseTaxId,
        ]) {
          const answer = (normalise as (raw: string) => object)(a);
          expect('value' in answer || 'refused' in answer).toBe(true);
        }
        const shares = [
          jaroWinkler(a, b),
          jaccard([...a], [...b]),
          arrayOverlap([...a], [...b]),
          qgramSimilarity(a, b),
          tokenSetSimilarity(a, b),
        ];
        for (const share of shares) expect(share >= 0 && share <= 1).toBe(true);
        expect(damerauLevenshtein(a, b)).toBeGreaterThanOrEqual(0);
        expect(nanIn([daysBetween(a, b), relativeDifference(x, y)])).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('a whole run over any cells of any kinds: weights, blocking, threshold, explanations, clusters, the index', () => {
    const table = fc
      .tuple(fc.uniqueArray(fc.constantFrom(...kinds), { minLength: 1, maxLength: 4 }), fc.integer({ min: 2, max: 14 }))
      .chain(([own, size]) => fc.tuple(fc.constant(own), fc.array(fc.tuple(...own.map(() => cell)), { minLength: size, maxLength: size })));
    fc.assert(
      fc.property(table, fc.boolean(), ([own, rows], linking) => {
        const fields = own.map((kind): FieldConfiguration => ({
          column: kind,
          kind,
          ...(kind === 'name' && own.includes('surname') ? { swapsWith: 'surname' } : {}),
        }));
        const columns = Object.fromEntries(own.map((kind, at) => [kind, rows.map((row) => row[at])]));
        const configuration: MatchConfiguration = {
          fields,
          blocking: 'auto',
          comparedShare: 1,
          threshold: 'best-f1',
          oneToOne: linking,
          seed: 3,
        };
        const source = rows.map((_, at) => at % 2);
        const result = matchRecords(linking ? { columns, source } : { columns }, configuration);
        if ('refused' in result) throw new Error(result.detail);
        const { model, pairs, ...rest } = result;
        const accepted = acceptPairs(result);
        const { clusterOf } = clusterMatches(rows.length, accepted);
        const truth = rows.map((_, at) => at % 3);
        const index = new MatchIndex(model);
        const record = Object.fromEntries(own.map((kind, at) => [kind, rows[0]?.[at]]));
        expect(
          nanIn([
            rest,
            { m: model.parameters.m, u: model.parameters.u, prior: model.parameters.prior, related: model.parameters.related },
            pairs,
            explainPairs(result, [{ left: 0, right: 1 }]),
            index.find(record),
            index.add(record),
            index.find(record),
            pairMeasures(accepted, truth),
            clusterPairMeasures(clusterOf, truth),
            bCubed(clusterOf, truth),
          ]),
        ).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('a configuration is proposed or refused for any columns', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 6 }), fc.array(cell, { minLength: 3, maxLength: 3 }), { maxKeys: 4 }), (columns) => {
        const proposal = proposeConfiguration(columns);
        expect('configuration' in proposal ? proposal.configuration.fields.length > 0 : proposal.refused).toBeTruthy();
      }),
      { numRuns: 200 },
    );
  });

  it('a number that is none is a cell that tells nothing, and a setting that is none is refused by name', () => {
    const configuration: MatchConfiguration = {
      fields: [{ column: 'age', kind: 'number' }],
      blocking: 'auto',
      comparedShare: 1,
      threshold: 'best-f1',
      oneToOne: false,
      seed: 1,
    };
    const columns = { age: [NaN, NaN, 41, 41] };
    const result = matchRecords({ columns }, configuration);
    if ('refused' in result) throw new Error(result.detail);
    expect(explainPairs(result, [{ left: 0, right: 1 }])[0]?.fields[0]).toEqual({ column: 'age', level: 'missing', bits: 0 });
    expect(matchRecords({ columns }, { ...configuration, comparedShare: NaN })).toMatchObject({
      refused: 'bad-configuration',
      field: 'comparedShare',
    });
    expect(matchRecords({ columns }, { ...configuration, threshold: { probability: NaN } })).toMatchObject({
      field: 'threshold.probability',
    });
    expect(matchRecords({ columns }, { ...configuration, seed: NaN })).toMatchObject({ refused: 'bad-configuration', field: 'seed' });
  });
});
