import type { Order } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';
import { judgeDocument, type Seen } from './judge-document.ts';
import { lineFaults } from './quantity-limit.ts';
import { DEFAULT_LOCATION, type SeriesKey } from './series-key.ts';

/** Units of one sku at one location (unscaled, scale 4). */
export interface Units extends SeriesKey {
  readonly quantity: bigint;
}

/** Units on a day; negative where they are taken out again. */
export interface DayUnits extends Units {
  /** Days since 1970. */
  readonly day: number;
}

/** What is kept of an order: the demand its highest version stands for. */
export interface OrderDocument extends Seen {
  readonly source: string;
  readonly orderId: string;
  readonly placedAt: number;
  readonly day: number;
  readonly demand: readonly Units[];
}

/** The outcome of an order: what became of it, the document to keep, and the change of demand. */
export interface OrderFold {
  readonly disposition: Disposition;
  readonly document?: OrderDocument;
  /** To be added up; what is taken out and what is put in stand apart. */
  readonly changes: readonly DayUnits[];
}

const MICROS_A_DAY = 86_400_000_000;
const MICROS_A_MINUTE = 60_000_000;

/**
 * Folds a snapshot of an order into demand. Only merchandise lines are demand, a cancelled order has none. A newer version replaces the
 * contribution of the one before: old taken out, new put in.
 */
export function addOrder(known: OrderDocument | undefined, order: Order, source: string, hash: bigint): OrderFold {
  const faults = lineFaults(order.lines);
  if (faults.length > 0) return { disposition: { kind: 'quarantined', faults }, changes: [] };
  const disposition = judgeDocument(known, { version: order.version, hash }, `order ${order.orderId}`);
  if (disposition.kind !== 'applied') return { disposition, changes: [] };
  const document: OrderDocument = {
    source,
    orderId: order.orderId,
    version: order.version,
    hash,
    placedAt: order.placedAt,
    day: dayOf(order.placedAt, order.placedAtOffsetMinutes ?? 0),
    demand: demandOf(order),
  };
  return { disposition, document, changes: differenceOf(known, document) };
}

/** Local day of a moment, days since 1970. */
export function dayOf(micros: number, offsetMinutes = 0): number {
  return Math.floor((micros + offsetMinutes * MICROS_A_MINUTE) / MICROS_A_DAY);
}

function demandOf(order: Order): Units[] {
  if (order.status === 'CANCELLED') return [];
  const sums: Units[] = [];
  for (const { kind, sku, location, quantity } of order.lines) {
    if (kind !== 'MERCHANDISE' || quantity === 0n) continue;
    addTo(sums, { sku, location: location === null || location === '' ? DEFAULT_LOCATION : location, quantity });
  }
  return sums;
}

/** Adds to the sum of the same series; an order has few lines, so that to look through them costs less than a map. */
function addTo(sums: Units[], units: Units): void {
  const at = sums.findIndex(({ sku, location }) => sku === units.sku && location === units.location);
  const sum = sums[at];
  if (sum === undefined) sums.push(units);
  else sums[at] = { sku: sum.sku, location: sum.location, quantity: sum.quantity + units.quantity };
}

/** The old demand taken out and the new put in. */
function differenceOf(before: OrderDocument | undefined, after: OrderDocument): DayUnits[] {
  const added = after.demand.map(({ sku, location, quantity }) => ({ sku, location, day: after.day, quantity }));
  if (before === undefined) return added;
  return [...before.demand.map(({ sku, location, quantity }) => ({ sku, location, day: before.day, quantity: -quantity })), ...added];
}
