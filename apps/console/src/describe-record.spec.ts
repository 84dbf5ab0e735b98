import { contracts, type Payment } from '@tributary/contracts';
import { describe, expect, it } from '@jest/globals';
import { decodeRecord, hexLines } from './describe-record.ts';

const NAME = '<img src=x onerror=alert(1)>';
const payment: Payment = {
  paymentId: 'P-1',
  orderId: 'O-1',
  kind: 'CAPTURE',
  amount: 120_000n,
  currency: 'EUR',
  presentmentAmount: null,
  presentmentCurrency: null,
  method: 'card',
  customer: { id: 'C-1', email: null, phone: null, loyaltyId: null, name: NAME },
  occurredAt: 1_700_000_000_000_000,
};

describe('decodeRecord', () => {
  it('reads framed Avro by the contract of its topic', () => {
    const decoded = decodeRecord(contracts.payment.encode(payment), 'commerce.payment.v1', null);
    expect(decoded.ok && decoded.json).toContain(NAME);
    expect(decoded.ok && (JSON.parse(decoded.json) as { paymentId: string }).paymentId).toBe('P-1');
  });
  it('says why Avro cannot be read', () => {
    const bytes = contracts.payment.encode(payment);
    expect(decodeRecord(bytes.subarray(0, bytes.length - 3), 'commerce.payment.v1', null)).toEqual({
      ok: false,
      why: expect.stringContaining('truncated'),
    });
  });
  it('reads JSON and keeps numbers that a double cannot hold', () =>
    expect(decodeRecord(Buffer.from('{"id":9007199254740993}'), null, null)).toEqual({ ok: true, json: '{"id":9007199254740993}' }));
  it('indents JSON that came in one line', () =>
    expect(decodeRecord(Buffer.from('{"a":[1]}'), null, null)).toEqual({ ok: true, json: '{\n  "a": [\n    1\n  ]\n}' }));
  it.each([
    [null, null, 'tombstone'],
    [Buffer.from([0xff, 0xfe]), null, 'known topic'],
    [Buffer.from('not json'), 'commerce.order.v1', 'wire format'],
    [Buffer.alloc(0), 'commerce.order.v1', 'wire format'],
  ] as const)('says what %p is not', (value, topic, why) =>
    expect(decodeRecord(value, topic, null)).toEqual({ ok: false, why: expect.stringContaining(why) }),
  );
});

describe('hexLines', () => {
  it('is empty for nothing', () => expect(hexLines(new Uint8Array())).toEqual([]));
  it('writes sixteen bytes a line', () =>
    expect(hexLines(Uint8Array.from({ length: 18 }, (_, index) => index))).toEqual([
      '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f',
      '10 11',
    ]));
  it('stops at 512 bytes', () => expect(hexLines(new Uint8Array(5000))).toHaveLength(32));
});
