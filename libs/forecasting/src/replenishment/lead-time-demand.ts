import type { Forecast } from '../forecast/forecast.ts';
import { refuse } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import type { DemandDistribution } from './demand-distribution.ts';

/**
 * Demand over the next `periods` of a forecast made with `cumulative: true`: the distribution that `replenish` wants for lead time plus review period. It is calibrated on
 * errors of sums, so dependence between periods is in it; adding up the quantiles of single periods would overstate the stock.
 * Between two steps it interpolates; below one period the spread shrinks with the square root of time.
 */
export function leadTimeDemand(forecast: Forecast, periods: number): DemandDistribution | Refused {
  const { cumulative } = forecast;
  if (!cumulative) return refuse('bad-option', 'forecast.cumulative', 'the forecast was made without cumulative: true');
  const horizon = cumulative.mean.length;
  if (!Number.isFinite(periods) || periods <= 0 || periods > horizon) {
    return refuse('bad-option', 'periods', `must be positive and at most the horizon of ${horizon}, got ${periods}`);
  }
  const levels = Object.keys(cumulative.quantiles);
  if (levels.length < 2) return refuse('too-short', 'forecast.cumulative.quantiles', 'needs at least two levels');
  const first = cumulative.mean[0] ?? 0;
  const at = (path: readonly number[], mean: boolean): number => {
    const step = Math.floor(periods);
    const share = periods - step;
    const lower = path[step - 1] ?? 0;
    if (step === 0) return mean ? first * share : Math.max(0, first * share + ((path[0] ?? 0) - first) * Math.sqrt(share));
    return share === 0 ? lower : lower + share * ((path[step] ?? lower) - lower);
  };
  const mean = Math.max(0, at(cumulative.mean, true));
  const quantiles = Object.fromEntries(levels.map((level) => [level, Math.max(0, at(cumulative.quantiles[level] ?? [], false))]));
  return { kind: 'quantiles', mean, quantiles };
}
