/** An order in the contract's JSON form, whose sums add up. */
export function orderJson(orderId: string, change: Readonly<Record<string, unknown>> = {}, lines = 1): Record<string, unknown> {
  return {
    orderId,
    version: '1',
    status: 'PLACED',
    channel: 'WEB',
    placedAt: '2026-03-01T09:30:00+01:00',
    updatedAt: '2026-03-01T09:30:00+01:00',
    customer: { id: `c-${orderId}`, email: 'ada@example.org', name: 'Ada Lovelace' },
    currency: 'EUR',
    lines: Array.from({ length: lines }, (_, index) => ({
      lineId: String(index + 1),
      kind: 'MERCHANDISE',
      sku: `SKU-${index}`,
      description: 'A thing with a name of usual length',
      quantity: 2,
      unitPrice: 12.5,
      discount: 0,
      amount: 25,
    })),
    tax: 0,
    shipping: 0,
    discount: 0,
    total: 25 * lines,
    ...change,
  };
}
