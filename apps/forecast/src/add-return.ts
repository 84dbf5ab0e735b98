import type { Return } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';
import { dayOf, type DayUnits } from './add-order.ts';
import { judgeDocument, type Seen } from './judge-document.ts';
import { lineFaults } from './quantity-limit.ts';
import { DEFAULT_LOCATION } from './series-key.ts';

/** The outcome of a return: what became of it and the goods that came back, by day. */
export interface ReturnFold {
  readonly disposition: Disposition;
  readonly changes: readonly DayUnits[];
}

/**
 * Folds a return. It does not reduce demand: the customer wanted the goods when they ordered. It is counted by itself; the stock it adds
 * to is told by the ERP, by a movement or the next level.
 */
export function addReturn(known: Seen | undefined, value: Return, hash: bigint): ReturnFold {
  const faults = lineFaults(value.lines);
  if (faults.length > 0) return { disposition: { kind: 'quarantined', faults }, changes: [] };
  const disposition = judgeDocument(known, { version: 0n, hash }, `return ${value.returnId}`);
  if (disposition.kind !== 'applied') return { disposition, changes: [] };
  const day = dayOf(value.occurredAt);
  const goods = value.lines.filter(({ kind, quantity }) => kind === 'MERCHANDISE' && quantity > 0n);
  return {
    disposition,
    changes: goods.map(({ sku, location, quantity }) => ({ sku, location: location ?? DEFAULT_LOCATION, day, quantity })),
  };
}
