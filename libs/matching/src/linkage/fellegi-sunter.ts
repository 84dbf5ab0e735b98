import type { PatternTable } from './agreement-patterns.ts';
import { differsLevel } from './compare-values.ts';
import { relatedClasses, tailLevels } from './related-classes.ts';
import type { RelatedClass } from './related-classes.ts';
import type { FieldKind } from './match-configuration.ts';

/**
 * Parameters of the Fellegi–Sunter model (Fellegi & Sunter 1969): per field and level the probability among matches (m) and
 * among unrelated records (u), and the share of all pairs that are matches. "Missing" has no probability: it says nothing.
 * `related` are non-matches that agree in more than chance does (neighbours, households), as further mixture classes (Larsen & Rubin 2001).
 */
export interface FellegiSunter {
  /** m[f][level]; sums to 1 over the levels of a field. */
  readonly m: readonly Float64Array[];
  readonly u: readonly Float64Array[];
  /** The probability that two records drawn at random match. */
  readonly prior: number;
  readonly related: readonly RelatedClass[];
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
  readonly kinds: readonly FieldKind[];
  readonly maxIterations?: number;
}

/**
 * Maximum-likelihood estimation by EM over all pairs (Winkler 1988; Jaro 1989), where u comes from random pairs and pairs
 * outside the candidates count as non-matches. In contrast to EM inside one block, m of a blocked field is not inflated, because
 * the candidates are a union that holds nearly every match. Random pairs that are probably matches or relations are taken
 * out of u as the estimate improves: in small files they would otherwise drown the agreement by chance.
 */
export function estimateFellegiSunter(input: EstimationInput): FellegiSunter {
  const apart = fit(input, true, undefined);
  if (!apart.related.some((own) => own.name === 'same household')) return apart;
  // The plain fit starts where the other ended and keeps its strangers and neighbours: only so are the likelihoods comparable.
  const plain = fit(input, false, apart);
  // Households cost parameters of their own, per field how often it is equal and how often it differs (typing errors between the two go with the
  // matches'); the Bayesian information criterion says whether the pairs ask for them (Schwarz 1978).
  const household = apart.related.find((own) => own.name === 'same household');
  const parameters = 1 + (household?.levels.reduce((sum, own) => sum + (own === undefined ? 0 : 2), 0) ?? 0);
  const likelihood = (model: FellegiSunter): number => responsibilities(input.candidates, model).logLikelihood;
  const gain = (likelihood(apart) - likelihood(plain)) * input.weight;
  return gain > (parameters / 2) * Math.log(Math.max(2, apart.expectedMatches)) ? apart : plain;
}

function fit(input: EstimationInput, households: boolean, from: FellegiSunter | undefined): FellegiSunter {
  const { candidates, random, totalPairs, weight, levels } = input;
  const start = levels.map(startingM);
  const drawn = candidates.counts.reduce((sum, count) => sum + count, 0) * weight;
  const randomSize = random.counts.reduce((sum, count) => sum + count, 0);
  let model: FellegiSunter = {
    m: start,
    u: levels.map((_, field) => shares(random, undefined, field, levels, randomPseudo)),
    prior: Math.max(1e-12, Math.min(0.1 * drawn, Math.sqrt(2 * totalPairs)) / totalPairs),
    related: [],
    iterations: 0,
    converged: false,
    expectedMatches: 0,
  };
  if (from !== undefined)
    model = { ...from, related: from.related.filter((own) => own.name !== 'same household'), iterations: 0, converged: false };
  else
    model = {
      ...model,
      related: relatedClasses(input.kinds, model.m, model.u, model.prior).filter((own) => households || own.name !== 'same household'),
    };
  const limit = input.maxIterations ?? 200;
  while (model.iterations < limit && !model.converged) {
    const inCandidates = responsibilities(candidates, model);
    const inRandom = responsibilities(random, model);
    const free = levels.map((_, field) =>
      shares(candidates, inCandidates.posterior[0], field, levels, (level) => 2 * (start[field]?.[level] ?? 0)),
    );
    const m = households ? tieNames(free, input.kinds) : free;
    const u = from?.u ?? levels.map((_, field) => shares(random, inRandom.posterior.at(-1), field, levels, randomPseudo));
    const related =
      from !== undefined
        ? model.related
        : model.related.map((own, index) => {
            // Neighbours are common enough to be met at random; households are rare, but agree in so much that all are candidates.
            const [table, posterior, size] =
              own.from === 'random'
                ? ([random, inRandom.posterior[index + 1], randomSize] as const)
                : ([candidates, inCandidates.posterior[index + 1], totalPairs / weight] as const);
            const levelShares = levels.map((_, field) =>
              own.free[field] === 'no'
                ? undefined
                : constrained(
                    shares(table, posterior, field, levels, (level) => 2 * (own.start[field]?.[level] ?? 0)),
                    u[field] as Float64Array,
                    own.free[field] === 'tail' ? tailLevels[input.kinds[field] as FieldKind] : undefined,
                  ),
            );
            return { ...own, levels: levelShares, share: Math.max(1e-12, mass(table, posterior) / size) };
          });
    const expectedMatches = mass(candidates, inCandidates.posterior[0]) * weight;
    const prior = Math.max(1e-12, expectedMatches / totalPairs);
    let change = Math.abs(Math.log(prior / model.prior));
    for (const [field, own] of m.entries())
      for (const [level, value] of own.entries()) change = Math.max(change, Math.abs(value - (model.m[field]?.[level] ?? 0)));
    model = {
      m,
      u,
      prior,
      related,
      iterations: model.iterations + 1,
      converged: change < 1e-5,
      expectedMatches,
    };
  }
  return model;
}

/** log2(m / u) of each level: the match weight. */
export function matchWeights(model: FellegiSunter): Float64Array[] {
  return model.m.map((own, field) => logRatios(own, model.u[field] as Float64Array));
}

/** log2(r / u) of each level of a class of related non-matches; 0 where the class behaves as strangers do. */
export function relatedWeights(model: FellegiSunter): Float64Array[][] {
  return model.related.map((own) =>
    model.u.map((u, field) => {
      const free = own.levels[field];
      return free === undefined ? new Float64Array(u.length) : logRatios(free, u);
    }),
  );
}

/** The probability that belongs to a total weight in bits. */
export function probabilityOf(bits: number): number {
  return 1 / (1 + 2 ** -bits);
}

const randomPseudo = (): number => 0.25;

function logRatios(m: Float64Array, u: Float64Array): Float64Array {
  return m.map((value, level) => Math.log2(value / (u[level] as number)));
}

/** Equality is what most matches show; the rest falls off towards "differs", which takes a share of its own. */
function startingM(levels: number): Float64Array {
  const m = Float64Array.from({ length: levels }, (_, level) => (level === 0 ? 0.75 : 0.15 * 0.5 ** level));
  const total = m.reduce((sum, value) => sum + value, 0);
  return m.map((value) => value / total);
}

/** Posterior of each class for each pattern: match first, then the related ones, strangers last. */
function responsibilities(
  table: PatternTable,
  model: FellegiSunter,
): { readonly posterior: Float64Array[]; readonly logLikelihood: number } {
  const weights = [matchWeights(model), ...relatedWeights(model)];
  const shareOf = [model.prior, ...model.related.map((own) => own.share)];
  const strangers = Math.max(1e-9, 1 - shareOf.reduce((sum, share) => sum + share, 0));
  const result = [...shareOf, strangers].map(() => new Float64Array(table.patterns));
  let logLikelihood = 0;
  for (let p = 0; p < table.patterns; p += 1) {
    let total = strangers;
    const odds = weights.map((own, index) => {
      let bits = 0;
      for (let f = 0; f < table.fields; f += 1) bits += own[f]?.[table.levels[p * table.fields + f] as number] ?? 0;
      const value = (shareOf[index] as number) * 2 ** bits;
      total += value;
      return value;
    });
    for (const [index, value] of odds.entries()) (result[index] as Float64Array)[p] = value / total;
    (result[odds.length] as Float64Array)[p] = strangers / total;
    logLikelihood += (table.counts[p] as number) * Math.log(total);
  }
  return { posterior: result, logLikelihood };
}

/**
 * Lets given names err among matches about as often as surnames do. A pair that agrees in all but the given name is a person with
 * a wrong name or a relative; the data alone cannot divide such pairs, typing errors elsewhere can.
 */
function tieNames(m: Float64Array[], kinds: readonly FieldKind[]): Float64Array[] {
  const given = kinds.indexOf('name');
  const surname = kinds.indexOf('surname');
  if (given < 0 || surname < 0) return m;
  const own = m[given] as Float64Array;
  const like = m[surname] as Float64Array;
  const swapped = own.slice(differsLevel.name + 1).reduce((sum, value) => sum + value, 0);
  const total = like.slice(0, differsLevel.name + 1).reduce((sum, value) => sum + value, 0);
  const tied = own.map((value, level) =>
    level > differsLevel.name ? value : 0.2 * value + (0.8 * (1 - swapped) * (like[level] as number)) / total,
  );
  const sum = tied.reduce((all, value) => all + value, 0);
  return m.map((value, field) => (field === given ? tied.map((part) => part / sum) : value));
}

/** With `tail`, all levels but the tail's keep the strangers' probability, and the tail shares the rest as learnt. */
function constrained(own: Float64Array, u: Float64Array, tail: readonly number[] | undefined): Float64Array {
  if (tail === undefined) return own;
  const inTail = (level: number): boolean => tail.includes(level);
  const free = u.reduce((sum, value, level) => sum + (inTail(level) ? value : 0), 0);
  const learnt = own.reduce((sum, value, level) => sum + (inTail(level) ? value : 0), 0);
  return own.map((value, level) => (inTail(level) ? (value / learnt) * free : (u[level] as number)));
}

function mass(table: PatternTable, posterior: Float64Array | undefined): number {
  return table.counts.reduce((sum, count, p) => sum + count * (posterior?.[p] ?? 1), 0);
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
