import type { LineKind } from '@tributary/contracts';

/** Codes of the export that are no goods, with what they charge for (read off their descriptions). */
const charges: ReadonlyMap<string, LineKind> = new Map([
  ['POST', 'SHIPPING'],
  ['DOT', 'SHIPPING'],
  ['C2', 'SHIPPING'],
  ['M', 'ADJUSTMENT'],
  ['m', 'ADJUSTMENT'],
  ['D', 'DISCOUNT'],
  ['S', 'SAMPLE'],
  // Cushion pads added to cushions for a tenth of a penny: an addition to the goods, not a sale of its own.
  ['PADS', 'SAMPLE'],
  ['BANK CHARGES', 'FEE'],
  ['AMAZONFEE', 'FEE'],
  ['CRUK', 'DONATION'],
  ['B', 'BAD_DEBT'],
]);

/**
 * What a stock code charges for. Gift vouchers (`gift_0001_20`) are gift cards. `DCGS…` codes are merchandise: their descriptions are a dog
 * collar, an ashtray, party bags, sold at ordinary prices.
 */
export function lineKindOf(code: string): LineKind {
  return charges.get(code) ?? (code.startsWith('gift_') ? 'GIFT_CARD' : 'MERCHANDISE');
}
