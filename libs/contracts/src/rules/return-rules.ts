import type { Return } from '../generated/commerce-return.ts';
import { lineAmount, minorUnit } from '../money.ts';
import type { Fault } from '../reasons.ts';
import { currencyFaults, idFaults, negativeFaults, timeFaults } from './bounds.ts';
import { arithmetic } from './order-rules.ts';

/** Rules of a return: quantities and prices positive, each line and the total add up. */
export function returnRules(value: Return): Fault[] {
  const digits = minorUnit(value.currency);
  const faults = [
    ...idFaults('returnId', value.returnId),
    ...currencyFaults('currency', value.currency),
    ...timeFaults('occurredAt', value.occurredAt),
  ];
  let sum = 0n;
  value.lines.forEach((line, index) => {
    const field = `lines[${index}]`;
    faults.push(...negativeFaults(`${field}.quantity`, line.quantity), ...negativeFaults(`${field}.unitPrice`, line.unitPrice));
    const expected = digits === undefined ? line.amount : lineAmount(line.quantity, line.unitPrice, digits);
    if (expected !== line.amount) faults.push(arithmetic(`${field}.amount`, line.amount, expected, 'quantity x unitPrice'));
    sum += line.amount;
  });
  if (sum !== value.total) faults.push(arithmetic('total', value.total, sum, 'sum of the lines'));
  return faults;
}
