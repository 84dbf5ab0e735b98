import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addEvidence, chooseSurvivor, emptyIdentityGraph, separate, splitByRemoving } from './change-identity.ts';
import type { IdentityStep } from './change-identity.ts';
import { connectedProfiles } from './connected-profiles.ts';
import { nodeId } from './identity-graph.ts';
import type { EvidenceEdge, IdentifierKind, IdentifierNode } from './identity-graph.ts';

const node = (kind: IdentifierKind, scope: string, value: string, firstSeen = 0): IdentifierNode => ({
  id: nodeId(kind, scope, value),
  kind,
  scope,
  value,
  firstSeen,
});
const edge = (id: string, from: IdentifierNode, to: IdentifierNode, seenAt = 0): EvidenceEdge => ({
  id,
  from: from.id,
  to: to.id,
  seenAt,
  rule: 'same-event',
  evidence: `test:${id}`,
});
const stepped = (result: ReturnType<typeof splitByRemoving>): IdentityStep => {
  if ('refused' in result && !('graph' in result)) throw new Error(`refused: ${result.refused}`);
  return result as IdentityStep;
};

const shopA = node('source-customer', 'shop', 'A', 5);
const crmB = node('source-customer', 'crm', 'B', 3);
const mail = node('email', '', 'jane@example.com', 3);
const card1 = node('loyalty', 'club', 'L1', 5);
const card2 = node('loyalty', 'club', 'L2', 6);

describe('connectedProfiles', () => {
  it('joins what shares an identifier and names the profile after its oldest source customer', () => {
    const { profiles, refused } = connectedProfiles([shopA, crmB, mail], [edge('e1', shopA, mail), edge('e2', crmB, mail)]);
    expect(refused).toEqual([]);
    expect(profiles).toEqual([{ anchor: crmB.id, nodes: [crmB.id, mail.id, shopA.id].sort(), edges: ['e1', 'e2'] }]);
  });

  it('refuses to put two loyalty cards of one club into one profile, and says which edge and why', () => {
    const edges = [edge('e1', shopA, card1, 1), edge('e2', crmB, card2, 2), edge('e3', shopA, mail, 3), edge('e4', crmB, mail, 4)];
    const view = connectedProfiles([shopA, crmB, mail, card1, card2], edges);
    expect(view.profiles).toHaveLength(2);
    expect(view.refused).toEqual([{ edge: 'e4', reason: 'hard-conflict', detail: 'loyalty:club' }]);
  });

  it('lets two cards of different clubs live together', () => {
    const other = node('loyalty', 'partner', 'L2');
    expect(connectedProfiles([shopA, card1, other], [edge('e1', shopA, card1), edge('e2', shopA, other)]).profiles).toHaveLength(1);
  });

  it('stops an identifier that more customers share than one person has', () => {
    const shared = node('phone', '', '+442079460958');
    const customers = Array.from({ length: 11 }, (_, index) => node('source-customer', 'pos', String(index), index));
    const edges = customers.map((customer, index) => edge(`e${index}`, customer, shared, index));
    const within = connectedProfiles([shared, ...customers.slice(0, 10)], edges.slice(0, 10));
    expect(within.profiles).toHaveLength(1);
    const over = connectedProfiles([shared, ...customers], edges);
    expect(over.profiles).toHaveLength(12);
    expect(over.refused.map(({ reason }) => reason)).toEqual(Array.from({ length: 11 }, () => 'identifier-shared'));
  });

  it('reports an edge to a node nobody gave', () => {
    expect(connectedProfiles([shopA], [edge('e1', shopA, mail)]).refused).toEqual([
      { edge: 'e1', reason: 'unknown-node', detail: mail.id },
    ]);
  });

  it('survives a cycle of claims (reliability matrix, row 78)', () => {
    const view = connectedProfiles([shopA, crmB], [edge('e1', shopA, crmB), edge('e2', crmB, shopA)]);
    expect(view.profiles).toHaveLength(1);
    expect(view.profiles[0]?.edges).toEqual(['e1', 'e2']);
  });
});

describe('change', () => {
  it('tells created, merged and split, and a split gives the earlier anchors back', () => {
    const first = addEvidence(emptyIdentityGraph, { nodes: [shopA, mail], edges: [edge('e1', shopA, mail, 1)] });
    expect(first.changes).toEqual([{ type: 'created', profile: shopA.id }]);
    const second = addEvidence(first.graph, { nodes: [crmB], edges: [] });
    expect(second.changes).toEqual([{ type: 'created', profile: crmB.id }]);
    const third = addEvidence(second.graph, { nodes: [], edges: [edge('e2', crmB, mail, 2)] });
    expect(third.changes).toEqual([{ type: 'merged', survivor: crmB.id, absorbed: [shopA.id] }]);
    const back = stepped(splitByRemoving(third.graph, 'e2'));
    expect(back.changes).toEqual([{ type: 'split', from: crmB.id, into: [crmB.id, shopA.id] }]);
    expect(back.profiles).toEqual(second.profiles);
    expect(splitByRemoving(third.graph, 'nope')).toEqual({ refused: 'unknown-edge', detail: 'nope' });
  });

  it('keeps a steward-separated pair apart whatever evidence follows', () => {
    const joined = addEvidence(emptyIdentityGraph, {
      nodes: [shopA, crmB, mail],
      edges: [edge('e1', shopA, mail), edge('e2', crmB, mail)],
    });
    const apart = stepped(separate(joined.graph, { a: shopA.id, b: crmB.id, reason: 'father and son' }));
    expect(apart.profiles).toHaveLength(2);
    const again = addEvidence(apart.graph, { nodes: [], edges: [edge('e9', shopA, crmB, 9)] });
    expect(again.profiles).toHaveLength(2);
    expect(again.refused).toContainEqual({ edge: 'e9', reason: 'separated', detail: 'father and son' });
  });

  it('chooses the oldest survivor, ties by id', () => {
    expect(
      chooseSurvivor([
        { id: 'b', createdAt: 2 },
        { id: 'c', createdAt: 1 },
        { id: 'a', createdAt: 1 },
      ]).id,
    ).toBe('a');
    expect(() => chooseSurvivor([])).toThrow(RangeError);
  });
});

describe('properties', () => {
  const pool: IdentifierNode[] = [
    ...Array.from({ length: 8 }, (_, i) => node('source-customer', i % 2 === 0 ? 'shop' : 'crm', `c${i}`, (i * 7) % 5)),
    ...Array.from({ length: 4 }, (_, i) => node('email', '', `m${i}`, i)),
    ...Array.from({ length: 3 }, (_, i) => node('loyalty', 'club', `l${i}`, i)),
  ];
  const index = fc.nat({ max: pool.length - 1 });
  const edges = fc.array(fc.tuple(index, index, fc.nat({ max: 9 })), { maxLength: 25 }).map((list) =>
    list.flatMap(([a, b, at], i) => {
      const from = pool[a];
      const to = pool[b];
      return from === undefined || to === undefined || a === b ? [] : [edge(`e${i}`, from, to, at)];
    }),
  );

  it('the order of arrival plays no part', () => {
    fc.assert(
      fc.property(edges, fc.func(fc.nat()), (list, rank) => {
        const shuffled = [...list].sort((a, b) => rank(a.id) - rank(b.id));
        expect(connectedProfiles([...pool].reverse(), shuffled)).toEqual(connectedProfiles(pool, list));
      }),
    );
  });

  it('adding an edge and removing it gives back exactly the earlier profiles', () => {
    fc.assert(
      fc.property(edges, index, index, fc.nat({ max: 9 }), (list, a, b, at) => {
        const from = pool[a];
        const to = pool[b];
        if (from === undefined || to === undefined) return;
        const before = addEvidence(emptyIdentityGraph, { nodes: pool, edges: list });
        const after = addEvidence(before.graph, { nodes: [], edges: [edge('added', from, to, at)] });
        const back = stepped(splitByRemoving(after.graph, 'added'));
        expect(back.profiles).toEqual(before.profiles);
        expect(back.refused).toEqual(before.refused);
      }),
    );
  });

  it('profiles are a partition of the nodes and none breaks the rules', () => {
    fc.assert(
      fc.property(edges, (list) => {
        const { profiles } = connectedProfiles(pool, list);
        expect(profiles.flatMap((profile) => profile.nodes).sort()).toEqual(pool.map((item) => item.id).sort());
        for (const profile of profiles) expect(profile.nodes.filter((id) => id.startsWith('loyalty:')).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
