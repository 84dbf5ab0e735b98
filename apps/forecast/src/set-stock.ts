import type { StockLevel } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';
import { judgeDocument, type Seen } from './judge-document.ts';
import { quantityFaults } from './quantity-limit.ts';
import type { SeriesKey } from './series-key.ts';

/** The stock of a sku at a location as one source told it last. */
export interface StockDocument extends Seen, SeriesKey {
  readonly source: string;
  readonly asOf: number;
  readonly onHand: bigint;
  readonly reserved: bigint;
  readonly onOrder: bigint;
  readonly leadTimeDays: number | null;
}

/** The outcome of a stock level. */
export interface StockFold {
  readonly disposition: Disposition;
  readonly document?: StockDocument;
}

/** Folds a snapshot of stock: the highest version of a source wins. */
export function setStock(known: StockDocument | undefined, level: StockLevel, source: string, hash: bigint): StockFold {
  const faults = [
    ...quantityFaults('onHand', level.onHand),
    ...quantityFaults('reserved', level.reserved),
    ...quantityFaults('onOrder', level.onOrder),
  ];
  if (faults.length > 0) return { disposition: { kind: 'quarantined', faults } };
  const disposition = judgeDocument(known, { version: level.version, hash }, `stock of ${level.sku} at ${level.location}`);
  if (disposition.kind !== 'applied') return { disposition };
  const { sku, location, version, asOf, onHand, reserved, onOrder, leadTimeDays } = level;
  return { disposition, document: { source, sku, location, version, hash, asOf, onHand, reserved, onOrder, leadTimeDays } };
}
