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

const nothing = {
  currency: null,
  orders: 0,
  gross: 0n,
  returned: 0n,
  paid: 0n,
  invoiced: 0n,
  settled: 0n,
  interactions: 0,
  complaints: 0,
  detail: null,
  score: null,
} as const;

/** An order counts with its total unless it was cancelled. */
export const readOrder = (order: Order): FactReading => {
  const counts = order.status !== 'CANCELLED';
  return {
    customer: order.customer,
    orderId: order.orderId,
    contribution: {
      ...nothing,
      occurredAt: order.placedAt,
      currency: order.currency,
      orders: counts ? 1 : 0,
      gross: counts ? order.total : 0n,
      detail: order.status,
    },
  };
};

/** Money in for a capture, out for a refund or chargeback. */
export const readPayment = (payment: Payment): FactReading => ({
  customer: payment.customer,
  orderId: payment.orderId,
  contribution: {
    ...nothing,
    occurredAt: payment.occurredAt,
    currency: payment.currency,
    paid: payment.kind === 'CAPTURE' ? payment.amount : -payment.amount,
    detail: payment.kind,
  },
});

/** Value that came back. */
export const readReturn = (value: Return): FactReading => ({
  customer: value.customer,
  orderId: value.orderId,
  contribution: { ...nothing, occurredAt: value.occurredAt, currency: value.currency, returned: value.total, detail: value.reason },
});

/** A delivery adds nothing to the money; it stands in the timeline. */
export const readFulfilment = (value: Fulfilment): FactReading => ({
  customer: value.customer,
  orderId: value.orderId,
  contribution: { ...nothing, occurredAt: value.updatedAt, detail: value.status },
});

/** Billed and settled, unless cancelled. */
export const readInvoice = (invoice: Invoice): FactReading => {
  const counts = invoice.status !== 'CANCELLED';
  return {
    customer: invoice.customer,
    orderId: invoice.orderId,
    contribution: {
      ...nothing,
      occurredAt: invoice.issuedAt,
      currency: invoice.currency,
      invoiced: counts ? invoice.total : 0n,
      settled: counts ? invoice.paid : 0n,
      detail: invoice.status,
    },
  };
};

/** A conversation, a complaint, a survey answer. */
export const readInteraction = (value: Interaction): FactReading => ({
  customer: value.customer,
  orderId: value.orderId,
  contribution: {
    ...nothing,
    occurredAt: value.occurredAt,
    interactions: 1,
    complaints: value.kind === 'COMPLAINT' ? 1 : 0,
    detail: value.kind,
    score: value.score,
  },
});
