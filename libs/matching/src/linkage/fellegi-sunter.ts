import type { PatternTable } from './agreement-patterns.ts';

/**
 * Parameters of the Fellegi–Sunter model (Fellegi & Sunter 1969): per field and level the probability among matches (m)
 * and among non-matches (u), and the share of all pairs that are matches. "Missing" has no probability: it says nothing.
 */
export interface FellegiSunter {
  /** m[f][level]; sums to 1 over the levels of a field. */
  readonly m: readonly Float64Array[];
  readonly u: readonly Float64Array[];
  /** The probability that two records drawn at random match. */
  readonly prior: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** How many matching pairs the model expects among the candidates. */
  readonly expectedMatches: number;
}

/** What an estimation reads. */
export interface EstimationInput {
  /** Patterns of the candidate pairs; `weight` is how many candidate pairs each counted one stands for. */
  readonly candidates: PatternTable;
  readonly weight: number;
  /** Patterns of pairs drawn at random. */
  readonly random: PatternTable;
  readonly totalPairs: number;
  /** Number of levels per field without "missing". */
  readonly levels: readonly number[];
  readonly maxIterations?: number;
}

/**
 * Maximum-likelihood estimation by EM over all pairs (Winkler 1988; Jaro 1989), where u comes from random pairs and pairs
 * outside the candidates count as non-matches. In contrast to EM inside one block, m of a blocked field is not inflated, because
 * the candidates are a union that holds nearly every match. Random pairs that are probably matches are taken
 * out of u as the estimate improves: in small files they would otherwise drown the agreement by chance.
 */
export function estimateFellegiSunter(input: EstimationInput): FellegiSunter {
  const { candidates, random, totalPairs, weight, levels } = input;
  const start = levels.map(startingM);
  let m = start;
  let u = levels.map((_, field) => shares(random, undefined, field, levels, randomPrior));
  const drawn = candidates.counts.reduce((sum, count) => sum + count, 0) * weight;
  let prior = Math.max(1e-12, Math.min(0.1 * drawn, Math.sqrt(2 * totalPairs)) / totalPairs);
  let expected = 0;
  let iterations = 0;
  let converged = false;
  const limit = input.maxIterations ?? 100;
  while (iterations < limit && !converged) {
    iterations += 1;
    const weights = m.map((own, field) => logRatios(own, u[field] as Float64Array));
    const posterior = posteriors(candidates, weights, prior);
    expected = 0;
    for (let p = 0; p < candidates.patterns; p += 1) expected += (candidates.counts[p] as number) * (posterior[p] as number) * weight;
    const next = levels.map((_, field) => shares(candidates, posterior, field, levels, (level) => 2 * (start[field]?.[level] ?? 0)));
    const chance = posteriors(random, weights, prior).map((p) => 1 - p);
    u = levels.map((_, field) => shares(random, chance, field, levels, randomPrior));
    const nextPrior = Math.max(1e-12, expected / totalPairs);
    let change = Math.abs(Math.log(nextPrior / prior));
    for (const [field, own] of next.entries())
      for (const [level, value] of own.entries()) change = Math.max(change, Math.abs(value - (m[field]?.[level] ?? 0)));
    m = next;
    prior = nextPrior;
    converged = change < 1e-5;
  }
  return { m, u, prior, iterations, converged, expectedMatches: expected };
}

/** log2(m / u) of each level: the match weight. */
export function matchWeights(model: FellegiSunter): Float64Array[] {
  return model.m.map((own, field) => logRatios(own, model.u[field] as Float64Array));
}

/** The probability that belongs to a total weight in bits. */
export function probabilityOf(bits: number): number {
  return 1 / (1 + 2 ** -bits);
}

/** log2 of the prior odds: where the sum of weights starts. */
export function priorBits(prior: number): number {
  return Math.log2(prior / (1 - prior));
}

const randomPrior = (): number => 0.25;

function logRatios(m: Float64Array, u: Float64Array): Float64Array {
  return m.map((value, level) => Math.log2(value / (u[level] as number)));
}

/** Equality is what most matches show; the rest falls off towards "differs", which takes a share of its own. */
function startingM(levels: number): Float64Array {
  const m = Float64Array.from({ length: levels }, (_, level) => (level === 0 ? 0.75 : 0.15 * 0.5 ** level));
  const total = m.reduce((sum, value) => sum + value, 0);
  return m.map((value) => value / total);
}

function posteriors(table: PatternTable, weights: readonly Float64Array[], prior: number): Float64Array {
  const base = priorBits(prior);
  const result = new Float64Array(table.patterns);
  for (let p = 0; p < table.patterns; p += 1) {
    let bits = base;
    for (let f = 0; f < table.fields; f += 1) bits += weights[f]?.[table.levels[p * table.fields + f] as number] ?? 0;
    result[p] = probabilityOf(bits);
  }
  return result;
}

function shares(
  table: PatternTable,
  weight: Float64Array | undefined,
  field: number,
  levels: readonly number[],
  pseudo: (level: number) => number,
): Float64Array {
  const size = levels[field] as number;
  const sums = Float64Array.from({ length: size }, (_, level) => pseudo(level));
  for (let p = 0; p < table.patterns; p += 1) {
    const level = table.levels[p * table.fields + field] as number;
    if (level < size) sums[level] = (sums[level] as number) + (table.counts[p] as number) * (weight?.[p] ?? 1);
  }
  const total = sums.reduce((sum, value) => sum + value, 0);
  return sums.map((value) => value / total);
}
