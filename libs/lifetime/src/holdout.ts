import { checkNumber, checkNumbers, finiteNumber, isRefusal, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';
import { expectedRepeatPurchases } from './purchase-model.ts';
import type { PurchaseModel } from './purchase-model.ts';

/** Customers of one calibration frequency, what was expected of them and what they did. */
export interface FrequencyBin {
  /** Repeat purchases in the calibration period; the last bin holds this many and more. */
  readonly frequency: number;
  readonly customers: number;
  readonly meanPredicted: number;
  readonly meanActual: number;
}

/** How well predictions of a hold-out period turned out. */
export interface HoldoutScore {
  readonly customers: number;
  /** Mean absolute and root mean squared error per customer. */
  readonly mae: number;
  readonly rmse: number;
  /** Mean of predicted − actual: above 0 the model expects too much. */
  readonly bias: number;
  readonly totalPredicted: number;
  readonly totalActual: number;
  /** totalPredicted / totalActual − 1; null when nothing happened. */
  readonly totalError: number | null;
  readonly byFrequency: readonly FrequencyBin[];
}

/** Scores predictions against a hold-out, also by calibration frequency as in the figures of Fader, Hardie & Lee (2005). `top` is the last, open bin (default 7). */
export const holdoutScore = (predicted: Numbers, actual: Numbers, frequency: Numbers, top = 7): HoldoutScore | Refusal => {
  const n = predicted.length;
  if (n === 0) return refuse('predicted', 'empty', 'there is no customer');
  const bad =
    checkNumbers('predicted', predicted, 'non-negative') ??
    checkNumbers('actual', actual, 'non-negative', n) ??
    checkNumbers('frequency', frequency, 'count', n) ??
    checkNumber('top', top, 'count');
  if (bad) return bad;
  const bins = Array.from({ length: Math.min(top, 10_000) + 1 }, (_, k) => ({ frequency: k, customers: 0, predicted: 0, actual: 0 }));
  let [absolute, squared, totalPredicted, totalActual] = [0, 0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const [p, a] = [predicted[i] as number, actual[i] as number];
    absolute += Math.abs(p - a) / n;
    squared += ((p - a) * (p - a)) / n;
    totalPredicted += p;
    totalActual += a;
    const bin = bins[Math.min(frequency[i] as number, bins.length - 1)] as (typeof bins)[number];
    bin.customers += 1;
    bin.predicted += p;
    bin.actual += a;
  }
  if (!Number.isFinite(squared) || !Number.isFinite(totalPredicted + totalActual))
    return refuse('predicted', 'out-of-range', 'the squared errors exceed double precision');
  const totalError = totalActual > 0 ? finiteNumber('actual', totalPredicted / totalActual - 1) : null;
  if (isRefusal(totalError)) return totalError;
  return {
    customers: n,
    mae: absolute,
    rmse: Math.sqrt(squared),
    bias: totalPredicted / n - totalActual / n,
    totalPredicted,
    totalActual,
    totalError,
    byFrequency: bins
      .filter((bin) => bin.customers > 0)
      .map((bin) => ({
        frequency: bin.frequency,
        customers: bin.customers,
        meanPredicted: bin.predicted / bin.customers,
        meanActual: bin.actual / bin.customers,
      })),
  };
};

/** What {@link trackPurchases} follows; all times in the unit of the fit, counted from the start of the cohort. */
export interface TrackingInput {
  readonly fitted: PurchaseModel;
  /** First purchase of each customer. */
  readonly births: Numbers;
  /** All repeat purchases of all customers. */
  readonly repeatPurchases: Numbers;
  /** Width of a step, and how far to follow. */
  readonly step: number;
  readonly until: number;
}

/** Expected and actual repeat purchases of a whole cohort at the end of each step. */
export interface Tracking {
  readonly time: Float64Array;
  readonly expectedCumulative: Float64Array;
  readonly actualCumulative: Float64Array;
  readonly expectedIncremental: Float64Array;
  readonly actualIncremental: Float64Array;
}

/** Cumulative and incremental tracking: Σ over customers born before t of E[X(t − birth)], the tracking plot of Fader, Hardie & Lee (2005), against what happened. */
export const trackPurchases = ({ fitted, births, repeatPurchases, step, until }: TrackingInput): Tracking | Refusal => {
  const bad =
    checkNumbers('births', births, 'non-negative') ??
    checkNumbers('repeatPurchases', repeatPurchases, 'non-negative') ??
    checkNumber('step', step, 'positive') ??
    checkNumber('until', until, 'positive');
  if (bad) return bad;
  const steps = Math.floor(until / step + 1e-9);
  if (steps < 1 || steps > 100_000)
    return refuse('step', 'out-of-range', `step must divide until into 1 to 100,000 steps, got ${until / step}`);
  const probe = expectedRepeatPurchases(fitted, step);
  if (typeof probe !== 'number') return probe;
  const born = new Map<number, number>();
  for (let i = 0; i < births.length; i += 1) born.set(births[i] as number, (born.get(births[i] as number) ?? 0) + 1);
  const bought = Float64Array.from(repeatPurchases).sort();
  const time = Float64Array.from({ length: steps }, (_, k) => (k + 1) * step);
  const expectedCumulative = time.map((t) => {
    let sum = 0;
    for (const [birth, n] of born) if (birth < t) sum += n * (expectedRepeatPurchases(fitted, t - birth) as number);
    return sum;
  });
  let seen = 0;
  const actualCumulative = time.map((t) => {
    while (seen < bought.length && (bought[seen] as number) <= t + 1e-9 * step) seen += 1;
    return seen;
  });
  const increments = (values: Float64Array) => values.map((value, i) => value - (i > 0 ? (values[i - 1] as number) : 0));
  return {
    time,
    expectedCumulative,
    actualCumulative,
    expectedIncremental: increments(expectedCumulative),
    actualIncremental: increments(actualCumulative),
  };
};
