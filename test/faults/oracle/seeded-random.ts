import { createHash } from 'node:crypto';

/** Numbers drawn from a seed. */
export interface Random {
  /** A whole number, 0 to `bound - 1`. */
  below(bound: number): number;
  chance(probability: number): boolean;
}

/** Mulberry32 (T. Ettinger) on the first 32 bits of the seed's SHA-256. */
export function seededRandom(seed: string): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (bound) => Math.floor(next() * bound), chance: (probability) => next() < probability };
}
