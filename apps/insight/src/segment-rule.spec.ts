import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterSteps, segmentChanges } from './segment-changes.ts';
import { loadSegments } from './segment-files.ts';
import { evaluate, factNames, factsOf, holds, segmentRuleSchema, type Condition, type RuleFacts } from './segment-rule.ts';

const rule = (when: Condition, name = 'seg', version = 1) => ({ name, version, title: 't', description: 'd', when });

describe('a segment rule', () => {
  it.each<[Condition, boolean, string]>([
    [{ fact: 'orders', atLeast: 3 }, true, 'orders 3 >= 3'],
    [{ fact: 'orders', atLeast: 4 }, false, 'orders 3 not >= 4'],
    [{ fact: 'orders', atMost: 3 }, true, 'orders 3 <= 3'],
    [{ fact: 'orders', atMost: 2 }, false, 'orders 3 not <= 2'],
    [{ fact: 'orders', above: 2.5 }, true, 'orders 3 > 2.5'],
    [{ fact: 'orders', above: 3 }, false, 'orders 3 not > 3'],
    [{ fact: 'orders', below: 3.5 }, true, 'orders 3 < 3.5'],
    [{ fact: 'orders', below: 3 }, false, 'orders 3 not < 3'],
    [{ fact: 'orders', is: 3 }, true, 'orders 3 = 3'],
    [{ fact: 'abcClass', is: 'A' }, true, 'abcClass A = A'],
    [{ fact: 'abcClass', is: 'B' }, false, 'abcClass A not = B'],
    [{ fact: 'abcClass', atLeast: 1 }, false, 'abcClass A not >= 1'],
    [{ fact: 'net', above: 0 }, false, 'net is not known'],
    [{ not: { fact: 'orders', above: 5 } }, true, 'orders 3 not > 5'],
    [
      {
        any: [
          { fact: 'orders', above: 5 },
          { fact: 'orders', is: 3 },
        ],
      },
      true,
      'orders 3 = 3',
    ],
    [
      {
        all: [
          { fact: 'orders', is: 3 },
          { fact: 'abcClass', is: 'A' },
        ],
      },
      true,
      'orders 3 = 3, abcClass A = A',
    ],
    [
      {
        all: [
          { fact: 'orders', is: 3 },
          { fact: 'abcClass', is: 'C' },
        ],
      },
      false,
      'abcClass A not = C',
    ],
    [
      {
        any: [
          { fact: 'orders', is: 1 },
          { fact: 'net', above: 0 },
        ],
      },
      false,
      'orders 3 not = 1, net is not known',
    ],
  ])('%j is %s: %s', (when, holds, because) => {
    const found = evaluate(when, { orders: 3, abcClass: 'A' });
    expect([found.holds, found.because.join(', ')]).toEqual([holds, because]);
  });
  it('is judged alike with and without the reasons', () => {
    const value = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom('A', 'B', '1'));
    const fact = fc.constantFrom(...factNames.slice(0, 4));
    const limit = (name: string): fc.Arbitrary<Condition> =>
      fc.record({ fact, [name]: name === 'is' ? value : fc.integer({ min: -2, max: 2 }) }) as fc.Arbitrary<Condition>;
    const { tree } = fc.letrec<{ tree: Condition }>((tie) => {
      const parts = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
      return {
        tree: fc.oneof(
          { maxDepth: 4 },
          ...['atLeast', 'atMost', 'above', 'below', 'is'].map(limit),
          fc.record({ all: parts }),
          fc.record({ any: parts }),
          fc.record({ not: tie('tree') }),
        ),
      };
    });
    const facts = fc.dictionary(fact, fc.option(value, { nil: undefined })) as fc.Arbitrary<RuleFacts>;
    fc.assert(fc.property(tree, facts, (when, known) => expect(holds(when, known)).toBe(evaluate(when, known).holds)));
  });
  it('names each fact once', () => {
    expect(factsOf({ all: [{ fact: 'r', is: 1 }, { any: [{ fact: 'r', is: 2 }, { not: { fact: 'm', is: 3 } }] }] })).toEqual(['r', 'm']);
  });
  it.each<[string, unknown]>([
    ['two operators', rule({ fact: 'orders', atLeast: 1, atMost: 2 })],
    ['no operator', rule({ fact: 'orders' })],
    ['an unknown fact', rule({ fact: 'shoeSize', is: 1 } as never)],
    ['an unknown operator', rule({ fact: 'orders', near: 1 } as never)],
    ['an empty list', rule({ all: [] })],
    ['code', rule('orders > 1' as never)],
    ['a name with capitals', { ...rule({ fact: 'orders', is: 1 }), name: 'Big' }],
    ['version 0', { ...rule({ fact: 'orders', is: 1 }), version: 0 }],
    ['a field too many', { ...rule({ fact: 'orders', is: 1 }), sql: 'DROP' }],
  ])('refuses %s', (_what, value) => expect(segmentRuleSchema.safeParse(value).success).toBe(false));
});

describe('segment files', () => {
  const folder = (files: Record<string, string>, work: (url: URL) => void): void => {
    const path = mkdtempSync(join(tmpdir(), 'segments-'));
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
      work(pathToFileURL(`${path}/`));
    } finally {
      rmSync(path, { recursive: true });
    }
  };
  const good = (name: string): string => JSON.stringify(rule({ fact: 'orders', atLeast: 1 }, name));
  it('that ship with the app are sound', () => {
    expect(loadSegments().map(({ name }) => name)).toContain('high-value');
  });
  it('a bad one is named, with the reason', () => {
    folder({ 'a.json': good('a-1'), 'b.json': '{ "name": ' }, (url) => expect(() => loadSegments(url)).toThrow(/segment file b\.json: /));
    folder({ 'c.json': JSON.stringify({ name: 'c1', version: 0 }) }, (url) =>
      expect(() => loadSegments(url)).toThrow(/segment file c\.json: version /),
    );
    folder({ 'a.json': good('same'), 'b.json': good('same') }, (url) =>
      expect(() => loadSegments(url)).toThrow('two segment files are named same'),
    );
  });
  it('others beside them are left alone', () =>
    folder({ 'a.json': good('a-1'), 'README.md': 'x' }, (url) => expect(loadSegments(url)).toHaveLength(1)));
});

describe('segmentChanges', () => {
  const big = rule({ fact: 'net', above: 100 }, 'big', 3);
  it('enters with the reason and the facts, stays silently, leaves, and leaves what was retired', () => {
    expect(segmentChanges([big], { net: 150 }, [])).toEqual([
      { change: 'ENTERED', segment: 'big', version: 3, reason: 'net 150 > 100', facts: [{ name: 'net', value: '150' }] },
    ]);
    expect(segmentChanges([big], { net: 150 }, [{ segment: 'big', version: 2 }])).toEqual([]);
    expect(segmentChanges([big], {}, [{ segment: 'big', version: 3 }])).toMatchObject([{ change: 'LEFT', reason: 'net is not known' }]);
    expect(segmentChanges([], {}, [{ segment: 'old', version: 1 }])).toMatchObject([
      { change: 'LEFT', segment: 'old', reason: 'the segment was retired' },
    ]);
  });
  it('leads to memberships that lead no further', () => {
    const rules = [big, rule({ fact: 'net', above: 200 }, 'huge', 1)];
    const before = [
      { segment: 'old', version: 1 },
      { segment: 'huge', version: 1 },
    ];
    const after = afterSteps(before, segmentChanges(rules, { net: 150 }, before));
    expect(after).toEqual([{ segment: 'big', version: 3 }]);
    expect(segmentChanges(rules, { net: 150 }, after)).toEqual([]);
    expect(afterSteps(after, [])).toEqual(after);
  });
});
