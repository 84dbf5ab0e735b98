import type { Fault } from '@tributary/contracts';

/** A hundred billion units of scale 4: beyond it sums could leave 64 bits, and nothing real is that large. */
const MOST_UNITS = 10n ** 15n;

/** Fault of a quantity that cannot be summed in 64 bits. */
export function quantityFaults(field: string, quantity: bigint | null): Fault[] {
  if (quantity === null || (quantity <= MOST_UNITS && quantity >= -MOST_UNITS)) return [];
  return [{ field, reason: 'range', detail: 'is more than a hundred billion units' }];
}
