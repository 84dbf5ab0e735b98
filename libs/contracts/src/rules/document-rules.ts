import type { Payment } from '../generated/commerce-payment.ts';
import type { Fulfilment } from '../generated/commerce-fulfilment.ts';
import type { Acknowledgement } from '../generated/erp-ack.ts';
import type { Invoice } from '../generated/erp-invoice.ts';
import type { Product } from '../generated/erp-product.ts';
import type { StockLevel } from '../generated/erp-stock.ts';
import type { StockMovement } from '../generated/erp-stock-movement.ts';
import type { Customer } from '../generated/crm-customer.ts';
import type { Interaction } from '../generated/crm-interaction.ts';
import type { Fault } from '../reasons.ts';
import { amountFaults, currencyFaults, idFaults, negativeFaults, timeFaults } from './bounds.ts';

/** Rules of a payment: known currencies, amounts not negative and of the currency's places. */
export function paymentRules(payment: Payment): Fault[] {
  return [
    ...idFaults('paymentId', payment.paymentId),
    ...currencyFaults('currency', payment.currency),
    ...currencyFaults('presentmentCurrency', payment.presentmentCurrency),
    ...amountFaults('amount', payment.amount, payment.currency),
    ...(payment.presentmentCurrency === null
      ? []
      : amountFaults('presentmentAmount', payment.presentmentAmount, payment.presentmentCurrency)),
    ...timeFaults('occurredAt', payment.occurredAt),
  ];
}

/** Rules of a delivery. */
export function fulfilmentRules(value: Fulfilment): Fault[] {
  return [
    ...idFaults('fulfilmentId', value.fulfilmentId),
    ...idFaults('orderId', value.orderId),
    ...timeFaults('updatedAt', value.updatedAt),
    ...value.lines.flatMap((line, index) => negativeFaults(`lines[${index}].quantity`, line.quantity)),
  ];
}

/** Rules of an invoice: known currency, amounts not negative. */
export function invoiceRules(invoice: Invoice): Fault[] {
  return [
    ...idFaults('invoiceId', invoice.invoiceId),
    ...currencyFaults('currency', invoice.currency),
    ...amountFaults('total', invoice.total, invoice.currency),
    ...amountFaults('paid', invoice.paid, invoice.currency),
    ...timeFaults('issuedAt', invoice.issuedAt),
    ...timeFaults('dueAt', invoice.dueAt),
    ...timeFaults('updatedAt', invoice.updatedAt),
  ];
}

/** Rules of a product. */
export function productRules(product: Product): Fault[] {
  return [
    ...idFaults('sku', product.sku),
    ...currencyFaults('currency', product.currency),
    ...negativeFaults('price', product.price),
    ...negativeFaults('unitCost', product.unitCost),
    ...negativeFaults('minimumOrder', product.minimumOrder),
    ...negativeFaults('packSize', product.packSize),
    ...timeFaults('updatedAt', product.updatedAt),
  ];
}

/** Rules of a stock level. On hand may be negative: many ERPs sell before they book. */
export function stockLevelRules(level: StockLevel): Fault[] {
  return [
    ...idFaults('sku', level.sku),
    ...idFaults('location', level.location),
    ...negativeFaults('reserved', level.reserved),
    ...negativeFaults('onOrder', level.onOrder),
    ...timeFaults('asOf', level.asOf),
  ];
}

/** Rules of a stock movement. */
export function stockMovementRules(movement: StockMovement): Fault[] {
  return [
    ...idFaults('movementId', movement.movementId),
    ...idFaults('sku', movement.sku),
    ...idFaults('location', movement.location),
    ...timeFaults('occurredAt', movement.occurredAt),
  ];
}

/** Rules of a customer snapshot. */
export function customerRules(customer: Customer): Fault[] {
  return [...idFaults('customerId', customer.customerId), ...timeFaults('updatedAt', customer.updatedAt)];
}

/** Rules of an interaction: a survey score runs from 0 to 10. */
export function interactionRules(value: Interaction): Fault[] {
  const faults = [...idFaults('interactionId', value.interactionId), ...timeFaults('occurredAt', value.occurredAt)];
  if (value.score !== null && (value.score < 0 || value.score > 10))
    faults.push({ field: 'score', reason: 'range', detail: 'runs from 0 to 10' });
  return faults;
}

/** Rules of an acknowledgement: a refusal says why, an override says what instead. */
export function acknowledgementRules(ack: Acknowledgement): Fault[] {
  const faults = [...idFaults('ackId', ack.ackId), ...idFaults('subjectId', ack.subjectId), ...timeFaults('decidedAt', ack.decidedAt)];
  if (ack.decision === 'REFUSED' && !ack.reason) faults.push({ field: 'reason', reason: 'missing-field', detail: 'a refusal says why' });
  if (ack.decision === 'OVERRIDDEN' && ack.value === null)
    faults.push({ field: 'value', reason: 'missing-field', detail: 'an override carries the value used instead' });
  return faults;
}
