import type { MatchRefusal } from './record-table.ts';

/** What a column holds; decides normalisation, comparison levels and blocking keys. */
export type FieldKind =
  'name' | 'surname' | 'full-name' | 'date' | 'number' | 'code' | 'category' | 'address' | 'text' | 'email' | 'phone' | 'identifier';

/** One column to be compared. */
export interface FieldConfiguration {
  readonly column: string;
  readonly kind: FieldKind;
  /** Another column whose values people enter here by mistake (given name and surname, two address lines). */
  readonly swapsWith?: string;
  /** ISO country for phone numbers in national form. */
  readonly country?: string;
}

/** Which values must be equal for two records to be compared: one atom, or several of different columns at once. */
export interface BlockingRule {
  readonly atoms: readonly { readonly column: string; readonly key: string }[];
}

/** Everything a run needs beside the records. Plain data, so that it can be a file. */
export interface MatchConfiguration {
  readonly fields: readonly FieldConfiguration[];
  /** `auto` chooses rules by their cost and the matches they would lose. */
  readonly blocking: 'auto' | readonly BlockingRule[];
  /** The share of all pairs that may be compared at most when rules are chosen. */
  readonly comparedShare: number;
  /** The precision the accepted pairs shall have by the model's own probabilities; `best-f1` lets the model balance. */
  readonly threshold: 'best-f1' | { readonly precision: number } | { readonly probability: number };
  /** In linking: each record has at most one partner in the other file. */
  readonly oneToOne: boolean;
  readonly seed: number;
}

/** What holds where a configuration file says nothing. */
export const defaultMatchSettings: Omit<MatchConfiguration, 'fields'> = {
  blocking: 'auto',
  comparedShare: 0.015,
  threshold: 'best-f1',
  oneToOne: false,
  seed: 1,
};

/** The number of fields whose agreement patterns fit exactly into a double. */
export const maximalFields = 16;

/** Checks a configuration against the columns there are; undefined when it can run. */
export function configurationFault(configuration: MatchConfiguration, columns: readonly string[]): MatchRefusal | undefined {
  const { fields } = configuration;
  if (fields.length === 0) return { refused: 'no-fields', field: 'fields', detail: 'a configuration names at least one column' };
  if (fields.length > maximalFields)
    return { refused: 'too-many-fields', field: 'fields', detail: `${fields.length} fields; ${maximalFields} at most` };
  const names = fields.map((field) => field.column);
  for (const [index, { column, swapsWith }] of fields.entries()) {
    if (!columns.includes(column)) return { refused: 'unknown-column', field: column, detail: `there are ${columns.join(', ')}` };
    if (names.indexOf(column) !== index) return { refused: 'bad-configuration', field: column, detail: 'named twice' };
    if (swapsWith !== undefined && !names.includes(swapsWith))
      return { refused: 'bad-configuration', field: column, detail: `swapsWith names ${swapsWith}, which is no field` };
  }
  const { comparedShare, threshold, seed } = configuration;
  if (!Number.isSafeInteger(seed)) return { refused: 'bad-configuration', field: 'seed', detail: `a whole number, not ${seed}` };
  if (!(comparedShare > 0 && comparedShare <= 1))
    return { refused: 'bad-configuration', field: 'comparedShare', detail: 'a share above 0 and at most 1' };
  if (threshold !== 'best-f1') {
    const [name, value] =
      'precision' in threshold ? (['precision', threshold.precision] as const) : (['probability', threshold.probability] as const);
    if (!(value > 0 && value < 1)) return { refused: 'bad-configuration', field: `threshold.${name}`, detail: 'between 0 and 1' };
  }
  if (configuration.blocking !== 'auto') {
    const unknown = configuration.blocking.flatMap((rule) => rule.atoms).find((atom) => !names.includes(atom.column));
    if (unknown !== undefined)
      return { refused: 'unknown-column', field: unknown.column, detail: 'a blocking rule names a column that is no field' };
    if (configuration.blocking.length === 0 || configuration.blocking.some((rule) => rule.atoms.length === 0))
      return { refused: 'bad-configuration', field: 'blocking', detail: 'a rule needs at least one atom' };
  }
  return undefined;
}
