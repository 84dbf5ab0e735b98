import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clusterMatches } from './cluster-matches.ts';
import { bCubed, clusterPairMeasures, pairMeasures } from './match-measures.ts';

const edges = fc.uniqueArray(fc.record({ left: fc.nat({ max: 11 }), right: fc.nat({ max: 11 }), bits: fc.nat({ max: 30 }) }), {
  maxLength: 20,
  selector: ({ left, right }) => `${left},${right}`,
});

describe('clusterMatches', () => {
  it('is a function of the set of links: order plays no part, and a link added and taken away leaves no trace', () => {
    const exclusive = ['t1', 't2', undefined, undefined, 't1', undefined, undefined, 't3', undefined, undefined, undefined, undefined];
    fc.assert(
      fc.property(edges, fc.record({ left: fc.nat({ max: 11 }), right: fc.nat({ max: 11 }), bits: fc.nat({ max: 30 }) }), (list, more) => {
        const rules = { exclusive, separated: [[2, 3]] as const };
        const before = clusterMatches(12, list, rules);
        expect(clusterMatches(12, [...list].reverse(), rules)).toEqual(before);
        const added = [...list, more];
        clusterMatches(12, added, rules);
        expect(clusterMatches(12, added.slice(0, -1), rules)).toEqual(before);
        for (const cluster of new Set(before.clusterOf)) {
          const values = new Set(exclusive.filter((value, record) => value !== undefined && before.clusterOf[record] === cluster));
          expect(values.size).toBeLessThanOrEqual(1);
        }
        expect(before.clusterOf[2]).not.toBe(before.clusterOf[3]);
      }),
    );
  });

  it('prefers the stronger link where two cannot both stand, and reports the weaker', () => {
    const { clusterOf, refused } = clusterMatches(
      3,
      [
        { left: 0, right: 1, bits: 5 },
        { left: 1, right: 2, bits: 9 },
      ],
      { exclusive: ['a', undefined, 'b'] },
    );
    expect([...clusterOf]).toEqual([0, 1, 1]);
    expect(refused).toEqual([{ edge: { left: 0, right: 1, bits: 5 }, reason: 'exclusive' }]);
  });
});

describe('measures', () => {
  it('counts pairs', () => {
    const truth = ['a', 'a', 'a', 'b'];
    expect(
      pairMeasures(
        [
          { left: 0, right: 1 },
          { left: 2, right: 3 },
        ],
        truth,
      ),
    ).toMatchObject({ truePositives: 1, falsePositives: 1, falseNegatives: 2, precision: 0.5, recall: 1 / 3 });
    expect(clusterPairMeasures([0, 0, 1, 1], truth)).toMatchObject({ truePositives: 1, falsePositives: 1, falseNegatives: 2 });
    expect(pairMeasures([], ['a', 'b'])).toMatchObject({ precision: 1, recall: 1, f1: 1 });
  });

  it('gives B³ of the example of Bagga & Baldwin (1998), the response that joins the small class to a large one: precision 16/21, recall 1', () => {
    const truth = [1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3];
    const response = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2];
    expect(bCubed(response, truth).precision).toBeCloseTo(16 / 21, 12);
    expect(bCubed(response, truth).recall).toBe(1);
  });
});
