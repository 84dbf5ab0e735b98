import { contracts, type AnyContract, type Contract, type Customer, type CustomerRef } from '@tributary/contracts';
import { readFulfilment, readInteraction, readInvoice, readOrder, readPayment, readReturn, type FactReading } from './contribution.ts';
import type { DocumentKind } from './node-state.ts';

/** A fact about a customer: which document it is and what it adds. */
export interface FactRoute {
  readonly contract: AnyContract;
  readonly kind: DocumentKind;
  readonly read: (value: never) => FactReading;
}

/** The routes table of the profile app: one row a contract. Customer snapshots carry claims instead of sums. */
export const factRoutes: readonly FactRoute[] = [
  fact(contracts.order, 'ORDER', readOrder),
  fact(contracts.payment, 'PAYMENT', readPayment),
  fact(contracts.return, 'RETURN', readReturn),
  fact(contracts.fulfilment, 'FULFILMENT', readFulfilment),
  fact(contracts.invoice, 'INVOICE', readInvoice),
  fact(contracts.interaction, 'INTERACTION', readInteraction),
];

/** The contract whose events are customer records. */
export const customerRoute = contracts.customer;

/** The order that a document belongs to, as the identity of a guest; a document without an order stands for itself. */
export const guestDocument = (kind: DocumentKind | 'CUSTOMER', orderId: string | null, documentId: string): string =>
  orderId === null ? `${kind}:${documentId}` : `ORDER:${orderId}`;

/** The reference inside a customer record. */
export const customerRef = (customer: Customer): CustomerRef => ({
  id: customer.customerId,
  email: customer.email,
  phone: customer.phone,
  loyaltyId: customer.loyaltyId,
  name: customer.name,
});

function fact<T>(contract: Contract<T>, kind: DocumentKind, read: (value: T) => FactReading): FactRoute {
  return { contract: contract as unknown as AnyContract, kind, read: read as (value: never) => FactReading };
}
