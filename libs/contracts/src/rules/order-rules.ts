import { AMOUNT_SCALE, formatDecimal } from '../decimal.ts';
import type { Order } from '../generated/commerce-order.ts';
import { lineAmount, minorUnit } from '../money.ts';
import type { Fault } from '../reasons.ts';
import { amountFaults, currencyFaults, idFaults, negativeFaults, timeFaults } from './bounds.ts';

/** Rules of an order: known currency, nothing negative, each line is quantity x price - discount, the total is the sum. Differences are shown. */
export function orderRules(order: Order): Fault[] {
  const { currency } = order;
  const faults = [
    ...idFaults('orderId', order.orderId),
    ...currencyFaults('currency', currency),
    ...currencyFaults('presentmentCurrency', order.presentmentCurrency),
    ...timeFaults('placedAt', order.placedAt),
    ...timeFaults('updatedAt', order.updatedAt),
    ...amountFaults('tax', order.tax, currency),
    ...amountFaults('shipping', order.shipping, currency),
    ...amountFaults('discount', order.discount, currency),
  ];
  const digits = minorUnit(currency);
  let sum = order.tax + order.shipping - order.discount;
  order.lines.forEach((line, index) => {
    const field = `lines[${index}]`;
    if (line.quantity < 0n) faults.push(...negativeFaults(`${field}.quantity`, line.quantity));
    if (line.unitPrice < 0n) faults.push(...negativeFaults(`${field}.unitPrice`, line.unitPrice));
    if (digits !== undefined) {
      const expected = lineAmount(line.quantity, line.unitPrice, digits) - line.discount;
      if (expected !== line.amount) faults.push(arithmetic(`${field}.amount`, line.amount, expected, 'quantity x unitPrice - discount'));
    }
    sum += line.amount;
  });
  if (sum !== order.total) faults.push(arithmetic('total', order.total, sum, 'lines + tax + shipping - discount'));
  return faults;
}

/** A sum that does not add up, with both figures and the difference. */
export function arithmetic(field: string, stated: bigint, computed: bigint, formula: string): Fault {
  const text = (value: bigint) => formatDecimal(value, AMOUNT_SCALE, 2);
  return {
    field,
    reason: 'arithmetic',
    detail: `is ${text(stated)}, but ${formula} gives ${text(computed)}: off by ${text(stated - computed)}`,
  };
}
