import { differsLevel, levelNames } from './compare-values.ts';
import type { EncodedField } from './encode-table.ts';

/** Writes the level of every field for a pair of records into `out`; `missing` of a field means that one side knows nothing. */
export type CompareRecords = (left: number, right: number, out: Uint8Array) => void;

/** Levels per field including the last one, "missing". */
export interface LevelLayout {
  readonly names: readonly (readonly string[])[];
  /** The number that means "missing" for each field: one past its last level. */
  readonly missing: readonly number[];
}

/** Two columns whose values are entered in each other's place. */
export interface SwapRule {
  readonly first: number;
  readonly second: number;
  /** The first field's "differs"; the level above it is "both crossed", the next "one crossed". */
  readonly differs: number;
  /** The levels of the two as if crossed where the values are; false where they are not. Call it when neither field agrees in its place. */
  apply(ours: number, theirs: number, out: Uint8Array): boolean;
}

/** The levels of the fields of a table. */
export function levelLayout(fields: readonly EncodedField[]): LevelLayout {
  const names = fields.map((field) => levelNames[field.configuration.kind]);
  return { names, missing: names.map((levels) => levels.length) };
}

/** The fields' values record by record, so that a comparison reads two runs of memory instead of two cells of every column. */
export function rowsOf(fields: readonly EncodedField[], records: number = fields[0]?.codes.length ?? 0): Int32Array {
  const width = fields.length;
  const rows = new Int32Array(records * width).fill(-1);
  for (const [f, { codes }] of fields.entries())
    for (let record = 0; record < codes.length; record += 1) rows[record * width + f] = codes[record] as number;
  return rows;
}

/**
 * The fields that swap. Both crossed is one level, one of them another, credited to the first field; the second is then
 * "missing", so that nothing counts twice.
 */
export function swapRules(fields: readonly EncodedField[], rows: Int32Array): SwapRule[] {
  const { missing } = levelLayout(fields);
  return fields.flatMap(({ swap: second, nearly, configuration }, first) => {
    if (second < 0) return [];
    const differs = differsLevel[configuration.kind];
    const none = missing[second] as number;
    const apply = (ours: number, theirs: number, out: Uint8Array): boolean => {
      if ((out[first] as number) < differs - 1 || (out[second] as number) < differs - 1) return false;
      const a1 = rows[ours + first] as number;
      const a2 = rows[ours + second] as number;
      const b1 = rows[theirs + first] as number;
      const b2 = rows[theirs + second] as number;
      const one = a1 >= 0 && b2 >= 0 && (a1 === b2 || nearly(a1, b2));
      const other = a2 >= 0 && b1 >= 0 && (a2 === b1 || nearly(a2, b1));
      if (!one && !other) return false;
      out[first] = one && other ? differs + 1 : differs + 2;
      out[second] = none;
      return true;
    };
    return [{ first, second, differs, apply }];
  });
}

/** The comparison of whole records, every field of them. */
export function createCompareRecords(fields: readonly EncodedField[], rows: Int32Array = rowsOf(fields)): CompareRecords {
  const count = fields.length;
  const { missing } = levelLayout(fields);
  const compare = fields.map((field) => field.compare);
  const swaps = swapRules(fields, rows);
  return (left, right, out) => {
    const ours = left * count;
    const theirs = right * count;
    for (let f = 0; f < count; f += 1) {
      const a = rows[ours + f] as number;
      const b = rows[theirs + f] as number;
      if (a === b) out[f] = a < 0 ? (missing[f] as number) : 0;
      else if (a < 0 || b < 0) out[f] = missing[f] as number;
      else out[f] = (compare[f] as (x: number, y: number) => number)(a, b);
    }
    for (const swap of swaps) swap.apply(ours, theirs, out);
  };
}
