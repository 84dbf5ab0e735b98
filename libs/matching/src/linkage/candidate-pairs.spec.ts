import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blockingAtoms } from './blocking-atoms.ts';
import { forEachCandidate, ruleCost, ruleKeys } from './candidate-pairs.ts';
import { encodeTable } from './encode-table.ts';
import type { FieldConfiguration } from './match-configuration.ts';

const fields: FieldConfiguration[] = [
  { column: 'a', kind: 'category' },
  { column: 'b', kind: 'category' },
  { column: 'c', kind: 'number' },
];
const cell = fc.option(fc.constantFrom('x', 'y', 'z'), { nil: '' });
const rows = fc.array(fc.record({ a: cell, b: cell, c: fc.constantFrom('1', '2', '3', ''), source: fc.nat({ max: 1 }) }), {
  minLength: 2,
  maxLength: 30,
});

describe('forEachCandidate', () => {
  it.each([false, true])('shows every pair that shares a block exactly once, and no other (linking: %p)', (linking) => {
    fc.assert(
      fc.property(rows, (records) => {
        const encoded = encodeTable(
          { columns: { a: records.map((r) => r.a), b: records.map((r) => r.b), c: records.map((r) => r.c) } },
          fields,
        );
        const [a, b, c] = blockingAtoms(encoded);
        if (a === undefined || b === undefined || c === undefined) throw new Error('three atoms');
        const rules = [[a, b], [c], [b, c]];
        const source = linking ? records.map((r) => r.source) : undefined;
        const seen = new Map<string, number>();
        forEachCandidate(rules, encoded, records.length, source, (left, right) => {
          const key = `${Math.min(left, right)},${Math.max(left, right)}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
        });
        const expected = new Set<string>();
        let cost = 0;
        for (const [i, p] of records.entries()) {
          for (const [j, q] of records.entries()) {
            if (j <= i || (linking && p.source === q.source)) continue;
            const both = (x: string, y: string): boolean => x !== '' && x === y;
            if ((both(p.a, q.a) && both(p.b, q.b)) || both(p.c, q.c)) expected.add(`${i},${j}`);
            if (both(p.c, q.c)) cost += 1;
          }
        }
        expect([...seen.keys()].sort()).toEqual([...expected].sort());
        expect([...seen.values()].every((times) => times === 1)).toBe(true);
        expect(ruleCost(ruleKeys([c], encoded, records.length), source)).toBe(cost);
      }),
      { numRuns: 60 },
    );
  });
});
