import { chiSquareCdf, logGamma } from '@tributary/numerics';
import type { CoPurchaseCounts } from './co-purchase-counts.ts';
import { outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';

/** A recommended item and why. */
export interface Recommendation {
  readonly item: string;
  readonly score: number;
  /** Baskets with both. */
  readonly together: number;
  readonly confidence: number;
  readonly lift: number;
  /** Probability of at least so many common baskets if the two had nothing to do with each other. */
  readonly pValue: number;
}

/** How to choose. */
export interface RecommendOptions {
  readonly count?: number;
  /** Common baskets at least; 3 when absent. */
  readonly leastTogether?: number;
  /** The share of false relations among the recommended that is put up with; 0.05 when absent. */
  readonly falseShare?: number;
  /** 0 ranks by confidence (everybody is shown the best-sellers), 1 by lift (oddities win); 0.5 when absent. */
  readonly popularity?: number;
}

/**
 * Items bought with `item` more often than chance allows. Guard: one-sided test of independence per partner, then
 * Benjamini–Hochberg over all partners, so a long tail of accidental pairs is not recommended. Score: confidence / P(partner)^popularity.
 */
export function recommend(counts: CoPurchaseCounts, item: string, options: RecommendOptions = {}): Recommendation[] | BasketRefusal {
  const { count = 10, leastTogether = 3, falseShare = 0.05, popularity = 0.5 } = options;
  const fault =
    outside('count', count, 0, Number.MAX_VALUE) ??
    outside('leastTogether', leastTogether, 0, Number.MAX_VALUE) ??
    outside('falseShare', falseShare, 0, 1) ??
    outside('popularity', popularity, 0, 1);
  if (fault !== undefined) return fault;
  const own = counts.countOf(item);
  if (own === 0) return [];
  const tested = [...counts.partnersOf(item).entries()].map(([partner, together]) => {
    const share = counts.countOf(partner) / counts.baskets;
    const confidence = together / own;
    return {
      item: partner,
      together,
      confidence,
      lift: confidence / share,
      score: confidence / share ** popularity,
      pValue: together < leastTogether ? 1 : togetherByChance(together, own, counts.countOf(partner), counts.baskets),
    };
  });
  const ranked = [...tested].sort((a, b) => a.pValue - b.pValue);
  const last = ranked.reduce((found, { pValue }, at) => (pValue <= ((at + 1) / ranked.length) * falseShare ? at : found), -1);
  return ranked
    .slice(0, last + 1)
    .filter(({ together, lift }) => together >= leastTogether && lift > 1)
    .sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1))
    .slice(0, count);
}

/**
 * P(X ≥ together) of the hypergeometric distribution (Fisher's exact test, one-sided). Where every expected count is large the
 * likelihood-ratio statistic is as good (Dunning 1993) and spares a long sum.
 */
export function togetherByChance(together: number, a: number, b: number, baskets: number): number {
  const expected = (a * b) / baskets;
  if (together <= 0) return 1;
  const most = Math.min(a, b);
  if (expected < 1000 || baskets - a < 1000 || baskets - b < 1000) return exactTail(together, most, a, b, baskets);
  if (together <= expected) return 1 - (1 - chiSquareCdf(likelihoodRatio(together, a, b, baskets), 1)) / 2;
  return (1 - chiSquareCdf(likelihoodRatio(together, a, b, baskets), 1)) / 2;
}

function exactTail(together: number, most: number, a: number, b: number, baskets: number): number {
  const least = Math.max(together, a + b - baskets, 0);
  const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  let term = Math.exp(logChoose(b, least) + logChoose(baskets - b, a - least) - logChoose(baskets, a));
  let sum = term;
  for (let x = least; x < most && term > sum * 1e-17; x += 1) {
    term *= ((b - x) * (a - x)) / ((x + 1) * (baskets - a - b + x + 1));
    sum += term;
  }
  return Math.min(1, sum);
}

/** G² of the two-by-two table. */
function likelihoodRatio(together: number, a: number, b: number, baskets: number): number {
  const cells = [together, a - together, b - together, baskets - a - b + together];
  const expected = [
    (a * b) / baskets,
    (a * (baskets - b)) / baskets,
    ((baskets - a) * b) / baskets,
    ((baskets - a) * (baskets - b)) / baskets,
  ];
  return Math.max(0, 2 * cells.reduce((sum, cell, at) => sum + (cell > 0 ? cell * Math.log(cell / (expected[at] as number)) : 0), 0));
}
