import { quoted } from '@tributary/persistence';
import type { Units } from './add-order.ts';

/** Demand of an order as its json column holds it. */
export type DemandJson = readonly (readonly [sku: string, location: string, quantity: string])[];

/** Writes the demand of an order for its column. One is written for every order: put together by hand it takes a third of `JSON.stringify`. */
export function demandText(demand: readonly Units[]): string {
  let text = '';
  for (const { sku, location, quantity } of demand) text += `${text === '' ? '' : ','}[${quoted(sku)},${quoted(location)},"${quantity}"]`;
  return `[${text}]`;
}

/** Reads it back. */
export const readDemand = (json: DemandJson): Units[] =>
  json.map(([sku, location, quantity]) => ({ sku, location, quantity: BigInt(quantity) }));
