import { describe, expect, it } from '@jest/globals';
import { toHeaders } from '@tributary/contracts';
import fc from 'fast-check';
import { EventHeaders } from './event-headers.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });

describe('EventHeaders', () => {
  it('are those of the envelope, in its order, whatever the texts', () => {
    const attributes = fc.record({
      id: text,
      source: text,
      type: text,
      time: text,
      seq: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      traceparent: fc.option(text),
    });
    fc.assert(
      fc.property(attributes, ({ traceparent, ...said }) => {
        const expected = toHeaders({ ...said, ...(traceparent === null ? {} : { traceparent }) });
        expect(Object.entries(new EventHeaders({ ...said, traceparent }))).toEqual(Object.entries(expected));
      }),
    );
  });

  it('have no traceparent, rather than an empty one, where there is none', () => {
    const said = { id: 'i', source: 's', type: 't', time: '2026-01-01T00:00:00Z', seq: 1n };
    expect(Object.keys(new EventHeaders({ ...said, traceparent: null }))).not.toContain('traceparent');
    expect(Object.entries(new EventHeaders({ ...said, traceparent: '' })).at(-1)).toEqual(['traceparent', '']);
  });
});
