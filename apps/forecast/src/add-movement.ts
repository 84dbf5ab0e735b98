import type { StockMovement } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';
import { judgeDocument, type Seen } from './judge-document.ts';
import { quantityFaults } from './quantity-limit.ts';
import type { Units } from './add-order.ts';

/** A movement of stock, kept for ever: with the level before it, it tells the stock of today. */
export interface MovementDocument extends Seen, Units {
  readonly source: string;
  readonly movementId: string;
  readonly occurredAt: number;
}

/** The outcome of a movement. */
export interface MovementFold {
  readonly disposition: Disposition;
  readonly document?: MovementDocument;
}

/** Folds a movement of stock: a fact that happened once. */
export function addMovement(known: Seen | undefined, movement: StockMovement, source: string, hash: bigint): MovementFold {
  const faults = quantityFaults('quantity', movement.quantity);
  if (faults.length > 0) return { disposition: { kind: 'quarantined', faults } };
  const disposition = judgeDocument(known, { version: 0n, hash }, `movement ${movement.movementId}`);
  if (disposition.kind !== 'applied') return { disposition };
  const { movementId, sku, location, quantity, occurredAt } = movement;
  return { disposition, document: { source, movementId, version: 0n, hash, sku, location, quantity, occurredAt } };
}
