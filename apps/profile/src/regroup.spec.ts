import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEdge, StoredNode, StoredProfile } from './stored-rows.ts';
import { regroup, type Regrouped } from './regroup.ts';
import { NOTHING_TOLD } from './told.ts';

const node = (name: string, kind: StoredNode['kind'], profileId = '', firstSeen = 1): StoredNode => ({
  node: name,
  kind,
  scope: kind === 'source-customer' ? 'shop' : '',
  display: name,
  firstSeen,
  profileId,
  shared: false,
  state: null,
});
const edge = (from: string, to: string, seenAt = 1): StoredEdge => ({
  edge: `${from}>${to}`,
  from,
  to,
  seenAt,
  rule: 'same-event',
  evidenceSource: 's',
  evidenceId: 'e',
});
const profile = (profileId: string, since = 1): [string, StoredProfile] => [
  profileId,
  { profileId, since, mergedInto: null, mergedFrom: [], told: NOTHING_TOLD },
];
const newId = (anchor: string, split: boolean): string => `${split ? 'split' : 'new'}:${anchor}`;
const groups = (result: Regrouped): string[][] => {
  const members = new Map<string, string[]>();
  for (const [name, id] of result.profileOf) members.set(id, [...(members.get(id) ?? []), name]);
  return [...members.values()].map((names) => names.sort()).sort((left, right) => ((left[0] ?? '') < (right[0] ?? '') ? -1 : 1));
};

describe('regroup', () => {
  it('a component of new nodes is one new profile', () => {
    const result = regroup([node('c1', 'source-customer'), node('m', 'email')], [edge('c1', 'm')], new Map(), newId);
    expect(groups(result)).toEqual([['c1', 'm']]);
    expect(result.steps).toEqual([{ change: 'CREATED', profileId: 'new:c1', node: 'c1' }]);
  });

  it('evidence merges profiles into the older one', () => {
    const nodes = [node('c1', 'source-customer', 'P1'), node('c2', 'source-customer', 'P2'), node('m', 'email', 'P1')];
    const result = regroup(nodes, [edge('c1', 'm'), edge('c2', 'm')], new Map([profile('P1', 5), profile('P2', 3)]), newId);
    expect(groups(result)).toEqual([['c1', 'c2', 'm']]);
    expect(result.profileOf.get('c1')).toBe('P2');
    expect(result.steps).toEqual([{ change: 'MERGED', profileId: 'P2', other: 'P1', node: 'c2' }]);
  });

  it('an e-mail that an eleventh customer shares is nobody’s: profiles fall apart into what they were without it', () => {
    const customers = Array.from({ length: 11 }, (_, index) =>
      node(`c${String(index).padStart(2, '0')}`, 'source-customer', index < 10 ? 'P' : '', index + 1),
    );
    const phones = customers.map((_, index) => node(`p${index}`, 'phone', index < 10 ? 'P' : ''));
    const phoneEdges = customers.map(({ node: name }, index) => edge(name, `p${index}`));
    const mailEdges = customers.map(({ node: name }) => edge(name, 'm'));
    const nodes = [...customers, ...phones, node('m', 'email', 'P')];
    const result = regroup(nodes, [...phoneEdges, ...mailEdges], new Map([profile('P')]), newId);
    const without = regroup(
      [...customers, ...phones].map((item) => ({ ...item, profileId: '' })),
      phoneEdges,
      new Map(),
      newId,
    );
    expect(result.shared).toEqual(new Set(['m']));
    expect(groups(result).filter((names) => names.join() !== 'm')).toEqual(groups(without));
    // The part with the oldest customer keeps the id; the nine others and the address itself split off.
    expect(result.profileOf.get('c00')).toBe('P');
    expect(result.steps.filter((step) => step.change === 'SPLIT')).toHaveLength(10);
    for (const step of result.steps)
      if (step.change === 'SPLIT') expect([step.profileId, step.nodes.includes('c00')]).toEqual(['P', false]);
    // Once shared, always shared: the same answer when asked again.
    const again = regroup(
      nodes.map((item) => ({ ...item, shared: item.node === 'm', profileId: result.profileOf.get(item.node) ?? '' })),
      [...phoneEdges, ...mailEdges],
      new Map([...new Set(result.profileOf.values())].map((id) => profile(id))),
      newId,
    );
    expect(again.steps).toEqual([]);
    expect(again.profileOf).toEqual(result.profileOf);
  });

  it('two loyalty cards never share a profile, and the parts keep their evidence', () => {
    const nodes = [
      node('c1', 'source-customer'),
      node('c2', 'source-customer'),
      node('l1', 'loyalty'),
      node('l2', 'loyalty'),
      node('m', 'email'),
    ];
    const result = regroup(nodes, [edge('c1', 'l1', 1), edge('c2', 'l2', 2), edge('c1', 'm', 3), edge('c2', 'm', 4)], new Map(), newId);
    expect(groups(result)).toEqual([
      ['c1', 'l1', 'm'],
      ['c2', 'l2'],
    ]);
  });

  it('is a function of the set: the order of nodes and edges plays no part, and its own result changes nothing', () => {
    const names = ['c1', 'c2', 'c3', 'm1', 'm2', 'l1', 'l2'];
    const kindOf = (name: string): StoredNode['kind'] =>
      name.startsWith('c') ? 'source-customer' : name.startsWith('m') ? 'email' : 'loyalty';
    const links = fc.uniqueArray(fc.tuple(fc.constantFrom('c1', 'c2', 'c3'), fc.constantFrom('m1', 'm2', 'l1', 'l2'), fc.nat(5)), {
      selector: ([from, to]) => `${from}${to}`,
    });
    fc.assert(
      fc.property(links, fc.shuffledSubarray(names, { minLength: names.length }), (list, order) => {
        const nodes = names.map((name) => node(name, kindOf(name)));
        const edges = list.map(([from, to, at]) => edge(from, to, at));
        const result = regroup(nodes, edges, new Map(), newId);
        const other = regroup(
          order.map((name) => node(name, kindOf(name))),
          [...edges].reverse(),
          new Map(),
          newId,
        );
        expect(groups(other)).toEqual(groups(result));
        const known = new Map([...new Set(result.profileOf.values())].map((id) => profile(id)));
        const settled = regroup(
          nodes.map((item) => ({ ...item, profileId: result.profileOf.get(item.node) ?? '' })),
          edges,
          known,
          newId,
        );
        expect(settled.profileOf).toEqual(result.profileOf);
        expect(settled.steps).toEqual([]);
      }),
    );
  });
});
