import type { Fault } from '@tributary/contracts';

/** A hundred billion units of scale 4: beyond it sums could leave 64 bits, and nothing real is that large. */
const MOST_UNITS = 10n ** 15n;

const fits = (quantity: bigint | null): boolean => quantity === null || (quantity <= MOST_UNITS && quantity >= -MOST_UNITS);

/** Fault of a quantity that cannot be summed in 64 bits. */
export function quantityFaults(field: string, quantity: bigint | null): Fault[] {
  if (fits(quantity)) return [];
  return [{ field, reason: 'range', detail: 'is more than a hundred billion units' }];
}

/** Faults of lines whose quantity cannot be summed. */
export function lineFaults(lines: readonly { readonly quantity: bigint }[]): Fault[] {
  // The names of fields are put together for faults alone: nearly no order has one.
  if (lines.every(({ quantity }) => fits(quantity))) return [];
  return lines.flatMap(({ quantity }, index) => quantityFaults(`lines[${index}].quantity`, quantity));
}
