import type { CustomerRef, Fulfilment, Interaction, Invoice, Order, Payment, Return } from '@tributary/contracts';

/** What one document adds to its customer. Amounts are unscaled integers of scale 4; all but the time add up. */
export interface Contribution {
  /** The fact's own time, microseconds. */
  readonly occurredAt: number;
  readonly currency: string | null;
  readonly orders: number;
  readonly gross: bigint;
  readonly returned: bigint;
  readonly paid: bigint;
  readonly invoiced: bigint;
  readonly settled: bigint;
  readonly interactions: number;
  readonly complaints: number;
  readonly detail: string | null;
  readonly score: number | null;
}

/** What a fact says: who it is about, which order it belongs to, what it adds. */
export interface FactReading {
  readonly customer: CustomerRef;
  /** The order that ties documents of a guest together; the document itself where there is none. */
  readonly orderId: string | null;
  readonly contribution: Contribution;
}

/** A contribution that adds nothing yet. One literal, so that every one has the same shape. */
export const contributionOf = (
  occurredAt: number,
  currency: string | null,
  detail: string | null,
): { -readonly [Name in keyof Contribution]: Contribution[Name] } => ({
  occurredAt,
  currency,
  orders: 0,
  gross: 0n,
  returned: 0n,
  paid: 0n,
  invoiced: 0n,
  settled: 0n,
  interactions: 0,
  complaints: 0,
  detail,
  score: null,
});

/** An order counts with its total unless it was cancelled. */
export function readOrder(order: Order): FactReading {
  const contribution = contributionOf(order.placedAt, order.currency, order.status);
  if (order.status !== 'CANCELLED') {
    contribution.orders = 1;
    contribution.gross = order.total;
  }
  return { customer: order.customer, orderId: order.orderId, contribution };
}

/** Money in for a capture, out for a refund or chargeback. */
export function readPayment(payment: Payment): FactReading {
  const contribution = contributionOf(payment.occurredAt, payment.currency, payment.kind);
  contribution.paid = payment.kind === 'CAPTURE' ? payment.amount : -payment.amount;
  return { customer: payment.customer, orderId: payment.orderId, contribution };
}

/** Value that came back. */
export function readReturn(value: Return): FactReading {
  const contribution = contributionOf(value.occurredAt, value.currency, value.reason);
  contribution.returned = value.total;
  return { customer: value.customer, orderId: value.orderId, contribution };
}

/** A delivery adds nothing to the money; it stands in the timeline. */
export function readFulfilment(value: Fulfilment): FactReading {
  return { customer: value.customer, orderId: value.orderId, contribution: contributionOf(value.updatedAt, null, value.status) };
}

/** Billed and settled, unless cancelled. */
export function readInvoice(invoice: Invoice): FactReading {
  const contribution = contributionOf(invoice.issuedAt, invoice.currency, invoice.status);
  if (invoice.status !== 'CANCELLED') {
    contribution.invoiced = invoice.total;
    contribution.settled = invoice.paid;
  }
  return { customer: invoice.customer, orderId: invoice.orderId, contribution };
}

/** A conversation, a complaint, a survey answer. */
export function readInteraction(value: Interaction): FactReading {
  const contribution = contributionOf(value.occurredAt, null, value.kind);
  contribution.interactions = 1;
  if (value.kind === 'COMPLAINT') contribution.complaints = 1;
  contribution.score = value.score;
  return { customer: value.customer, orderId: value.orderId, contribution };
}
