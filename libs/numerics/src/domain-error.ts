/**
 * Thrown when an argument lies outside a function's domain: a fault of the caller, never of the data's shape.
 * Models check their data first and return refusals; this is the last line that keeps NaN from spreading.
 */
export class DomainError extends RangeError {
  readonly code = 'NUMERICS_DOMAIN';
  readonly argument: string;

  constructor(where: string, argument: string, value: unknown, wanted: string) {
    super(`${where}: ${argument} must be ${wanted}, got ${String(value)}`);
    this.name = 'DomainError';
    this.argument = argument;
  }
}

/** Throws {@link DomainError} unless `value` is a finite number. */
export const requireFinite = (where: string, argument: string, value: number): void => {
  if (!Number.isFinite(value)) throw new DomainError(where, argument, value, 'a finite number');
};

/** Throws {@link DomainError} unless `value` is finite and above zero. */
export const requirePositive = (where: string, argument: string, value: number): void => {
  if (!(value > 0) || value === Infinity) throw new DomainError(where, argument, value, 'finite and above 0');
};

/** Throws {@link DomainError} unless `value` lies in [0, 1]. */
export const requireProbability = (where: string, argument: string, value: number): void => {
  if (!(value >= 0 && value <= 1)) throw new DomainError(where, argument, value, 'a probability between 0 and 1');
};
