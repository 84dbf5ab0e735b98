import { describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import fc from 'fast-check';
import { orderJson } from '../../../test/support/order-json.ts';
import { admitEvent } from './admit-event.ts';
import { eventContent } from './event-content.ts';

const now = Date.UTC(2026, 2, 1) * 1000;
const incoming = (json: unknown, type = 'commerce.order') => ({
  id: undefined,
  source: undefined,
  type,
  time: undefined,
  traceparent: undefined,
  data: { json },
  raw: Buffer.alloc(0),
  faults: [],
});
const hashOf = (json: unknown): bigint | undefined => {
  const event = admitEvent(incoming(json), 0, 'shop', now);
  return 'hash' in event ? event.hash : undefined;
};

describe('admitEvent', () => {
  it('accepts a time up to a day ahead of the clock and none later', () => {
    const at = (time: string) => admitEvent(incoming(orderJson('1', { placedAt: time })), 0, 'shop', now);
    expect('hash' in at('2026-03-02T00:00:00Z')).toBe(true);
    expect(at('2026-03-02T00:00:00.000001Z')).toMatchObject({
      faults: [{ field: 'data.placedAt', reason: 'time', detail: '2026-03-02T00:00:00.000001Z is more than a day ahead of the clock' }],
    });
  });

  it('gives the id, key and time that follow from the document', () => {
    const first = admitEvent(incoming(orderJson('17')), 0, 'shop', now);
    const again = admitEvent(incoming(orderJson('17', { country: 'FR' })), 3, 'shop', now);
    const other = admitEvent(incoming(orderJson('17')), 0, 'pos', now);
    expect(first).toMatchObject({ key: 'shop/c/c-17', time: '2026-03-01T08:30:00Z' });
    expect([again.id === first.id, other.id === first.id]).toEqual([true, false]);
  });

  it('hashes what is said, not how it is written', () => {
    expect(hashOf(orderJson('1', { tax: '0.00', country: null, updatedAt: '2026-03-01T08:30:00Z' }))).toBe(hashOf(orderJson('1')));
    expect(hashOf(orderJson('1', { country: 'FR' }))).not.toBe(hashOf(orderJson('1')));
  });

  it('hashes an Avro record as the JSON it stands for', () => {
    const read = contracts.order.fromJson(orderJson('1'));
    if (!read.ok) throw new Error('bad sample');
    const event = admitEvent({ ...incoming(null), data: { avro: contracts.order.encode(read.value) } }, 0, 'shop', now);
    expect('hash' in event ? event.hash : undefined).toBe(hashOf(orderJson('1')));
  });

  it('refuses an envelope that is broken, whatever its data', () => {
    const fault = { field: 'id', reason: 'envelope', detail: 'is required, as text' } as const;
    expect(admitEvent({ ...incoming(orderJson('1')), faults: [fault] }, 2, 'shop', now)).toMatchObject({ index: 2, faults: [fault] });
  });
});

describe('eventContent', () => {
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.bigInt(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('node'), { noNullPrototype: true }),
    ),
  })).node;

  it('tells different values apart', () => {
    // Numbers and bigints of the same value count as the same: a contract gives a field one of the two for ever.
    const plain = (input: unknown): string =>
      JSON.stringify(input, (_key, item: unknown) => (typeof item === 'bigint' || typeof item === 'number' ? { n: String(item) } : item));
    fc.assert(
      fc.property(value, value, (left, right) => {
        if (eventContent(left) === eventContent(right)) expect(plain(left)).toBe(plain(right));
      }),
    );
  });

  it('does not change when a later version adds a field that is absent', () => {
    const read = contracts.order.fromJson(orderJson('1'));
    if (!read.ok) throw new Error('bad sample');
    expect(eventContent({ ...read.value, giftNote: null, gifts: [] })).toBe(eventContent(read.value));
  });
});
