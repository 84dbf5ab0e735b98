import { createCompareValues, differsLevel, levelNames } from './compare-values.ts';
import type { EncodedField } from './encode-table.ts';

/** Writes the level of every field for a pair of records into `out`; `missing` of a field means that one side knows nothing. */
export type CompareRecords = (left: number, right: number, out: Uint8Array) => void;

/** Levels per field including the last one, "missing". */
export interface LevelLayout {
  readonly names: readonly (readonly string[])[];
  /** The number that means "missing" for each field: one past its last level. */
  readonly missing: readonly number[];
}

/** The levels of the fields of a table. */
export function levelLayout(fields: readonly EncodedField[]): LevelLayout {
  const names = fields.map((field) => levelNames[field.configuration.kind]);
  return { names, missing: names.map((levels) => levels.length) };
}

/**
 * The comparison of whole records. Where two fields swap and neither agrees in its place, the crossed values are tried: both
 * crossed is one level, one of them another, credited to the first field; the second is then "missing", so that nothing counts twice.
 */
export function createCompareRecords(fields: readonly EncodedField[]): CompareRecords {
  const count = fields.length;
  const { missing } = levelLayout(fields);
  const codes = fields.map((field) => field.codes);
  const compare = fields.map((field) => createCompareValues(field.configuration.kind, field.dictionary));
  const swaps = fields.flatMap((field, first) =>
    field.swap < 0 ? [] : [{ first, second: field.swap, differs: differsLevel[field.configuration.kind] }],
  );
  return (left, right, out) => {
    for (let f = 0; f < count; f += 1) {
      const column = codes[f] as Int32Array;
      const a = column[left] as number;
      const b = column[right] as number;
      if (a === b) out[f] = a < 0 ? (missing[f] as number) : 0;
      else if (a < 0 || b < 0) out[f] = missing[f] as number;
      else out[f] = (compare[f] as (x: number, y: number) => number)(a, b);
    }
    for (const { first, second, differs } of swaps) {
      if ((out[first] as number) < differs - 1 || (out[second] as number) < differs - 1) continue;
      const a1 = (codes[first] as Int32Array)[left] as number;
      const a2 = (codes[second] as Int32Array)[left] as number;
      const b1 = (codes[first] as Int32Array)[right] as number;
      const b2 = (codes[second] as Int32Array)[right] as number;
      const near = (x: number, y: number): boolean =>
        x >= 0 && y >= 0 && (x === y || (compare[first] as (p: number, q: number) => number)(x, y) === 1);
      const one = near(a1, b2);
      const other = near(a2, b1);
      if (!one && !other) continue;
      out[first] = one && other ? differs + 1 : differs + 2;
      out[second] = missing[second] as number;
    }
  };
}
