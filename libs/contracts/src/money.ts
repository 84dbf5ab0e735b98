import currencyCodes from 'currency-codes';
import { AMOUNT_SCALE, PRICE_SCALE, powerOfTen, roundHalfAway } from './decimal.ts';

const digitsByCode = new Map(currencyCodes.data.map((entry) => [entry.code, entry.digits]));

/** Places of a currency's minor unit (ISO 4217): EUR 2, JPY 0, KWD 3; `undefined` for a code that is not in the table. */
export function minorUnit(currency: string): number | undefined {
  return digitsByCode.get(currency);
}

/** Whether an amount (scale 4) has no more places than its currency's minor unit. */
export function fitsMinorUnit(amount: bigint, digits: number): boolean {
  return amount % powerOfTen(AMOUNT_SCALE - digits) === 0n;
}

/**
 * Value of a line before rounding: quantity (scale 4) x unit price (scale 6), at scale 10.
 * Exact; kept so that the sum of the roundings can be shown.
 */
export function exactLineValue(quantity: bigint, unitPrice: bigint): bigint {
  return quantity * unitPrice;
}

/** Scale of {@link exactLineValue}. */
export const EXACT_SCALE = AMOUNT_SCALE + PRICE_SCALE;

/** Value of a line rounded once, half away from zero, to `digits` places; returned at the amount scale (4). */
export function lineAmount(quantity: bigint, unitPrice: bigint, digits: number): bigint {
  return roundHalfAway(exactLineValue(quantity, unitPrice), EXACT_SCALE, digits) * powerOfTen(AMOUNT_SCALE - digits);
}
