import { describe, expect, it } from '@jest/globals';
import { fromHeaders, toHeaders, type Envelope } from './envelope.ts';

const said: Envelope = { id: 'e-1', source: 'shop', type: 'commerce.order', time: '2026-01-01T00:00:00Z', seq: 7n };
const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the envelope in headers', () => {
  it('comes back as it was written', () => {
    for (const envelope of [said, { ...said, traceparent: trace }])
      expect(fromHeaders(toHeaders(envelope))).toEqual({ ok: true, value: envelope });
  });

  it.each([
    ['U+0000, which PostgreSQL refuses', '00-\u0000'],
    ['bytes that are not UTF-8', Buffer.from([0x30, 0xff])],
    ['more than 256 characters', '0'.repeat(257)],
  ])('has no traceparent that holds %s', (_what, traceparent) => {
    expect(fromHeaders({ ...toHeaders(said), traceparent })).toEqual({ ok: true, value: said });
  });
});
