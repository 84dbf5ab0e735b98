import { blockingKeys } from './blocking-keys.ts';
import type { EncodedField } from './encode-table.ts';
import { hashText } from './hash-text.ts';

/**
 * One way to cut a column into blocks: the block of each dictionary value, 0 for none. Exact keys lose every typo; `soundex`,
 * `digits` (sorted), `rare-word`, `rare-gram`, `sorted` and `minhash` survive them, each another kind.
 */
export interface BlockingAtom {
  readonly field: number;
  readonly column: string;
  readonly key: string;
  /** Block per dictionary value: a non-zero 32-bit hash, or 0. */
  readonly blocks: Int32Array;
  /** The same for a value that joined the dictionary later. */
  readonly blockOf: (value: number) => number;
}

/** All atoms of a table's fields. */
export function blockingAtoms(fields: readonly EncodedField[]): BlockingAtom[] {
  return fields.flatMap(({ configuration: { kind, column }, dictionary }, field) =>
    blockingKeys(kind, dictionary).map(([key, keyOf]) => {
      const seed = hashText(key, 7);
      const blockOf = (value: number): number => {
        const text = keyOf(value);
        return text === '' ? 0 : hashText(text, seed) || 1;
      };
      return { field, column, key, blocks: Int32Array.from(dictionary.values, (_, value) => blockOf(value)), blockOf };
    }),
  );
}
