import { refuse } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { demandQuantile, refuseDistribution } from './demand-distribution.ts';
import type { DemandDistribution } from './demand-distribution.ts';

export interface Newsvendor {
  /** Probability of meeting all demand that balances both costs. */
  readonly criticalRatio: number;
  readonly quantity: number;
  readonly refused?: undefined;
}

/** The single-period order quantity: the quantile of demand at underage / (underage + overage) (Arrow, Harris and Marschak 1951). Costs per unit, both positive. */
export function newsvendor(
  demand: DemandDistribution,
  costs: { readonly underage: number; readonly overage: number },
): Newsvendor | Refused {
  const refused = refuseDistribution(demand, 'demand');
  if (refused) return refused;
  for (const field of ['underage', 'overage'] as const) {
    const cost = costs[field];
    if (!Number.isFinite(cost) || cost <= 0) return refuse('bad-option', `costs.${field}`, `must be positive and finite, got ${cost}`);
  }
  const criticalRatio = 1 / (1 + costs.overage / costs.underage);
  if (!(criticalRatio > 0 && criticalRatio < 1)) return refuse('bad-option', 'costs', 'the two costs are too far apart to be balanced');
  return { criticalRatio, quantity: demandQuantile(demand, criticalRatio) };
}
