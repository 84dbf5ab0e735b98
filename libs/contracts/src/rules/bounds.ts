import { fitsMinorUnit, minorUnit } from '../money.ts';
import type { Fault } from '../reasons.ts';

/** 2000-01-01, microseconds: older times are a unit mistake or a default of 1970. */
const EARLIEST = Date.UTC(2000, 0, 1) * 1000;
/** 2200-01-01: no clock argument here; "later than tomorrow" is checked at the border, which has one. */
const LATEST = Date.UTC(2200, 0, 1) * 1000;

/** Faults of an event time outside 2000..2200. */
export function timeFaults(field: string, micros: number | null): Fault[] {
  if (micros === null || (micros >= EARLIEST && micros < LATEST)) return [];
  return [{ field, reason: 'time', detail: 'lies outside the years 2000 to 2199' }];
}

/** Faults of a code that is not in ISO 4217 (lower case is another code). */
export function currencyFaults(field: string, currency: string | null): Fault[] {
  if (currency === null || minorUnit(currency) !== undefined) return [];
  return [{ field, reason: 'currency', detail: `${JSON.stringify(currency.slice(0, 12))} is no ISO 4217 code` }];
}

/** Faults of an amount: negative, or more places than the currency has. An unknown currency is reported once, elsewhere. */
export function amountFaults(field: string, amount: bigint | null, currency: string): Fault[] {
  if (amount === null) return [];
  const digits = minorUnit(currency);
  if (amount < 0n) return [{ field, reason: 'negative', detail: 'must not be negative' }];
  if (digits !== undefined && !fitsMinorUnit(amount, digits))
    return [{ field, reason: 'scale', detail: `${currency} has ${digits} decimal places` }];
  return [];
}

/** Faults of a quantity or price that may not be negative. */
export function negativeFaults(field: string, value: bigint | null): Fault[] {
  return value !== null && value < 0n ? [{ field, reason: 'negative', detail: 'must not be negative' }] : [];
}

/** Faults of an identifier that is empty or too long to be a key. */
export function idFaults(field: string, id: string): Fault[] {
  if (id.length > 0 && id.length <= 200) return [];
  return [{ field, reason: id === '' ? 'no-key' : 'limit', detail: id === '' ? 'must not be empty' : 'is longer than 200 characters' }];
}
