import type { Order } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';
import { judgeDocument, type Seen } from './judge-document.ts';
import { quantityFaults } from './quantity-limit.ts';
import { DEFAULT_LOCATION, seriesId, type SeriesKey } from './series-key.ts';

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
  readonly changes: readonly DayUnits[];
}

const MICROS_A_DAY = 86_400_000_000;
const MICROS_A_MINUTE = 60_000_000;

/**
 * Folds a snapshot of an order into demand. Only merchandise lines are demand, a cancelled order has none. A newer version replaces the
 * contribution of the one before: old taken out, new put in.
 */
export function addOrder(known: OrderDocument | undefined, order: Order, source: string, hash: bigint): OrderFold {
  const faults = order.lines.flatMap(({ quantity }, index) => quantityFaults(`lines[${index}].quantity`, quantity));
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
  const sums = new Map<string, Units>();
  for (const { kind, sku, location, quantity } of order.lines) {
    if (kind !== 'MERCHANDISE' || quantity === 0n) continue;
    const key = { sku, location: location === null || location === '' ? DEFAULT_LOCATION : location };
    const sum = sums.get(seriesId(key));
    sums.set(seriesId(key), { ...key, quantity: (sum?.quantity ?? 0n) + quantity });
  }
  return [...sums.values()];
}

function differenceOf(before: OrderDocument | undefined, after: OrderDocument): DayUnits[] {
  const sums = new Map<string, DayUnits>();
  const add = (units: Units, day: number, sign: bigint): void => {
    const id = `${seriesId(units)}\u001f${day}`;
    sums.set(id, { sku: units.sku, location: units.location, day, quantity: (sums.get(id)?.quantity ?? 0n) + sign * units.quantity });
  };
  for (const units of before?.demand ?? []) add(units, before?.day ?? 0, -1n);
  for (const units of after.demand) add(units, after.day, 1n);
  return [...sums.values()].filter(({ quantity }) => quantity !== 0n);
}
