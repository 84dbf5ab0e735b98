import { lineAmount, type Invoice, type Order, type OrderStatus, type Payment, type Return, type ReturnLine } from '@tributary/contracts';
import type { Random } from '@tributary/numerics';
import { makeFact, type Fact, type System } from './fact.ts';
import { inPresentment, orderSnapshot, SHOP_CURRENCY, type OrderDraft } from './order-draft.ts';
import type { Account } from './people.ts';
import { DAY, HOUR, MINUTE } from './sim-time.ts';

/** An order about to be lived: its draft, who is behind it and, for organisations, the debtor account the ERP bills. */
export interface StorySeed {
  readonly source: System;
  readonly owner: string;
  readonly draft: OrderDraft;
  readonly debtor: Account | undefined;
}

/** What came of an order. */
export interface OrderStory {
  readonly facts: readonly Fact[];
  /** When it was delivered; undefined when it never was. */
  readonly deliveredAt: number | undefined;
}

/** A sale at the till: one version, paid at once, now and then brought back. */
export function storeSale(random: Random, seed: StorySeed): OrderStory {
  const story = new StoryTeller(random, seed);
  const { placedAt } = seed.draft;
  story.version('COMPLETED', placedAt);
  story.capture(story.total, placedAt, 'cash');
  if (random.next() < 0.04) story.giveBack(placedAt + (1 + random.integer(10)) * DAY);
  return { facts: story.facts, deliveredAt: placedAt };
}

/** An order in the web shop: edited, cancelled before or after payment, paid in parts, shipped, returned, refunded, charged back. */
export function webOrder(random: Random, seed: StorySeed): OrderStory {
  const story = new StoryTeller(random, seed);
  const { placedAt } = seed.draft;
  story.version('PLACED', placedAt);
  if (random.next() < 0.04) story.dropUnit(placedAt + 20 * MINUTE);
  const fate = random.next();
  if (fate < 0.03) {
    story.version('CANCELLED', placedAt + 2 * HOUR);
    return { facts: story.facts, deliveredAt: undefined };
  }
  const invoiced = seed.debtor !== undefined;
  const paidAt = invoiced ? undefined : story.pay(placedAt + 5 * MINUTE);
  if (fate < 0.06 && paidAt !== undefined) {
    story.version('CANCELLED', paidAt + 6 * HOUR);
    story.refund(story.total, paidAt + 7 * HOUR);
    return { facts: story.facts, deliveredAt: undefined };
  }
  const shippedAt = Math.max(paidAt ?? 0, placedAt) + (12 + random.integer(30)) * HOUR;
  const deliveredAt = shippedAt + (1 + random.poisson(1.5)) * DAY;
  story.ship(shippedAt, deliveredAt);
  if (seed.debtor !== undefined) story.invoice(seed.debtor, shippedAt + HOUR);
  const after = random.next();
  if (after < 0.09) story.giveBack(deliveredAt + (2 + random.integer(12)) * DAY);
  else if (after < 0.115 && !invoiced) story.chargeback(deliveredAt + 10 * DAY);
  if (random.next() < 0.3) story.version('COMPLETED', deliveredAt + 14 * DAY);
  return { facts: story.facts, deliveredAt };
}

class StoryTeller {
  readonly facts: Fact[] = [];
  #draft: OrderDraft;
  #version = 0;
  #payments = 0;
  #order: Order;

  constructor(
    private readonly random: Random,
    private readonly seed: StorySeed,
  ) {
    this.#draft = seed.draft;
    this.#order = orderSnapshot(this.#draft, 0, 'PLACED', seed.draft.placedAt);
  }

  get total(): bigint {
    return this.#order.total;
  }

  version(status: OrderStatus, at: number): void {
    this.#version += 1;
    this.#order = orderSnapshot(this.#draft, this.#version, status, at);
    this.#say('order', at, this.#order);
  }

  /** The customer takes one unit of the first line back before paying: a version with other lines. */
  dropUnit(at: number): void {
    const [first, ...rest] = this.#draft.lines;
    if (first === undefined || first.quantity <= 10_000n || first.discount !== 0n) return;
    const quantity = first.quantity - 10_000n;
    this.#draft = { ...this.#draft, lines: [{ ...first, quantity, amount: lineAmount(quantity, first.unitPrice, 2) }, ...rest] };
    this.version('CONFIRMED', at);
  }

  /** Pays in one capture or in two; returns when the last came. */
  pay(at: number): number {
    const method = this.random.next() < 0.7 ? 'card' : 'wallet';
    if (this.random.next() >= 0.1) {
      this.capture(this.total, at, method);
      this.version('PAID', at + MINUTE);
      return at + MINUTE;
    }
    const deposit = ((this.total * 4n) / 10n / 100n) * 100n;
    this.capture(deposit, at, method);
    this.capture(this.total - deposit, at + 2 * DAY, method);
    this.version('PAID', at + 2 * DAY + MINUTE);
    return at + 2 * DAY + MINUTE;
  }

  capture(amount: bigint, at: number, method: string): void {
    this.#pay('CAPTURE', amount, at, method);
  }

  refund(amount: bigint, at: number): void {
    this.#pay('REFUND', amount, at, null);
  }

  chargeback(at: number): void {
    this.#pay('CHARGEBACK', this.total, at, 'card');
  }

  ship(shippedAt: number, deliveredAt: number): void {
    const fulfilment = (status: 'SHIPPED' | 'DELIVERED', version: bigint, at: number): void =>
      this.#say('fulfilment', at, {
        fulfilmentId: `F-${this.#draft.orderId}`,
        version,
        orderId: this.#draft.orderId,
        customer: this.#draft.customer,
        status,
        location: this.#draft.lines[0]?.location ?? null,
        carrier: 'DHL',
        lines: this.#draft.lines.map(({ sku, quantity }) => ({ sku, quantity })),
        updatedAt: at,
      });
    fulfilment('SHIPPED', 1n, shippedAt);
    this.version('FULFILLED', shippedAt + MINUTE);
    fulfilment('DELIVERED', 2n, deliveredAt);
  }

  /** Brings back the first line, in part or whole, for what was paid for it, and gets the money back a day later. */
  giveBack(at: number): void {
    const [line] = this.#draft.lines;
    if (line === undefined || line.quantity === 0n) return;
    const whole = line.quantity % 10_000n !== 0n || this.random.next() < 0.6;
    const quantity = whole ? line.quantity : BigInt(1 + this.random.integer(Number(line.quantity / 10_000n))) * 10_000n;
    // What one unit cost after discount, to the six places a unit price has; scale 4 / scale 4 needs the scale put back.
    const unitPrice = line.discount === 0n ? line.unitPrice : (line.amount * 1_000_000n) / line.quantity;
    const amount = lineAmount(quantity, unitPrice, 2);
    const returned: ReturnLine = {
      lineId: '1',
      kind: line.kind,
      sku: line.sku,
      description: line.description,
      quantity,
      unitPrice,
      amount,
      orderId: this.#draft.orderId,
      orderLineId: line.lineId,
      location: line.location,
    };
    const value: Return = {
      returnId: `R-${this.#draft.orderId}`,
      orderId: this.#draft.orderId,
      customer: this.#draft.customer,
      occurredAt: at,
      currency: SHOP_CURRENCY,
      lines: [returned],
      total: amount,
      reason: this.random.next() < 0.5 ? 'does not fit' : null,
    };
    this.#say('return', at, value);
    if (this.seed.debtor === undefined) this.refund(amount, at + DAY);
  }

  /** The ERP bills an organisation under its own debtor number; it pays in three weeks, some of them late. */
  invoice(debtor: Account, at: number): void {
    const dueAt = at + 14 * DAY;
    const settledAt = at + (10 + this.random.integer(25)) * DAY;
    const invoice = (version: bigint, status: Invoice['status'], updatedAt: number, paid: bigint): Fact =>
      makeFact('invoice', 'erp', debtor.owner, updatedAt, {
        invoiceId: `INV-${this.#draft.orderId}`,
        version,
        orderId: this.#draft.orderId,
        customer: { id: debtor.id, email: debtor.email, phone: null, loyaltyId: null, name: debtor.name },
        status,
        issuedAt: at,
        dueAt,
        updatedAt,
        currency: SHOP_CURRENCY,
        total: this.total,
        paid,
      });
    this.facts.push(invoice(1n, 'OPEN', at, 0n));
    if (settledAt > dueAt) this.facts.push(invoice(2n, 'OVERDUE', dueAt + DAY, 0n));
    this.facts.push(invoice(3n, 'PAID', settledAt + 2 * DAY, this.total));
    this.capture(this.total, settledAt + 2 * DAY, 'invoice');
  }

  #pay(kind: Payment['kind'], amount: bigint, at: number, method: string | null): void {
    if (amount === 0n) return;
    this.#payments += 1;
    const { presentment, orderId, customer } = this.#draft;
    this.#say('payment', at, {
      paymentId: `P-${orderId}-${this.#payments}`,
      orderId,
      kind,
      amount,
      currency: SHOP_CURRENCY,
      presentmentAmount: presentment === null ? null : inPresentment(amount),
      presentmentCurrency: presentment,
      method,
      customer,
      occurredAt: at,
    });
  }

  #say<K extends 'order' | 'payment' | 'return' | 'fulfilment'>(kind: K, at: number, value: Parameters<typeof makeFact<K>>[4]): void {
    this.facts.push(makeFact(kind, this.seed.source, this.seed.owner, at, value));
  }
}
