/** Agreement patterns with how many pairs show each: all that estimation needs to know of millions of pairs. */
export interface PatternTable {
  readonly fields: number;
  readonly patterns: number;
  /** levels[p * fields + f]. */
  readonly levels: Uint8Array;
  readonly counts: Float64Array;
}

/** Counts patterns; a pattern is a number in mixed radix over the fields' levels. */
export interface PatternCounter {
  add(levels: Uint8Array): void;
  table(): PatternTable;
}

/** A counter for fields with `sizes[f]` levels, "missing" included. The product of the sizes must stay below 2^53 (16 fields do). */
export function createPatternCounter(sizes: readonly number[]): PatternCounter {
  const counts = new Map<number, number>();
  const fields = sizes.length;
  return {
    add(levels) {
      let key = 0;
      for (let f = 0; f < fields; f += 1) key = key * (sizes[f] as number) + (levels[f] as number);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    table() {
      const entries = [...counts.entries()].sort((a, b) => a[0] - b[0]);
      const levels = new Uint8Array(entries.length * fields);
      for (const [at, [pattern]] of entries.entries()) {
        let rest = pattern;
        for (let f = fields - 1; f >= 0; f -= 1) {
          const size = sizes[f] as number;
          levels[at * fields + f] = rest % size;
          rest = Math.floor(rest / size);
        }
      }
      return { fields, patterns: entries.length, levels, counts: Float64Array.from(entries, (entry) => entry[1]) };
    },
  };
}
