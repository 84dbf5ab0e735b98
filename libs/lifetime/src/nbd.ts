import { digamma, logGamma } from '@tributary/numerics';
import { checkPositiveParams, finiteScore, finiteScores } from './bg-nbd.ts';
import type { PurchaseScore, PurchaseScores } from './bg-nbd.ts';
import { checkNumber, checkNumbers, finiteNumber, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';
import { maximise, SCALE, SHAPE } from './maximum-likelihood.ts';
import type { Fit, LogLikelihood } from './maximum-likelihood.ts';

/** The purchase rate λ ~ Gamma(r, α) per time unit of the data; nobody ever leaves. */
export type NbdParams = Readonly<Record<'r' | 'alpha', number>>;

/** Counts in a time of observation, one entry a customer. */
export interface CountSummary {
  readonly frequency: Numbers;
  readonly T: Numbers;
}

/** A fitted NBD model. `alpha` is in the time unit of T. */
export interface NbdFit extends Fit<'nbd', 'r' | 'alpha'> {
  /** The log-likelihood of the purchase times instead of the counts, comparable with BG/NBD and Pareto/NBD on the same customers. */
  readonly timingLogLikelihood: number;
}

const NAMES = ['r', 'alpha'] as const;

/** Σ ln P(X = x), Ehrenberg (1959): Γ(r+x)/(Γ(r) x!) (α/(α+T))^r (T/(α+T))^x. `fixed` is Σ x ln T − ln x!. */
const likelihood = (rows: ReadonlyMap<string, { x: number; T: number; n: number }>, fixed: number): LogLikelihood => {
  const distinct = [...rows.values()];
  return (theta, gradient) => {
    const [r, alpha] = theta as unknown as readonly [number, number];
    const [logAlpha, logGammaR, psiR] = [Math.log(alpha), logGamma(r), digamma(r)];
    let [value, dr, dAlpha] = [fixed, 0, 0];
    for (const { x, T, n } of distinct) {
      const end = Math.log(alpha + T);
      value += n * (logGamma(r + x) - logGammaR + r * logAlpha - (r + x) * end);
      dr += n * (digamma(r + x) - psiR + logAlpha - end);
      dAlpha += n * (r / alpha - (r + x) / (alpha + T));
    }
    gradient[0] = dr;
    gradient[1] = dAlpha;
    return value;
  };
};

/**
 * Maximum-likelihood NBD: the fallback when nobody can be told to have left. Refuses bad rows by field and index and data without a purchase.
 * Counts no more spread than Poisson's push r and alpha to their upper bound together: `atBound` names them and r/alpha is the common rate.
 */
export const fitNbd = ({ frequency, T }: CountSummary): NbdFit | Refusal => {
  const n = frequency.length;
  if (n === 0) return refuse('frequency', 'empty', 'there is no customer');
  const bad = checkNumbers('frequency', frequency, 'count') ?? checkNumbers('T', T, 'non-negative', n);
  if (bad) return bad;
  let [purchases, observed] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    if (T[i] === 0 && (frequency[i] as number) > 0)
      return refuse('T', 'inconsistent', 'a customer observed for no time cannot have bought', i);
    purchases += frequency[i] as number;
    observed += (T[i] as number) / n;
  }
  if (purchases === 0) return refuse('frequency', 'no-repeat-buyers', 'nobody has bought: the purchase rate cannot be estimated');
  const rows = new Map<string, { x: number; T: number; n: number }>();
  let [counting, logs] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const x = frequency[i] as number;
    const age = (T[i] as number) / observed;
    const key = `${x}|${age}`;
    const row = rows.get(key);
    if (row) row.n += 1;
    else rows.set(key, { x, T: age, n: 1 });
    if (x > 0) {
      counting += x * Math.log(age) - logGamma(x + 1);
      logs += x;
    }
  }
  const fit = maximise({
    model: 'nbd',
    names: NAMES,
    box: [SHAPE, SCALE],
    customers: n,
    logLikelihood: likelihood(rows, counting),
    starts: [
      [0.5, 0.5],
      [2, (2 * n) / purchases],
    ],
    unscale: { factors: [1, observed], logLikelihood: 0 },
  });
  return 'refused' in fit ? fit : { ...fit, timingLogLikelihood: fit.logLikelihood - counting - logs * Math.log(observed) };
};

/** Expected purchases in the next `horizon`, (r + x)/(α + T) · horizon; P(alive) is 1 by assumption. */
export const nbdScore = (
  params: NbdParams,
  customer: { readonly frequency: number; readonly T: number },
  horizon: number,
): PurchaseScore | Refusal =>
  checkPositiveParams(params, NAMES) ??
  checkNumber('frequency', customer.frequency, 'count') ??
  checkNumber('T', customer.T, 'non-negative') ??
  checkNumber('horizon', horizon, 'non-negative') ??
  finiteScore({ pAlive: 1, expectedPurchases: ((params.r + customer.frequency) / (params.alpha + customer.T)) * horizon });

/** {@link nbdScore} for many customers at once. */
export const nbdScores = (params: NbdParams, { frequency, T }: CountSummary, horizon: number): PurchaseScores | Refusal => {
  const bad =
    checkPositiveParams(params, NAMES) ??
    checkNumbers('frequency', frequency, 'count') ??
    checkNumbers('T', T, 'non-negative', frequency.length) ??
    checkNumber('horizon', horizon, 'non-negative');
  if (bad) return bad;
  const expectedPurchases = Float64Array.from(
    { length: frequency.length },
    (_, i) => ((params.r + (frequency[i] as number)) / (params.alpha + (T[i] as number))) * horizon,
  );
  return finiteScores({ pAlive: new Float64Array(frequency.length).fill(1), expectedPurchases });
};

/** Expected purchases of a new customer in `time`: r t/α. */
export const nbdExpectedPurchases = (params: NbdParams, time: number): number | Refusal =>
  checkPositiveParams(params, NAMES) ?? checkNumber('time', time, 'non-negative') ?? finiteNumber('time', (params.r / params.alpha) * time);
