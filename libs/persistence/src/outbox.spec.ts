import { describe, expect, it } from '@jest/globals';
import { toHeaders } from '@tributary/contracts';
import fc from 'fast-check';
import { headersJson } from './outbox.ts';

describe('headers of an outbox row', () => {
  it('are those of the envelope, whatever the texts', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, text, text, text, fc.option(text, { nil: undefined }), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (...drawn) => {
        const [id, source, type, time, trace, seq] = drawn;
        const traceparent = trace === undefined ? {} : { traceparent: trace };
        expect(headersJson(type, { id, source, time, ...traceparent }, seq)).toBe(
          JSON.stringify(toHeaders({ id, source, type, time, seq, ...traceparent })),
        );
      }),
    );
  });
});
