/** A discrete distribution of one period's demand: values ascending, weights that sum to one. */
export interface DemandDistributionOfPeriod {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

const SMOOTHING = [0.02, 0.05, 0.1, 0.2];
/** Log-likelihood that forgetting must gain before plain quantiles of the history are left. */
const LEAST_GAIN = 1.5;

/**
 * Chooses how fast the probability of demand is forgotten by the log-likelihood of its one-step forecasts: 0 is plain history. Each forecast
 * uses earlier periods only, so nothing leaks.
 */
export function forgetting(values: Float64Array): number {
  let best = 0;
  let bestScore = score(values, 0) + LEAST_GAIN;
  for (const alpha of SMOOTHING) {
    const candidate = score(values, alpha);
    if (candidate > bestScore) {
      best = alpha;
      bestScore = candidate;
    }
  }
  return best;
}

function score(values: Float64Array, alpha: number): number {
  let demanded = 0.5;
  let all = 1;
  let likelihood = 1;
  let logs = 0;
  for (let t = 0; t < values.length; t++) {
    const y = values[t] as number;
    const p = demanded / all;
    likelihood *= y !== 0 ? p : 1 - p;
    if (likelihood < 1e-200) {
      logs += Math.log(likelihood);
      likelihood = 1;
    }
    demanded = (1 - alpha) * demanded + (y !== 0 ? 1 : 0);
    all = (1 - alpha) * all + 1;
    // Half a pseudo-observation of each kind keeps the probability off 0 and 1.
    demanded = Math.min(Math.max(demanded, 0.005 * all), 0.995 * all);
  }
  return logs + Math.log(likelihood);
}

/**
 * Weighted empirical distribution of demand for a coming period: plain history when `alpha` is 0 (the hard baseline of intermittent demand), otherwise
 * zeros and demands are weighted to the current probability of demand, while sizes keep equal weights. With a `season`, periods of the same
 * phase count fully and others one part in `season`.
 */
export function periodDistribution(
  values: Float64Array,
  alpha: number,
  known: readonly boolean[] | undefined,
  season = 1,
  phase = 0,
): DemandDistributionOfPeriod {
  const n = values.length;
  const order = new Float64Array(n);
  const weightOf = new Map<number, number>();
  let count = 0;
  let zeros = 0;
  let demands = 0;
  let recentZeros = 0;
  let recentDemands = 0;
  for (let t = 0; t < n; t++) {
    if (known && !known[t]) continue;
    const y = values[t] as number;
    const weight = season === 1 || t % season === phase ? 1 : 1 / season;
    if (!weightOf.has(y)) order[count++] = y;
    weightOf.set(y, (weightOf.get(y) ?? 0) + weight);
    if (y === 0) zeros += weight;
    else demands += weight;
    recentZeros = (1 - alpha) * recentZeros + (y === 0 ? weight : 0);
    recentDemands = (1 - alpha) * recentDemands + (y === 0 ? 0 : weight);
  }
  const support = order.subarray(0, count).slice().sort();
  const recent = recentZeros + recentDemands;
  const weights = support.map((y) => {
    const weight = weightOf.get(y) as number;
    if (y === 0) return ((weight / zeros) * recentZeros) / recent;
    return ((weight / demands) * recentDemands) / recent;
  });
  return { values: support, weights };
}

/** The least value whose cumulated weight reaches `level` (the inverse distribution function). */
export function discreteQuantile({ values, weights }: DemandDistributionOfPeriod, level: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i] as number;
    // Rounding of the sum must not push a level past its value.
    if (sum >= level - 1e-12) return values[i] as number;
  }
  return values[values.length - 1] ?? 0;
}
