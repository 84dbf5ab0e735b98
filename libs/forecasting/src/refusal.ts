/** Why a question was not answered. Closed: a caller can switch over it. */
export type RefusalCode =
  'empty' | 'not-finite' | 'too-short' | 'negative' | 'length-mismatch' | 'bad-option' | 'no-known-value' | 'singular';

/** A refusal names the field at fault and says why in one sentence. It is returned, never thrown. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly field: string;
  readonly reason: string;
}

/** The result shape of every question that may be refused. */
export interface Refused {
  readonly refused: Refusal;
}

/** Build a `Refused`. */
export function refuse(code: RefusalCode, field: string, reason: string): Refused {
  return { refused: { code, field, reason } };
}

/** True when an outcome is a refusal; narrows the union. */
export function isRefused(outcome: object): outcome is Refused {
  return 'refused' in outcome && outcome.refused !== undefined;
}

/** Refuses the first non-finite entry of `values`, by index. `undefined` when all are finite. */
export function refuseNonFinite(values: ArrayLike<number>, field: string): Refused | undefined {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' || !Number.isFinite(value))
      return refuse('not-finite', `${field}[${i}]`, `must be a finite number, got ${String(value)}`);
  }
  return undefined;
}

/** Refuses a value that is not an integer of at least `least`. */
export function refuseUnlessInteger(value: unknown, least: number, field: string): Refused | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return undefined;
  return refuse('bad-option', field, `must be an integer of at least ${least}, got ${String(value)}`);
}

/** Refuses a value outside the open interval (low, high). */
export function refuseUnlessBetween(value: unknown, low: number, high: number, field: string): Refused | undefined {
  if (typeof value === 'number' && value > low && value < high) return undefined;
  return refuse('bad-option', field, `must lie strictly between ${low} and ${high}, got ${String(value)}`);
}
