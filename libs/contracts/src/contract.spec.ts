import { describe, expect, it } from '@jest/globals';
import { contracts } from './catalogue.ts';
import type { Order, OrderLine } from './generated/commerce-order.ts';

const order = (change: Partial<Order> = {}): Order => ({
  orderId: 'A-1',
  version: 820982911946154508n,
  status: 'PLACED',
  channel: 'WEB',
  placedAt: 1_760_000_000_000_000,
  placedAtOffsetMinutes: 60,
  updatedAt: 1_760_000_000_000_000,
  customer: { id: '17', email: 'ada@example.org', phone: null, loyaltyId: null, name: 'Ada 愛' },
  currency: 'EUR',
  presentmentCurrency: 'USD',
  presentmentTotal: 270_000n,
  lines: [
    {
      lineId: '1',
      kind: 'MERCHANDISE',
      sku: 'MUG',
      description: null,
      quantity: 20_000n,
      unitPrice: 12_500_000n,
      discount: 0n,
      amount: 250_000n,
      location: null,
    },
  ],
  tax: 0n,
  shipping: 0n,
  discount: 0n,
  total: 250_000n,
  promotionCodes: [],
  country: 'FR',
  ...change,
});

describe('a contract', () => {
  it('reads back what it wrote, with 64-bit versions and exact decimals', () => {
    const value = order({ lines: [{ ...(order().lines[0] as OrderLine), unitPrice: -123_456_789_012_345_678n }] });
    const read = contracts.order.decode(contracts.order.encode(value));
    expect(read).toEqual({ ok: true, value });
  });

  it('writes and reads its JSON form without loss', () => {
    const json = JSON.parse(JSON.stringify(contracts.order.toJson(order()))) as Record<string, unknown>;
    expect(json).toMatchObject({ version: '820982911946154508', total: '25', placedAt: '2025-10-09T08:53:20Z' });
    expect(contracts.order.fromJson(json)).toEqual({ ok: true, value: order() });
  });

  it('names the field and the reason of everything wrong in a JSON form', () => {
    const json = contracts.order.toJson(order()) as Record<string, unknown>;
    const read = contracts.order.fromJson({
      ...json,
      total: 'abc',
      extra: 1,
      customer: { ...(json.customer as object), name: 'A\u0000B', email: '\ud800' },
      status: 'GONE',
      placedAt: '2025-10-09T08:53:20',
    });
    expect(read.ok ? [] : read.faults.map((fault) => [fault.field, fault.reason])).toEqual([
      ['extra', 'unknown-field'],
      ['status', 'unknown-enum'],
      ['placedAt', 'time'],
      ['customer.email', 'surrogate'],
      ['customer.name', 'control-char'],
      ['total', 'wrong-type'],
    ]);
  });

  it.each([
    ['no frame', Buffer.from('{"a":1}'), 'no-frame'],
    ['an unknown schema id', Buffer.from([0, 0, 0, 99, 99, 1]), 'unknown-schema'],
    ['a body cut short', contracts.order.encode(order()).subarray(0, 60), 'truncated'],
    ['bytes after the record', Buffer.concat([contracts.order.encode(order()), Buffer.from([1])]), 'trailing'],
  ])('refuses %s', (_name, bytes, reason) => {
    const read = contracts.order.decode(bytes);
    expect(read.ok ? undefined : read.faults[0]?.reason).toBe(reason);
  });

  it('does not let an item count on the wire allocate two billion items', () => {
    const good = contracts.order.encode(order({ lines: [] }));
    const hostile = Buffer.from(good);
    // An array of 2^31 items where the empty array's zero stood: after currency, two unions and before tax.
    const at = good.indexOf(Buffer.from('EUR')) + 3 + 1 + 4 + 1 + 1 + 3;
    const bytes = Buffer.concat([hostile.subarray(0, at), Buffer.from([0x80, 0x80, 0x80, 0x80, 0x10])]);
    expect(contracts.order.decode(bytes).ok).toBe(false);
  });

  it('shows the difference when a sum does not add up', () => {
    expect(contracts.order.rules?.(order({ total: 250_100n }))).toEqual([
      { field: 'total', reason: 'arithmetic', detail: 'is 25.01, but lines + tax + shipping - discount gives 25.00: off by 0.01' },
    ]);
    expect(contracts.order.rules?.(order())).toEqual([]);
  });
});
