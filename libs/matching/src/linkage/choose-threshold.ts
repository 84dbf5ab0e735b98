import { probabilityOf } from './fellegi-sunter.ts';
import type { MatchConfiguration } from './match-configuration.ts';
import type { ScoredPairs } from './scored-pairs.ts';

/** A threshold and what the model expects of it. */
export interface ThresholdChoice {
  readonly thresholdBits: number;
  readonly precision: number;
  readonly recall: number;
}

/**
 * The weight from which pairs are accepted, by the model's own probabilities: the highest expected F1, the largest set with a
 * wanted expected precision, or a fixed probability.
 */
export function chooseThreshold(pairs: ScoredPairs, wanted: MatchConfiguration['threshold']): ThresholdChoice {
  const probabilities = pairs.bits.map(probabilityOf);
  const total = probabilities.reduce((sum, p) => sum + p, 0);
  let found = 0;
  let best: ThresholdChoice = { thresholdBits: Number.POSITIVE_INFINITY, precision: 1, recall: 0 };
  let bestF1 = 0;
  for (let at = 0; at < pairs.size; at += 1) {
    found += probabilities[at] as number;
    const bits = pairs.bits[at] as number;
    if (bits === pairs.bits[at + 1]) continue;
    const choice = { thresholdBits: bits, precision: found / (at + 1), recall: found / total };
    if (wanted === 'best-f1') {
      const f1 = (2 * found) / (at + 1 + total);
      if (f1 <= bestF1) continue;
      bestF1 = f1;
      best = choice;
    } else if ('precision' in wanted ? choice.precision >= wanted.precision : (probabilities[at] as number) >= wanted.probability)
      best = choice;
  }
  return best;
}
