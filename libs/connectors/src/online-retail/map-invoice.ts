import { exactLineValue, lineAmount, type CustomerRef, type LineKind, type OrderLine, type ReturnLine } from '@tributary/contracts';
import { lineKindOf } from './line-kind.ts';
import type { MappedEvent } from './mapped-event.ts';
import type { OpenLines } from './open-lines.ts';
import type { RetailRow } from './read-row.ts';

/** The shop's currency. */
export const RETAIL_CURRENCY = 'GBP';
/** The export names no warehouse. */
export const RETAIL_LOCATION = 'main';

/** A row with its place in the invoice: exact copies of rows are real, so the place is part of the identity. */
export interface InvoiceRow extends RetailRow {
  readonly lineId: string;
}

/** What a row of an invoice is. */
export type RowRole = 'order-line' | 'return-line' | 'write-off';

/**
 * What a row is, or why it is nothing that can be told: `C…` rows cancel, `A…` rows adjust bad debt in either direction, a negative quantity
 * without price and customer on an ordinary invoice writes stock off; every other negative figure contradicts its invoice.
 */
export function roleOf(row: RetailRow): RowRole | { readonly contradiction: string } {
  const { invoice, quantity, unitPrice } = row;
  if (invoice.startsWith('A')) return row.exact < 0n ? 'return-line' : 'order-line';
  if (unitPrice < 0n) return { contradiction: `UnitPrice is negative on ${invoice}` };
  if (invoice.startsWith('C'))
    return quantity < 0n ? 'return-line' : { contradiction: `Quantity is not negative on cancellation ${invoice}` };
  if (quantity >= 0n) return 'order-line';
  if (unitPrice === 0n && row.customer === null) return 'write-off';
  return { contradiction: `Quantity is negative on ${invoice}, which is neither a cancellation nor a write-off` };
}

/** The events of one closed invoice: at most one order and one return, and one stock movement a written-off row. Notes what was sold. */
export function mapInvoice(rows: readonly InvoiceRow[], sold: OpenLines): MappedEvent[] {
  const of = (role: RowRole): InvoiceRow[] => rows.filter((row) => roleOf(row) === role);
  const [lines, returned, writtenOff] = [of('order-line'), of('return-line'), of('write-off')];
  return [
    ...(lines.length > 0 ? [orderOf(lines, sold)] : []),
    ...(returned.length > 0 ? [returnOf(returned, sold)] : []),
    ...writtenOff.map(writeOffOf),
  ];
}

function orderOf(rows: readonly InvoiceRow[], sold: OpenLines): MappedEvent {
  const [first] = rows as readonly [InvoiceRow];
  const { invoice, customer } = first;
  // Found stock and corrections are booked as free rows without a customer: no demand, so no merchandise line.
  const correction = customer === null && rows.every(({ unitPrice }) => unitPrice === 0n);
  const lines = rows.map((row): OrderLine => {
    const [quantity, unitPrice] = [magnitude(row.quantity), magnitude(row.unitPrice)];
    const kind: LineKind = correction ? 'ADJUSTMENT' : lineKindOf(row.sku);
    if (customer !== null) sold.add(customer, row.sku, invoice, row.lineId, quantity, unitPrice);
    return {
      lineId: row.lineId,
      kind,
      sku: row.sku,
      description: row.description,
      quantity,
      unitPrice,
      discount: 0n,
      amount: lineAmount(quantity, unitPrice, 2),
      location: RETAIL_LOCATION,
    };
  });
  const total = lines.reduce((sum, line) => sum + line.amount, 0n);
  const placed = rows.reduce((earliest, { at }) => (at.micros < earliest.micros ? at : earliest), first.at);
  return {
    contract: 'commerce.order',
    id: `order/${invoice}`,
    at: placed.micros,
    rowNumbers: numbersOf(rows),
    carried: { rows: rows.length, exact: exactOf(lines), amount: total },
    value: {
      orderId: invoice,
      version: 1n,
      status: 'COMPLETED',
      channel: 'WEB',
      placedAt: placed.micros,
      placedAtOffsetMinutes: placed.offsetMinutes,
      updatedAt: Math.max(...rows.map(({ at }) => at.micros)),
      customer: refOf(customer),
      currency: RETAIL_CURRENCY,
      presentmentCurrency: null,
      presentmentTotal: null,
      lines,
      tax: 0n,
      shipping: 0n,
      discount: 0n,
      total,
      promotionCodes: [],
      country: first.country,
    },
  };
}

function returnOf(rows: readonly InvoiceRow[], sold: OpenLines): MappedEvent {
  const [first] = rows as readonly [InvoiceRow];
  const { invoice, customer } = first;
  const lines = rows.map((row): ReturnLine => {
    const [quantity, unitPrice] = [magnitude(row.quantity), magnitude(row.unitPrice)];
    const kind = lineKindOf(row.sku);
    // Nobody knows whose sale an anonymous cancellation takes back; a charge (postage, manual) is only told by its price.
    const cancelled = customer === null ? undefined : sold.cancel(customer, row.sku, quantity, unitPrice, kind === 'MERCHANDISE');
    return {
      lineId: row.lineId,
      kind,
      sku: row.sku,
      description: row.description,
      quantity,
      unitPrice,
      amount: lineAmount(quantity, unitPrice, 2),
      orderId: cancelled?.orderId ?? null,
      orderLineId: cancelled?.lineId ?? null,
      location: RETAIL_LOCATION,
    };
  });
  const total = lines.reduce((sum, line) => sum + line.amount, 0n);
  const orders = new Set(lines.map(({ orderId }) => orderId));
  const occurredAt = Math.max(...rows.map(({ at }) => at.micros));
  return {
    contract: 'commerce.return',
    id: `return/${invoice}`,
    at: occurredAt,
    rowNumbers: numbersOf(rows),
    carried: { rows: rows.length, exact: -exactOf(lines), amount: -total },
    value: {
      returnId: invoice,
      orderId: orders.size === 1 ? ([...orders][0] ?? null) : null,
      customer: refOf(customer),
      occurredAt,
      currency: RETAIL_CURRENCY,
      lines,
      total,
      reason: invoice.startsWith('A') ? 'bad debt adjustment' : 'cancellation',
    },
  };
}

function writeOffOf(row: InvoiceRow): MappedEvent {
  const movementId = `${row.invoice}-${row.lineId}`;
  return {
    contract: 'erp.stock-movement',
    id: `stock-movement/${movementId}`,
    at: row.at.micros,
    rowNumbers: [row.rowNumber],
    carried: { rows: 1, exact: exactLineValue(row.quantity, row.unitPrice), amount: 0n },
    value: {
      movementId,
      sku: row.sku,
      location: RETAIL_LOCATION,
      kind: 'WRITE_OFF',
      quantity: row.quantity,
      occurredAt: row.at.micros,
      reference: row.invoice,
      description: row.description,
    },
  };
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
const refOf = (id: string | null): CustomerRef => ({ id, email: null, phone: null, loyaltyId: null, name: null });
const numbersOf = (rows: readonly InvoiceRow[]): number[] => rows.map(({ rowNumber }) => rowNumber);
/** From the lines as they are sent, not from the rows: the summary compares the two. */
const exactOf = (lines: readonly { readonly quantity: bigint; readonly unitPrice: bigint }[]): bigint =>
  lines.reduce((sum, { quantity, unitPrice }) => sum + exactLineValue(quantity, unitPrice), 0n);
