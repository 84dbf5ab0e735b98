import { DomainError, requirePositive } from './domain-error.ts';

/** A seeded stream of random numbers. Equal seeds give equal streams on every machine. */
export interface Random {
  /** Uniform on [0, 1), 53 bits. */
  next(): number;
  /** Uniform whole number on [0, bound). */
  integer(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with the given rate. */
  exponential(rate?: number): number;
  /** Gamma with the given shape and rate. */
  gamma(shape: number, rate?: number): number;
  /** Beta(a, b). */
  beta(a: number, b: number): number;
  /** Poisson with the given mean. */
  poisson(mean: number): number;
  /** Geometric on 0, 1, 2 …: failures before the first success. */
  geometric(probability: number): number;
  /** A new array with the items in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** sfc32 (Doty-Humphrey, PractRand), seeded by splitmix32 so that near seeds give unrelated streams. */
const uniformSource = (seed: number): (() => number) => {
  let state = seed >>> 0;
  const split = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = split();
  let b = split() ^ Math.floor(seed / 4294967296);
  let c = split();
  let counter = 1;
  const word = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i += 1) word();
  return () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992;
};

/**
 * A deterministic generator from a whole-number seed (|seed| ≤ 2^53 − 1). Not for secrets.
 * Normal by Marsaglia's polar method, gamma by Marsaglia & Tsang (2000), Poisson by products and, from mean 30, by halving through gamma
 * variates (Ahrens & Dieter 1974).
 */
export const createRandom = (seed: number): Random => {
  if (!Number.isSafeInteger(seed)) throw new DomainError('createRandom', 'seed', seed, 'a whole number');
  const next = uniformSource(seed);
  let spare: number | undefined;

  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };

  const exponential = (rate = 1): number => {
    requirePositive('random.exponential', 'rate', rate);
    return -Math.log1p(-next()) / rate;
  };

  const gamma = (shape: number, rate = 1): number => {
    requirePositive('random.gamma', 'shape', shape);
    requirePositive('random.gamma', 'rate', rate);
    if (shape < 1) return gamma(shape + 1, rate) * Math.exp(Math.log1p(-next()) / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log1p(-next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / rate;
    }
  };

  const beta = (a: number, b: number): number => {
    const x = gamma(a);
    const sum = x + gamma(b);
    return sum > 0 ? x / sum : Number(next() < a / (a + b));
  };

  const poisson = (mean: number): number => {
    if (!(mean >= 0) || mean === Infinity) throw new DomainError('random.poisson', 'mean', mean, 'finite and at least 0');
    if (mean >= 30) {
      const half = Math.floor((mean * 7) / 8);
      const time = gamma(half);
      return time > mean ? binomial(half - 1, mean / time) : half + poisson(mean - time);
    }
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = next(); product > floor; product *= next()) count += 1;
    return count;
  };

  /** Binomial by splitting at a beta-distributed order statistic (Ahrens & Dieter 1974), so that it costs O(log n). */
  const binomial = (trials: number, probability: number): number => {
    let [n, p, count] = [trials, probability, 0];
    while (n > 20) {
      const middle = Math.floor(n / 2) + 1;
      const at = beta(middle, n + 1 - middle);
      if (at <= p) {
        count += middle;
        n -= middle;
        p = at < 1 ? (p - at) / (1 - at) : 0;
      } else {
        n = middle - 1;
        p /= at;
      }
    }
    for (let i = 0; i < n; i += 1) count += Number(next() < p);
    return count;
  };

  const geometric = (probability: number): number => {
    if (!(probability > 0 && probability <= 1)) throw new DomainError('random.geometric', 'probability', probability, 'above 0, at most 1');
    return probability === 1 ? 0 : Math.floor(Math.log1p(-next()) / Math.log1p(-probability));
  };

  const integer = (bound: number): number => {
    if (!Number.isSafeInteger(bound) || bound < 1) throw new DomainError('random.integer', 'bound', bound, 'a whole number above 0');
    return Math.floor(next() * bound);
  };

  const shuffle = <T>(items: readonly T[]): T[] => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i -= 1) {
      const j = integer(i + 1);
      const kept = out[i] as T;
      out[i] = out[j] as T;
      out[j] = kept;
    }
    return out;
  };

  return { next, integer, normal, exponential, gamma, beta, poisson, geometric, shuffle };
};
