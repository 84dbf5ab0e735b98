import { describe, expect, it } from '@jest/globals';
import { contractNamed, lineAmount, type Order, type Return } from '@tributary/contracts';
import fc from 'fast-check';
import type { MappedEvent } from './mapped-event.ts';
import { defaultMapperLimits, OnlineRetailMapper, type MapperLimits } from './online-retail-mapper.ts';
import { headerFault, onlineRetailHeader, type RejectedRow } from './read-row.ts';

type Cells = readonly string[];
const row = (
  invoice: string,
  sku: string,
  quantity: string,
  price: string,
  customer = '17850',
  more: { date?: string; description?: string; country?: string } = {},
): Cells => [
  invoice,
  sku,
  more.description ?? 'A THING',
  quantity,
  more.date ?? '2011-07-01 10:00:00',
  price,
  customer,
  more.country ?? 'United Kingdom',
];

function map(rows: readonly Cells[], limits: MapperLimits = defaultMapperLimits): { events: MappedEvent[]; rejected: RejectedRow[] } {
  const mapper = new OnlineRetailMapper(limits);
  const steps = [...rows.map((cells) => mapper.push(cells)), mapper.end()];
  return { events: steps.flatMap(({ events }) => events), rejected: steps.flatMap(({ rejected }) => rejected) };
}
const only = (events: readonly MappedEvent[], contract: MappedEvent['contract']): MappedEvent[] =>
  events.filter((event) => event.contract === contract);
const orders = (events: readonly MappedEvent[]): Order[] => only(events, 'commerce.order').map(({ value }) => value as Order);
const returns = (events: readonly MappedEvent[]): Return[] => only(events, 'commerce.return').map(({ value }) => value as Return);

describe('OnlineRetailMapper', () => {
  it('makes one order of an invoice, with local time as UTC, exact copies of rows kept apart', () => {
    const { events, rejected } = map([
      row('536365', '85123A', '6', '2.55'),
      row('536365', '85123A', '6', '2.55'),
      row('536365', 'POST', '1', '18.00', '17850', { date: '2011-07-01 10:01:00' }),
    ]);
    expect(rejected).toEqual([]);
    expect(events.map(({ id }) => id)).toEqual(['customer/17850/1', 'product/85123A/1', 'order/536365']);
    const [order] = orders(events);
    expect(order).toMatchObject({ orderId: '536365', status: 'COMPLETED', currency: 'GBP', total: 486_000n, placedAtOffsetMinutes: 60 });
    expect(order?.lines.map(({ lineId, kind, amount }) => [lineId, kind, amount])).toEqual([
      ['1', 'MERCHANDISE', 153_000n],
      ['2', 'MERCHANDISE', 153_000n],
      ['3', 'SHIPPING', 180_000n],
    ]);
    expect([order?.placedAt, order?.updatedAt]).toEqual([Date.UTC(2011, 6, 1, 9, 0) * 1000, Date.UTC(2011, 6, 1, 9, 1) * 1000]);
  });

  it('takes an invoice that is interrupted by others as one, and rejects a row that comes when it is closed', () => {
    const limits = { ...defaultMapperLimits, openInvoices: 2 };
    const rows = ['1', '2', '1', '3', '4', '5', '1'].map((invoice) => row(invoice, 'A', '1', '1.00'));
    const { events, rejected } = map(rows, limits);
    expect(orders(events).map(({ orderId, lines }) => [orderId, lines.length])).toEqual([
      ['2', 1],
      ['1', 2],
      ['3', 1],
      ['4', 1],
      ['5', 1],
    ]);
    expect(rejected.map(({ rowNumber, reason }) => [rowNumber, reason])).toEqual([[7, 'invoice-closed']]);
  });

  it('links a cancellation to the latest line with enough left, the same price first', () => {
    const { events } = map(
      [
        row('1', 'A', '10', '2.00'),
        row('2', 'A', '10', '2.50'),
        row('3', 'A', '3', '2.00'),
        row('C4', 'A', '-4', '2.00'),
        row('C5', 'A', '-10', '2.25'),
        row('C6', 'A', '-7', '2.00'),
        row('C7', 'A', '-1', '2.00', '99999'),
        row('C8', 'POST', '-1', '5.00'),
      ],
      { ...defaultMapperLimits, openInvoices: 1 },
    );
    expect(returns(events).map(({ returnId, orderId, lines: [line] }) => [returnId, orderId, line?.orderLineId])).toEqual([
      ['C4', '1', '1'],
      ['C5', '2', '1'],
      ['C6', null, null],
      ['C7', null, null],
      ['C8', null, null],
    ]);
    expect(returns(events)[0]).toMatchObject({ total: 80_000n, reason: 'cancellation' });
  });

  it('names the order of a return only when all its lines cancel the same one', () => {
    const { events } = map(
      [row('1', 'A', '1', '2.00'), row('2', 'B', '1', '3.00'), row('C3', 'A', '-1', '2.00'), row('C3', 'B', '-1', '3.00')],
      { ...defaultMapperLimits, openInvoices: 1 },
    );
    expect(returns(events).map(({ orderId, lines }) => [orderId, lines.map((line) => line.orderId)])).toEqual([[null, ['1', '2']]]);
  });

  it('keeps anonymous invoices apart as guest orders; free ones without a customer are corrections, not demand', () => {
    const { events } = map([row('1', 'A', '2', '1.00', ''), row('2', 'A', '500', '0.0', '', { description: 'found' })]);
    expect(orders(events).map(({ customer, lines, total }) => [customer.id, lines[0]?.kind, total])).toEqual([
      [null, 'MERCHANDISE', 20_000n],
      [null, 'ADJUSTMENT', 0n],
    ]);
    expect(only(events, 'crm.customer')).toEqual([]);
  });

  it('turns free negative rows without a customer into write-offs, and bad debt into a line or a return by its sign', () => {
    const { events, rejected } = map([
      row('1', 'A', '-5', '0.0', ''),
      row('A2', 'B', '1', '11062.06', ''),
      row('A3', 'B', '1', '-11062.06', ''),
    ]);
    expect(rejected).toEqual([]);
    expect(only(events, 'erp.stock-movement').map(({ value }) => value)).toMatchObject([
      { kind: 'WRITE_OFF', quantity: -50_000n, reference: '1', movementId: '1-1' },
    ]);
    expect(orders(events)).toMatchObject([{ orderId: 'A2', total: 110_620_600n, lines: [{ kind: 'BAD_DEBT' }] }]);
    expect(returns(events)).toMatchObject([{ returnId: 'A3', total: 110_620_600n, lines: [{ kind: 'BAD_DEBT' }] }]);
  });

  it('says a customer once and again when the country changes, and a product again when it gets a name', () => {
    const { events } = map([
      row('1', 'A', '1', '0.0', '', { description: '?' }),
      row('2', 'A', '1', '1.00', '1', { description: ' LAMP ' }),
      row('3', 'A', '1', '1.00', '1', { description: 'LAMP, BLUE' }),
      row('4', 'a', '1', '1.00', '1', { country: 'Cyprus' }),
    ]);
    expect(only(events, 'erp.product').map(({ id, value }) => [id, 'name' in value ? value.name : ''])).toEqual([
      ['product/A/1', null],
      ['product/A/2', 'LAMP'],
      ['product/a/1', 'A THING'],
    ]);
    expect(only(events, 'crm.customer').map(({ id, value }) => [id, 'address' in value ? value.address?.country : ''])).toEqual([
      ['customer/1/1', 'United Kingdom'],
      ['customer/1/2', 'Cyprus'],
    ]);
  });

  it.each<[string, Cells, string]>([
    ['a missing invoice', row('', 'A', '1', '1.00'), 'invoice-number'],
    ['another invoice form', row('X1', 'A', '1', '1.00'), 'invoice-number'],
    ['no stock code', row('1', '', '1', '1.00'), 'stock-code'],
    ['a broken quantity', row('1', 'A', '1.5', '1.00'), 'quantity'],
    ['a price of seven places', row('1', 'A', '1', '1.0000001'), 'unit-price'],
    ['a price that is no number', row('1', 'A', '1', 'free'), 'unit-price'],
    ['an American date', row('1', 'A', '1', '1.00', '1', { date: '12/1/2010 8:26' }), 'date'],
    ['a control character', row('1', 'A', '1', '1.00', '1', { description: 'A\u0000B' }), 'text'],
    ['bytes that are no UTF-8', row('1', 'A', '1', '1.00', '1', { description: 'A\ufffdB' }), 'text'],
    ['a missing cell', row('1', 'A', '1', '1.00').slice(0, 7), 'columns'],
    ['a negative sale with a price', row('1', 'A', '-1', '1.00'), 'sign'],
    ['a positive cancellation', row('C1', 'A', '1', '1.00'), 'sign'],
    ['a negative price on a sale', row('1', 'A', '1', '-1.00'), 'sign'],
  ])('rejects %s with its reason and keeps the cells', (_, cells, reason) => {
    const { events, rejected } = map([cells]);
    expect(events).toEqual([]);
    expect(rejected).toMatchObject([{ rowNumber: 1, reason, cells }]);
  });

  it('rejects the row of another customer on an invoice, and the row beyond what an order can hold', () => {
    const { rejected } = map([row('1', 'A', '1', '1.00', '1'), row('1', 'A', '1', '1.00', '2')]);
    expect(rejected).toMatchObject([{ rowNumber: 2, reason: 'mixed-customer' }]);
    const long = map(Array.from({ length: 2_001 }, () => row('1', 'A', '1', '0.01')));
    expect(long.rejected).toMatchObject([{ rowNumber: 2_001, reason: 'invoice-too-long' }]);
    expect(orders(long.events)[0]?.lines).toHaveLength(2_000);
  });

  const anyRow = fc.record({
    invoice: fc.tuple(fc.constantFrom('', '', '', 'C', 'A', 'X'), fc.integer({ min: 1, max: 12 })).map(([prefix, n]) => `${prefix}${n}`),
    sku: fc.constantFrom('A', 'B', 'POST', 'D', 'M', 'gift_0001_20'),
    quantity: fc.oneof(fc.integer({ min: -50, max: 50 }).map(String), fc.constant('x')),
    price: fc.oneof(
      fc.integer({ min: 0, max: 9_999_999 }).map((value) => (value / 1000).toFixed(3)),
      fc.constantFrom('0.0', '-5.00', 'free', '1.123456'),
    ),
    customer: fc.constantFrom('', '1', '2'),
  });
  const file = fc
    .array(anyRow, { maxLength: 60 })
    .map((rows) => rows.map(({ invoice, sku, quantity, price, customer }) => row(invoice, sku, quantity, price, customer)));

  it('loses no row and no penny, whatever the rows: read = mapped + rejected, exact = mapped + rejected, amounts = exact + rounding', () => {
    fc.assert(
      fc.property(file, (rows) => {
        const { events, rejected } = map(rows, { openInvoices: 3, closedInvoices: 5, soldLines: 4 });
        expect(events.reduce((sum, { carried }) => sum + carried.rows, 0) + rejected.length).toBe(rows.length);
        const numbers = [
          ...events.flatMap(({ carried, rowNumbers }) => (carried.rows > 0 ? rowNumbers : [])),
          ...rejected.map((each) => each.rowNumber),
        ];
        expect(numbers.sort((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
        // The other route: pennies of a row computed here from its text, in thousandths and millionths.
        const exactOf = (cells: Cells): bigint => {
          const [whole = '', fraction = ''] = (cells[5] ?? '').replace('-', '').split('.');
          if (!/^\d+$/.test(whole) || !/^-?\d+$/.test(cells[3] ?? '')) return 0n;
          const price = BigInt(whole + fraction.padEnd(6, '0')) * (cells[5]?.startsWith('-') ? -1n : 1n);
          return price * BigInt(cells[3] ?? '0') * 10_000n;
        };
        const whole = rows.reduce((sum, cells) => sum + exactOf(cells), 0n);
        const mapped = events.reduce((sum, { carried }) => sum + carried.exact, 0n);
        expect(mapped + rejected.reduce((sum, { exact }) => sum + (exact ?? 0n), 0n)).toBe(whole);
        const rounding = [...orders(events), ...returns(events)].flatMap(({ lines }) =>
          lines.map((line) => line.amount * 1_000_000n - line.quantity * line.unitPrice),
        );
        const signed = events.reduce((sum, { carried }) => sum + carried.amount * 1_000_000n - carried.exact, 0n);
        expect(rounding.every((each) => each <= 50_000_000n && each >= -50_000_000n)).toBe(true);
        const ofReturns = returns(events).flatMap(({ lines }) =>
          lines.map((line) => lineAmount(line.quantity, line.unitPrice, 2) * 1_000_000n - line.quantity * line.unitPrice),
        );
        expect(signed).toBe(rounding.reduce((a, b) => a + b, 0n) - 2n * ofReturns.reduce((a, b) => a + b, 0n));
      }),
      { numRuns: 60 },
    );
  });

  it('makes only events that pass their contract, with ids of their own, the same ones every time', () => {
    fc.assert(
      fc.property(file, (rows) => {
        const { events } = map(rows);
        expect(map(rows).events).toEqual(events);
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
        for (const { contract, value } of events) {
          const definition = contractNamed(contract);
          if (definition === undefined) throw new Error(`no contract ${contract}`);
          const read = definition.fromJson(JSON.parse(JSON.stringify(definition.toJson(value as never))));
          expect(read.ok ? (definition.rules?.(read.value) ?? []) : read.faults).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('headerFault', () => {
  it('knows the export and says what another file is', () => {
    expect(headerFault(onlineRetailHeader)).toBeUndefined();
    expect(headerFault(['Invoice', 'StockCode'])).toContain('but is Invoice,StockCode');
  });
});
