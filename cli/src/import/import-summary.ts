import type { MappedEvent, RejectedRow } from '@tributary/connectors';
import { AMOUNT_SCALE, EXACT_SCALE, formatDecimal, powerOfTen } from '@tributary/contracts';
import type { EventAnswer, EventOutcome } from '@tributary/seller';

/** What an import came to. Amounts are decimal text. */
export interface ImportSummary {
  readonly kind: 'import';
  readonly format: string;
  readonly rows: {
    readonly read: number;
    /** Rows in events the hub has. */
    readonly mapped: number;
    /** Rows set aside, by reason; `gateway-refused` and `gateway-conflict` are rows of events the gateway did not take. */
    readonly quarantined: Readonly<Record<string, number>>;
    /** Of the quarantined: rows without a readable quantity or price, which count nothing in the money below. */
    readonly unpriced: number;
  };
  readonly money: {
    readonly currency: string;
    /** Sum of quantity x unit price over all rows, from their text. */
    readonly fileExact: string;
    /** The same over the lines of the events the hub has, returns negative. */
    readonly mappedExact: string;
    readonly quarantinedExact: string;
    /** What rounding each line once to pence added: sum of amounts = mappedExact + rounding. */
    readonly rounding: string;
    readonly grossKnown: string;
    readonly returnsKnown: string;
    readonly netKnown: string;
    readonly grossGuests: string;
    readonly returnsGuests: string;
    readonly netGuests: string;
  };
  readonly orders: number;
  readonly returns: number;
  readonly stockMovements: number;
  /** Different customer ids. */
  readonly customers: number;
  /** Documents without a customer: each is a guest of its own. */
  readonly guests: number;
  /** Different stock codes that are merchandise. */
  readonly products: number;
  /** Lines of returns of known customers, by whether it could be told which order line they cancel. */
  readonly cancelledLines: { readonly linked: number; readonly unlinked: number };
  readonly events: Readonly<Record<EventOutcome, number>> & { readonly sent: number };
  /** Rows read = mapped + quarantined, and the money of the file is that of both. */
  readonly reconciled: boolean;
  /** Where the rows that were set aside are; null when there are none. */
  readonly rejects: string | null;
  readonly seconds: number;
}

/** What the reader knows at the end that no event tells. */
export interface FileFacts {
  readonly format: string;
  readonly currency: string;
  readonly customers: number;
  readonly products: number;
  readonly rejects: string | null;
  readonly seconds: number;
}

/** Adds up an import: rows as they are read, events as the gateway answers them. Only what the hub has counts as mapped. */
export class ImportTally {
  readonly #events = { accepted: 0, duplicate: 0, conflict: 0, refused: 0 };
  readonly #quarantined = new Map<string, number>();
  readonly #sums = { file: 0n, mapped: 0n, quarantined: 0n, rounding: 0n };
  readonly #amounts = { grossKnown: 0n, returnsKnown: 0n, grossGuests: 0n, returnsGuests: 0n };
  readonly #counts = { read: 0, mapped: 0, unpriced: 0, orders: 0, returns: 0, stockMovements: 0, guests: 0, linked: 0, unlinked: 0 };

  /** Rows read so far. */
  get rows(): number {
    return this.#counts.read;
  }

  /** Events answered so far. */
  get answered(): number {
    const { accepted, duplicate, conflict, refused } = this.#events;
    return accepted + duplicate + conflict + refused;
  }

  /** A row was read; `value` is its exact value, where it has one. */
  read(value: bigint | undefined): void {
    this.#counts.read += 1;
    this.#sums.file += value ?? 0n;
  }

  /** A row cannot be mapped. */
  reject({ reason, exact }: RejectedRow): void {
    this.#setAside(reason, 1, exact ?? 0n);
    if (exact === null) this.#counts.unpriced += 1;
  }

  /** The gateway answered about an event. */
  settle(event: MappedEvent, { outcome }: EventAnswer): void {
    this.#events[outcome] += 1;
    const { rows, exact, amount } = event.carried;
    if (outcome === 'refused' || outcome === 'conflict') {
      if (rows > 0) this.#setAside(`gateway-${outcome}`, rows, exact);
      return;
    }
    this.#counts.mapped += rows;
    this.#sums.mapped += exact;
    this.#sums.rounding += amount * powerOfTen(EXACT_SCALE - AMOUNT_SCALE) - exact;
    if (event.contract === 'erp.stock-movement') this.#counts.stockMovements += 1;
    else if (event.contract === 'commerce.order' || event.contract === 'commerce.return') this.#document(event, amount);
  }

  summary(facts: FileFacts): ImportSummary {
    const { read, mapped, unpriced, orders, returns, stockMovements, guests, linked, unlinked } = this.#counts;
    const { file, mapped: mappedExact, quarantined, rounding } = this.#sums;
    const { grossKnown, returnsKnown, grossGuests, returnsGuests } = this.#amounts;
    const amount = (value: bigint): string => formatDecimal(value, AMOUNT_SCALE, 2);
    const exact = (value: bigint): string => formatDecimal(value, EXACT_SCALE, 2);
    const setAside = [...this.#quarantined.values()].reduce((sum, count) => sum + count, 0);
    return {
      kind: 'import',
      format: facts.format,
      rows: { read, mapped, quarantined: Object.fromEntries([...this.#quarantined].sort()), unpriced },
      money: {
        currency: facts.currency,
        fileExact: exact(file),
        mappedExact: exact(mappedExact),
        quarantinedExact: exact(quarantined),
        rounding: exact(rounding),
        grossKnown: amount(grossKnown),
        returnsKnown: amount(returnsKnown),
        netKnown: amount(grossKnown - returnsKnown),
        grossGuests: amount(grossGuests),
        returnsGuests: amount(returnsGuests),
        netGuests: amount(grossGuests - returnsGuests),
      },
      orders,
      returns,
      stockMovements,
      customers: facts.customers,
      guests,
      products: facts.products,
      cancelledLines: { linked, unlinked },
      events: { sent: this.answered, ...this.#events },
      reconciled: read === mapped + setAside && file === mappedExact + quarantined,
      rejects: facts.rejects,
      seconds: Number(facts.seconds.toFixed(1)),
    };
  }

  #setAside(reason: string, rows: number, exact: bigint): void {
    this.#quarantined.set(reason, (this.#quarantined.get(reason) ?? 0) + rows);
    this.#sums.quarantined += exact;
  }

  #document(event: Extract<MappedEvent, { contract: 'commerce.order' | 'commerce.return' }>, amount: bigint): void {
    const known = event.value.customer.id !== null;
    if (!known) this.#counts.guests += 1;
    if (event.contract === 'commerce.order') {
      this.#counts.orders += 1;
      this.#amounts[known ? 'grossKnown' : 'grossGuests'] += amount;
      return;
    }
    this.#counts.returns += 1;
    this.#amounts[known ? 'returnsKnown' : 'returnsGuests'] -= amount;
    if (known) for (const { orderId } of event.value.lines) this.#counts[orderId === null ? 'unlinked' : 'linked'] += 1;
  }
}
