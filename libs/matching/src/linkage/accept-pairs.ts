import { levelNames } from './compare-values.ts';
import { probabilityOf } from './fellegi-sunter.ts';
import type { MatchResult } from './match-records.ts';
import { createScorer } from './score-pair.ts';

/** An accepted pair of records. */
export interface AcceptedPair {
  readonly left: number;
  readonly right: number;
  readonly bits: number;
  readonly probability: number;
}

/** Why a pair has the weight it has: the parts add up to `bits`. */
export interface PairExplanation {
  readonly bits: number;
  readonly probability: number;
  /** log2 odds of two random records matching. */
  readonly priorBits: number;
  readonly fields: readonly { readonly column: string; readonly level: string; readonly bits: number }[];
  /** What sharing an area or a household takes back; zero or negative. */
  readonly relatedBits: number;
}

/** The pairs at or above the threshold, strongest first; with `oneToOne` a record keeps its strongest partner only. */
export function acceptPairs(result: MatchResult, thresholdBits: number = result.thresholdBits): AcceptedPair[] {
  const { pairs, model } = result;
  const taken = new Set<number>();
  const accepted: AcceptedPair[] = [];
  for (let at = 0; at < pairs.size; at += 1) {
    const bits = pairs.bits[at] as number;
    if (bits < thresholdBits) break;
    const left = pairs.left[at] as number;
    const right = pairs.right[at] as number;
    if (model.configuration.oneToOne) {
      if (taken.has(left) || taken.has(right)) continue;
      taken.add(left).add(right);
    }
    accepted.push({ left, right, bits, probability: probabilityOf(bits) });
  }
  return accepted;
}

/** Explains any pairs of the run's records, compared before or not. */
export function explainPairs(result: MatchResult, pairs: readonly { readonly left: number; readonly right: number }[]): PairExplanation[] {
  const { fields, parameters, records } = result.model;
  const scorer = createScorer(fields, parameters, records);
  return pairs.map(({ left, right }) => {
    const evidence = scorer.explain(left, right);
    return {
      bits: evidence.bits,
      probability: probabilityOf(evidence.bits),
      priorBits: evidence.priorBits,
      relatedBits: evidence.relatedBits,
      fields: fields.map((field, f) => ({
        column: field.configuration.column,
        level: levelNames[field.configuration.kind][evidence.levels[f] as number] ?? 'missing',
        bits: evidence.fieldBits[f] as number,
      })),
    };
  });
}
