/**
 * Closed list of reasons for which a record is not applied. A reason is stable: dashboards, runbooks and redrives name it.
 * `docs/quarantine.md` says for each what to do about it.
 */
export const reasons = [
  'no-frame',
  'unknown-schema',
  'wrong-contract',
  'truncated',
  'trailing',
  'malformed',
  'envelope',
  'no-key',
  'utf8',
  'control-char',
  'surrogate',
  'range',
  'limit',
  'missing-field',
  'unknown-field',
  'wrong-type',
  'unknown-enum',
  'currency',
  'scale',
  'negative',
  'arithmetic',
  'time',
  'conflict',
  'unknown-source',
  'unmappable',
  'database-data',
  'unreadable-batch',
] as const;

/** One of the closed list of reasons. */
export type Reason = (typeof reasons)[number];

/** Why one field of one event was refused. `field` is a path such as `lines[2].quantity`; empty for the whole document. */
export interface Fault {
  readonly field: string;
  readonly reason: Reason;
  readonly detail: string;
}

/** An expected outcome: the value, or the faults that forbid it. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly Fault[] };
