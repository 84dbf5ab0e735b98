import { exactLineValue, parseDecimal, PRICE_SCALE, textFault } from '@tributary/contracts';
import { parseLondonTime, type LondonMoment } from './london-time.ts';

/** Columns of the export, in order. */
export const onlineRetailHeader = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

/** Why a row cannot be mapped. Closed list; the import summary counts by it. */
export type RejectReason =
  | 'columns'
  | 'invoice-number'
  | 'stock-code'
  | 'quantity'
  | 'date'
  | 'unit-price'
  | 'text'
  | 'sign'
  | 'mixed-customer'
  | 'invoice-too-long'
  | 'invoice-closed';

/** One row, read. */
export interface RetailRow {
  /** 1 is the first row under the header. */
  readonly rowNumber: number;
  readonly invoice: string;
  readonly sku: string;
  /** Trimmed; null when empty. */
  readonly description: string | null;
  /** Whole units, scale 4, negative on cancellations and write-offs. */
  readonly quantity: bigint;
  /** Scale 6. */
  readonly unitPrice: bigint;
  /** quantity x unitPrice, exact, scale 10. */
  readonly exact: bigint;
  readonly at: LondonMoment;
  readonly customer: string | null;
  readonly country: string | null;
}

/** A row that cannot be mapped, with its figures as far as they can be read. */
export interface RejectedRow {
  readonly rowNumber: number;
  readonly reason: RejectReason;
  readonly detail: string;
  /** Its exact value, scale 10; null when quantity or price cannot be read. */
  readonly exact: bigint | null;
  readonly cells: readonly string[];
}

const INVOICE = /^[CA]?\d{1,12}$/;
const QUANTITY = /^-?\d{1,9}$/;

/** Exact value of a row, scale 10, from its cells alone; undefined where quantity or price is no number. */
export function rowValue(cells: readonly string[]): bigint | undefined {
  const unitPrice = parseDecimal(cells[5] ?? '', PRICE_SCALE);
  return unitPrice === undefined || !QUANTITY.test(cells[3] ?? '')
    ? undefined
    : exactLineValue(BigInt(cells[3] ?? '') * 10_000n, unitPrice);
}

/** What is wrong with a header line, or undefined when the file is an Online Retail export. */
export function headerFault(cells: readonly string[]): string | undefined {
  const wanted = onlineRetailHeader.join(',');
  const found = cells.join(',');
  if (found === wanted) return undefined;
  return `this is no Online Retail export: the first line must be ${wanted}, but is ${found.slice(0, 200) || 'empty'}`;
}

/**
 * Reads the cells of one row. Nothing is guessed: what does not fit its column is rejected with the column's name.
 * @param readTime reads the date; the rows of an invoice share theirs, so a caller may remember the last.
 */
export function readRow(
  cells: readonly string[],
  rowNumber: number,
  readTime: (text: string) => LondonMoment | undefined = parseLondonTime,
): RetailRow | RejectedRow {
  const [invoice = '', sku = '', description = '', quantityText = '', date = '', priceText = '', customer = '', country = ''] = cells;
  const quantity = QUANTITY.test(quantityText) ? BigInt(quantityText) * 10_000n : undefined;
  const unitPrice = parseDecimal(priceText, PRICE_SCALE);
  const exact = quantity === undefined || unitPrice === undefined ? null : exactLineValue(quantity, unitPrice);
  const reject = (reason: RejectReason, detail: string): RejectedRow => ({ rowNumber, reason, detail, exact, cells });

  if (cells.length !== onlineRetailHeader.length) return reject('columns', `${cells.length} columns, not ${onlineRetailHeader.length}`);
  if (!INVOICE.test(invoice)) return reject('invoice-number', `InvoiceNo is ${JSON.stringify(invoice.slice(0, 40))}`);
  if (sku === '' || sku.length > 200)
    return reject('stock-code', sku === '' ? 'StockCode is empty' : 'StockCode is longer than 200 characters');
  if (quantity === undefined) return reject('quantity', `Quantity is ${JSON.stringify(quantityText.slice(0, 40))}, not a whole number`);
  if (unitPrice === undefined || exact === null)
    return reject('unit-price', `UnitPrice is ${JSON.stringify(priceText.slice(0, 40))}, not a decimal of up to six places`);
  const at = readTime(date);
  if (at === undefined) return reject('date', `InvoiceDate is ${JSON.stringify(date.slice(0, 40))}, not YYYY-MM-DD HH:MM:SS`);
  for (const [name, text] of [
    ['StockCode', sku],
    ['Description', description],
    ['CustomerID', customer],
    ['Country', country],
  ] as const) {
    const fault = textFault(text, true);
    if (fault !== undefined) return reject('text', `${name} ${fault.detail}`);
  }
  if (customer.length > 200) return reject('text', 'CustomerID is longer than 200 characters');
  return {
    rowNumber,
    invoice,
    sku,
    description: description.trim() || null,
    quantity,
    unitPrice,
    exact,
    at,
    customer: customer || null,
    country: country.trim() || null,
  };
}
