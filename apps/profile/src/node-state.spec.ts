import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { combineProfile } from './combine-profile.ts';
import type { Contribution } from './contribution.ts';
import {
  boundsUnsure,
  claim,
  contribute,
  emptyNodeState,
  type DocumentKind,
  type FieldClaim,
  type FieldName,
  type NodeState,
} from './node-state.ts';
import { nodeStateText, readNodeState } from './node-state-json.ts';

const amount = fc.bigInt({ min: -1_000_000n, max: 1_000_000n });
const kinds: readonly DocumentKind[] = ['ORDER', 'PAYMENT', 'RETURN', 'FULFILMENT', 'INVOICE', 'INTERACTION'];
const contribution: fc.Arbitrary<Contribution> = fc.record({
  occurredAt: fc.integer({ min: 1, max: 50 }),
  currency: fc.constantFrom(null, 'EUR', 'USD'),
  orders: fc.constantFrom(0, 1),
  gross: amount,
  returned: amount,
  paid: amount,
  invoiced: amount,
  settled: amount,
  interactions: fc.constantFrom(0, 1),
  complaints: fc.constantFrom(0, 1),
  detail: fc.constant(null),
  score: fc.constant(null),
});
const document = fc.tuple(fc.constantFrom(...kinds), contribution);
const fieldClaim: fc.Arbitrary<readonly [FieldName, FieldClaim]> = fc.tuple(
  fc.constantFrom<FieldName>('name', 'email', 'phone', 'country', 'kind', 'marketingConsent'),
  fc.record({
    value: fc.constantFrom('a', 'b', 'true'),
    source: fc.constantFrom('shop', 'crm'),
    at: fc.integer({ min: 1, max: 4 }),
    rank: fc.constantFrom(1, 2),
  }),
);
const empty = (): NodeState => emptyNodeState('shop', 'c1');
function addAll(documents: readonly (readonly [DocumentKind, Contribution])[], state = empty()): NodeState {
  for (const [kind, value] of documents) contribute(state, kind, value, 1);
  return state;
}
function claimAll(claims: readonly (readonly [FieldName, FieldClaim])[], state = empty()): NodeState {
  for (const [field, { value, source, at, rank }] of claims) claim(state, field, value, source, at, rank);
  return state;
}
const shuffled = <T>(items: fc.Arbitrary<T[]>): fc.Arbitrary<[T[], T[]]> =>
  items.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
const state = fc
  .tuple(fc.array(document, { maxLength: 4 }), fc.array(fieldClaim, { maxLength: 6 }), fc.constantFrom('c1', 'c2', 'c3'))
  .map(([documents, claims, id]) => claimAll(claims, addAll(documents, emptyNodeState('shop', id))));

describe('the state of a node', () => {
  it('adds documents in any order to the same state', () => {
    fc.assert(fc.property(shuffled(fc.array(document, { maxLength: 8 })), ([left, right]) => expect(addAll(left)).toEqual(addAll(right))));
  });

  it('taking back what was added gives the state before; where the bounds may be too wide, it says so', () => {
    fc.assert(
      fc.property(fc.array(document, { maxLength: 5 }), document, (before, [kind, value]) => {
        const start = addAll(before);
        const back = structuredClone(start);
        contribute(back, kind, value, 1);
        const unsure = boundsUnsure(back, value);
        contribute(back, kind, value, -1);
        expect({ ...back, updatedAt: 0, ...(unsure ? { firstOrderAt: null, lastOrderAt: null } : {}) }).toEqual({
          ...start,
          updatedAt: 0,
          ...(unsure ? { firstOrderAt: null, lastOrderAt: null } : {}),
        });
      }),
    );
  });

  it('takes claims in any order to the same fields: a customer record first, then the later, then the greater', () => {
    fc.assert(
      fc.property(shuffled(fc.array(fieldClaim, { maxLength: 10 })), ([left, right]) => expect(claimAll(left)).toEqual(claimAll(right))),
    );
    const at = (value: string, rank: number, time: number): readonly [FieldName, FieldClaim] => [
      'name',
      { value, source: 's', at: time, rank },
    ];
    expect(claimAll([at('Zed', 1, 9), at('Ann', 2, 1)]).fields.name?.value).toBe('Ann');
    expect(claimAll([at('Zed', 1, 1), at('Ann', 1, 2)]).fields.name?.value).toBe('Ann');
  });

  it('survives its column', () => {
    fc.assert(fc.property(state, (value) => expect(readNodeState(JSON.parse(nodeStateText(value)) as never)).toEqual(value)));
  });

  it('stands in its column as JSON.stringify would write it, whatever the texts', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    fc.assert(
      fc.property(state, text, text, (value, source, name) => {
        const said: NodeState = {
          ...value,
          source,
          customerId: name,
          fields: { ...value.fields, name: { value: name, source, at: 1, rank: 1 } },
        };
        const totals = Object.entries(said.totals).map(([currency, sum]) => [
          currency,
          Object.fromEntries(Object.entries(sum).map(([key, amount]) => [key, typeof amount === 'bigint' ? amount.toString() : amount])),
        ]);
        expect(JSON.parse(nodeStateText(said))).toEqual(JSON.parse(JSON.stringify({ ...said, totals: Object.fromEntries(totals) })));
      }),
    );
  });
});

describe('combineProfile', () => {
  it('does not depend on the order of the states', () => {
    fc.assert(
      fc.property(shuffled(fc.array(state, { maxLength: 5 })), fc.array(fc.uuid(), { maxLength: 3 }), ([left, right], merged) =>
        expect(combineProfile('p', left, merged)).toEqual(combineProfile('p', right, [...merged].reverse())),
      ),
    );
  });

  it('sums are those of the nodes, per currency', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), (states) => {
        const view = combineProfile('p', states, []);
        for (const currency of ['EUR', 'USD']) {
          const gross = states.reduce((sum, node) => sum + (node.totals[currency]?.gross ?? 0n), 0n);
          const returned = states.reduce((sum, node) => sum + (node.totals[currency]?.returned ?? 0n), 0n);
          const found = view.totals.find((entry) => entry.currency === currency);
          expect([found?.gross ?? 0n, found?.net ?? 0n]).toEqual([gross, gross - returned]);
        }
        expect(view.payments).toBe(states.reduce((sum, node) => sum + node.payments, 0));
      }),
    );
  });

  it('keeps who said what, and is a guest as long as no source knows the customer', () => {
    const guest = claimAll([['name', { value: 'Ada', source: 'shop', at: 5, rank: 1 }]], emptyNodeState(null, null));
    expect(combineProfile('p', [guest], [])).toMatchObject({
      kind: 'GUEST',
      name: 'Ada',
      provenance: [{ field: 'name', source: 'shop', at: 5 }],
      sources: [],
    });
  });
});
