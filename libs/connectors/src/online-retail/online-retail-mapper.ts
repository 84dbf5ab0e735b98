import { parseLondonTime, type LondonMoment } from './london-time.ts';
import { mapInvoice, roleOf, type InvoiceRow } from './map-invoice.ts';
import { nothing, type MappedEvent } from './mapped-event.ts';
import { OpenLines } from './open-lines.ts';
import { readRow, type RejectedRow, type RejectReason, type RetailRow } from './read-row.ts';
import { lineKindOf } from './line-kind.ts';

/** Bounds of the mapper's memory. */
export interface MapperLimits {
  /** Invoices whose rows may still come; the one touched longest ago is closed when another opens. */
  readonly openInvoices: number;
  /** Numbers of closed invoices that are remembered, to recognise a row that comes too late. */
  readonly closedInvoices: number;
  /** Sold lines that are remembered, to tell what a cancellation cancels. */
  readonly soldLines: number;
}

/** The limits when none are given: some 60 MB at most. */
export const defaultMapperLimits: MapperLimits = { openInvoices: 32, closedInvoices: 200_000, soldLines: 200_000 };

/** What a contract lets an order or return hold. */
const MOST_LINES = 2_000;

const NO_STEP: MapperStep = { events: [], rejected: [] };

/** What came out of one row. */
export interface MapperStep {
  readonly events: readonly MappedEvent[];
  readonly rejected: readonly RejectedRow[];
}

/**
 * Maps rows of the UCI Online Retail export (data set 352) to events, one pass, deterministic: the same rows give the same events with the same
 * ids. No row is dropped: each one is in exactly one event's `carried` or is rejected with a reason. Memory is bounded by the limits and by the
 * number of different customers and stock codes. Mutable; no clock, no I/O.
 */
export class OnlineRetailMapper {
  readonly #open = new Map<string, { readonly rows: InvoiceRow[]; lines: number }>();
  readonly #closed = new Set<string>();
  readonly #sold: OpenLines;
  readonly #customers = new Map<string, { country: string | null; version: bigint }>();
  readonly #products = new Map<string, { name: string | null; version: bigint }>();
  #rowNumber = 0;
  #latest = '';
  #timeText = '';
  #time: LondonMoment | undefined;

  constructor(private readonly limits: MapperLimits = defaultMapperLimits) {
    this.#sold = new OpenLines(limits.soldLines);
  }

  /** Different stock codes that are merchandise. */
  get products(): number {
    return this.#products.size;
  }

  /** Different customers. */
  get customers(): number {
    return this.#customers.size;
  }

  /** Takes the cells of the next row; returns the events of the invoice it closed, if any. */
  push(cells: readonly string[]): MapperStep {
    this.#rowNumber += 1;
    const row = readRow(cells, this.#rowNumber, this.#readTime);
    if ('reason' in row) return { events: [], rejected: [row] };
    const refusal = this.#refusal(row);
    if (refusal !== undefined) return { events: [], rejected: [{ rowNumber: row.rowNumber, ...refusal, exact: row.exact, cells }] };
    const closing = this.#file(row);
    return closing === undefined ? NO_STEP : { events: this.#close(closing), rejected: [] };
  }

  /** Closes all open invoices: the file has ended. */
  end(): MapperStep {
    return { events: [...this.#open.keys()].flatMap((invoice) => this.#close(invoice)), rejected: [] };
  }

  readonly #readTime = (text: string): LondonMoment | undefined => {
    if (text !== this.#timeText) {
      this.#timeText = text;
      this.#time = parseLondonTime(text);
    }
    return this.#time;
  };

  #refusal(row: RetailRow): { reason: RejectReason; detail: string } | undefined {
    const role = roleOf(row);
    if (typeof role === 'object') return { reason: 'sign', detail: role.contradiction };
    if (this.#closed.has(row.invoice))
      return { reason: 'invoice-closed', detail: `invoice ${row.invoice} was complete ${this.limits.openInvoices} invoices ago` };
    const open = this.#open.get(row.invoice);
    const customer = open?.rows[0]?.customer;
    if (customer !== undefined && customer !== row.customer)
      return {
        reason: 'mixed-customer',
        detail: `invoice ${row.invoice} belongs to ${customer ?? 'nobody'}, this row to ${row.customer ?? 'nobody'}`,
      };
    if ((open?.lines ?? 0) >= MOST_LINES)
      return { reason: 'invoice-too-long', detail: `invoice ${row.invoice} has more than ${MOST_LINES} lines` };
    return undefined;
  }

  /** Puts a row into its invoice; returns the number of the invoice that has to make room. */
  #file(row: RetailRow): string | undefined {
    const { invoice } = row;
    const open = this.#open.get(invoice) ?? { rows: [], lines: 0 };
    open.lines += 1;
    open.rows.push({ ...row, lineId: String(open.lines) });
    if (invoice === this.#latest) return undefined;
    this.#latest = invoice;
    // Taken out and put back: a Map keeps the order of insertion, so the first is the one touched longest ago.
    this.#open.delete(invoice);
    this.#open.set(invoice, open);
    return this.#open.size > this.limits.openInvoices ? this.#open.keys().next().value : undefined;
  }

  #close(invoice: string): MappedEvent[] {
    const rows = this.#open.get(invoice)?.rows ?? [];
    this.#open.delete(invoice);
    if (invoice === this.#latest) this.#latest = '';
    this.#closed.add(invoice);
    const [oldest] = this.#closed;
    if (oldest !== undefined && this.#closed.size > this.limits.closedInvoices) this.#closed.delete(oldest);
    return [...this.#customerSeen(rows), ...rows.flatMap((row) => this.#productSeen(row)), ...mapInvoice(rows, this.#sold)];
  }

  #customerSeen(rows: readonly InvoiceRow[]): MappedEvent[] {
    const [row] = rows;
    if (row === undefined || row.customer === null) return [];
    const known = this.#customers.get(row.customer);
    if (known !== undefined && known.country === row.country) return [];
    const version = (known?.version ?? 0n) + 1n;
    this.#customers.set(row.customer, { country: row.country, version });
    return [
      {
        contract: 'crm.customer',
        id: `customer/${row.customer}/${version}`,
        at: row.at.micros,
        rowNumbers: [row.rowNumber],
        carried: nothing,
        value: {
          customerId: row.customer,
          version,
          kind: 'UNKNOWN',
          name: null,
          email: null,
          phone: null,
          loyaltyId: null,
          taxId: null,
          address: { lines: [], city: null, postcode: null, country: row.country },
          marketingConsent: null,
          updatedAt: row.at.micros,
          birthDate: null,
          preferredLanguage: null,
        },
      },
    ];
  }

  /** A product is known from its first row on; its name is the first description on a row with a price, because free rows carry remarks. */
  #productSeen(row: InvoiceRow): MappedEvent[] {
    const known = this.#products.get(row.sku);
    const name = row.unitPrice === 0n ? null : row.description;
    if (known !== undefined && (known.name !== null || name === null)) return [];
    if (lineKindOf(row.sku) !== 'MERCHANDISE') return [];
    const version = (known?.version ?? 0n) + 1n;
    this.#products.set(row.sku, { name, version });
    return [
      {
        contract: 'erp.product',
        id: `product/${row.sku}/${version}`,
        at: row.at.micros,
        rowNumbers: [row.rowNumber],
        carried: nothing,
        value: {
          sku: row.sku,
          version,
          name,
          category: null,
          active: true,
          updatedAt: row.at.micros,
          currency: null,
          price: null,
          unitCost: null,
          leadTimeDays: null,
          minimumOrder: null,
          packSize: null,
        },
      },
    ];
  }
}
