import type { BasketRefusal } from './refusal.ts';

/** Sums of a group's values (spend, units): what a fold keeps. */
export interface ValueGroup {
  readonly size: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Why a group's sums cannot be those of any values, or undefined. */
export function valueGroupFault(field: string, { size, sum, sumOfSquares }: ValueGroup): BasketRefusal | undefined {
  if (!(Number.isSafeInteger(size) && size >= 2))
    return { refused: 'bad-value', field: `${field}.size`, detail: `${size} is not a whole number of at least 2` };
  if (!Number.isFinite(sum)) return { refused: 'bad-value', field: `${field}.sum`, detail: `${sum} is no number` };
  if (!(Number.isFinite(sumOfSquares) && sumOfSquares >= (sum / size) * sum * (1 - 1e-9)))
    return { refused: 'bad-value', field: `${field}.sumOfSquares`, detail: `${sumOfSquares} is less than the values' mean squared allows` };
  return undefined;
}

/** The unbiased variance of the values; 0 where rounding makes it negative. */
export function varianceOf({ size, sum, sumOfSquares }: ValueGroup): number {
  return Math.max(0, (sumOfSquares - (sum / size) * sum) / (size - 1));
}
