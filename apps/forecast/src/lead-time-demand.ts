import type { DemandDistribution } from '@tributary/forecasting';
import { normalQuantile } from '@tributary/numerics';
import type { Fitted } from './fit-series.ts';

type Outlook = Pick<Fitted, 'mean' | 'quantiles' | 'horizonSumRmse'>;

/**
 * Demand over the next `periods` (fractions allowed) as a normal distribution. The mean is the sum of the forecast's means; beyond the
 * horizon its last step goes on. The spread starts from the steps' own spread (half width to the upper quantile) as if steps were
 * independent, and is raised by what the errors of whole-horizon sums were larger than that in the history: errors of following periods go
 * the same way, which independence would not see. The raise grows from none at one period to full at the horizon.
 */
export function leadTimeDemand({ mean, quantiles, horizonSumRmse }: Outlook, periods: number): DemandDistribution {
  const upper = quantiles.reduce((best, quantile) => (quantile.level > best.level ? quantile : best), { level: 0.5, values: mean });
  const score = upper.level > 0.5 ? normalQuantile(upper.level) : 1;
  const variances = mean.map((value, step) => (Math.max(0, (upper.values[step] ?? value) - value) / score) ** 2);
  const horizon = mean.length;
  const independent = Math.sqrt(sumOver(variances, horizon));
  const raise = horizonSumRmse === null || independent === 0 || horizon < 2 ? 1 : Math.max(1, (horizonSumRmse * horizon) / independent);
  const share = horizon < 2 ? 0 : Math.min(1, Math.max(0, (periods - 1) / (horizon - 1)));
  return {
    kind: 'normal',
    mean: sumOver(mean, periods),
    standardDeviation: (1 + (raise - 1) * share) * Math.sqrt(sumOver(variances, periods)),
  };
}

/** Sum of the first `periods` values; a fraction of the last one, the last one going on beyond the end. */
function sumOver(values: readonly number[], periods: number): number {
  let sum = 0;
  for (let step = 0; step < periods; step++) sum += Math.min(1, periods - step) * (values[Math.min(step, values.length - 1)] ?? 0);
  return sum;
}
