import { digamma, logGamma } from '@tributary/numerics';
import { checkPositiveParams } from './bg-nbd.ts';
import { maximise, SCALE, SHAPE } from './maximum-likelihood.ts';
import type { Fit, LogLikelihood } from './maximum-likelihood.ts';
import { checkNumber, checkNumbers, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';

/** Spend per purchase ~ Gamma(p, ν), ν ~ Gamma(q, v) over customers. `v` is in the money unit of the data. */
export type GammaGammaParams = Readonly<Record<'p' | 'q' | 'v', number>>;

/** Spend of many customers: number of repeat purchases and their mean value, in one currency. */
export interface SpendSummary {
  readonly frequency: Numbers;
  readonly monetary: Numbers;
}

/** What to do with a buyer whose mean spend is zero or negative, which the model cannot produce. */
export interface GammaGammaOptions {
  /** `refuse` (default) names the first such row; `exclude` leaves them out and counts them. */
  readonly nonPositive?: 'refuse' | 'exclude';
}

/** A fitted Gamma-Gamma model. */
export interface GammaGammaFit extends Fit<'gamma-gamma', 'p' | 'q' | 'v'> {
  /** Customers without a repeat purchase: they carry no spend and are not in the likelihood. */
  readonly withoutPurchase: number;
  /** Buyers left out because their mean spend was not above 0. */
  readonly nonPositiveExcluded: number;
  /** Correlation of frequency and mean spend over the rows used. The model assumes it is near 0; null when either does not vary. */
  readonly frequencySpendCorrelation: number | null;
}

const NAMES = ['p', 'q', 'v'] as const;

interface SpendRows {
  readonly x: Float64Array;
  readonly m: Float64Array;
}

/** Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value", the density of the mean: value and gradient in (p, q, v); ψ and ln Γ once per distinct x. */
const likelihood = ({ x, m }: SpendRows): LogLikelihood => {
  const counts = new Map<number, number>();
  let fixed = 0;
  let weightedLogs = 0;
  for (let i = 0; i < x.length; i += 1) {
    const xi = x[i] as number;
    counts.set(xi, (counts.get(xi) ?? 0) + 1);
    const log = Math.log(m[i] as number);
    fixed -= log;
    weightedLogs += xi * (log + Math.log(xi));
  }
  const distinct = [...counts];
  const n = x.length;
  return (theta, gradient) => {
    const [p, q, v] = theta as unknown as readonly [number, number, number];
    const logV = Math.log(v);
    let value = fixed + p * weightedLogs + n * (q * logV - logGamma(q));
    let dp = weightedLogs;
    let dq = n * (logV - digamma(q));
    let dv = (n * q) / v;
    for (const [xi, count] of distinct) {
      const psi = digamma(p * xi + q);
      value += count * (logGamma(p * xi + q) - logGamma(p * xi));
      dp += count * xi * (psi - digamma(p * xi));
      dq += count * psi;
    }
    for (let i = 0; i < n; i += 1) {
      const xi = x[i] as number;
      const total = xi * (m[i] as number) + v;
      const log = Math.log(total);
      const weight = p * xi + q;
      value -= weight * log;
      dp -= xi * log;
      dq -= log;
      dv -= weight / total;
    }
    gradient[0] = dp;
    gradient[1] = dq;
    gradient[2] = dv;
    return value;
  };
};

const every = ({ x, m }: SpendRows, stride: number): SpendRows => ({
  x: x.filter((_, i) => i % stride === 0),
  m: m.filter((_, i) => i % stride === 0),
});

const correlation = ({ x, m }: SpendRows): number | null => {
  const n = x.length;
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value / n, 0);
  const [mx, mm] = [mean(x), mean(m)];
  let [xx, mmm, xm] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const dx = (x[i] as number) - mx;
    const dm = (m[i] as number) - mm;
    xx += dx * dx;
    mmm += dm * dm;
    xm += dx * dm;
  }
  const value = xm / Math.sqrt(xx * mmm);
  return Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : null;
};

/**
 * Maximum-likelihood Gamma-Gamma on the mean spend of repeat buyers (frequency ≥ 1). Refuses bad rows by field and index, data without a repeat
 * buyer, and data where everybody spends the same (the variance the model splits is then zero: use the common value).
 */
export const fitGammaGamma = ({ frequency, monetary }: SpendSummary, options: GammaGammaOptions = {}): GammaGammaFit | Refusal => {
  const n = frequency.length;
  if (n === 0) return refuse('frequency', 'empty', 'there is no customer');
  const bad = checkNumbers('frequency', frequency, 'count') ?? checkNumbers('monetary', monetary, 'finite', n);
  if (bad) return bad;
  const kept: number[] = [];
  let [withoutPurchase, nonPositiveExcluded] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    if (frequency[i] === 0) withoutPurchase += 1;
    else if ((monetary[i] as number) > 0) kept.push(i);
    else if (options.nonPositive === 'exclude') nonPositiveExcluded += 1;
    else return refuse('monetary', 'not-positive', `monetary[${i}] must be above 0 for a repeat buyer, got ${String(monetary[i])}`, i);
  }
  if (kept.length === 0) return refuse('frequency', 'no-repeat-buyers', 'no customer has a repeat purchase with positive spend');
  const x = Float64Array.from(kept, (i) => frequency[i] as number);
  const raw = Float64Array.from(kept, (i) => monetary[i] as number);
  const first = raw[0] as number;
  if (raw.every((value) => Math.abs(value - first) <= 1e-9 * first)) {
    return refuse('monetary', 'no-variation', `every repeat buyer spends ${first}: there is no variation to model, use that value`);
  }
  // The geometric mean keeps sums in range at any magnitude.
  const scale = Math.exp(raw.reduce((sum, value) => sum + Math.log(value) / raw.length, 0));
  const rows = { x, m: raw.map((value) => value / scale) };
  const stride = Math.ceil(x.length / 4000);
  const thin = x.length > 12_000 ? every(rows, stride) : undefined;
  const fit = maximise({
    model: 'gamma-gamma',
    names: NAMES,
    box: [SHAPE, SHAPE, SCALE],
    customers: x.length,
    logLikelihood: likelihood(rows),
    rehearsal: thin && { logLikelihood: likelihood(thin), customers: thin.x.length },
    starts: [
      [2, 3, 1],
      [6, 4, 0.5],
      [1, 10, 10],
    ],
    unscale: { factors: [1, 1, scale], logLikelihood: -x.length * Math.log(scale) },
  });
  return 'refused' in fit ? fit : { ...fit, withoutPurchase, nonPositiveExcluded, frequencySpendCorrelation: correlation(rows) };
};

/**
 * Expected mean spend per purchase of one customer, p(v + x m)/(p x + q − 1): the conditional expectation of Fader & Hardie (2013), a weighted mean of his own and of everybody's.
 * Without a repeat purchase it is everybody's mean p v/(q − 1). Refused where that mean is infinite (p x + q ≤ 1).
 */
export const gammaGammaExpectedSpend = (
  params: GammaGammaParams,
  customer: { readonly frequency: number; readonly monetary: number },
): number | Refusal => {
  const bad =
    checkPositiveParams(params, NAMES) ??
    checkNumber('frequency', customer.frequency, 'count') ??
    checkNumber('monetary', customer.monetary, 'finite');
  if (bad) return bad;
  const { p, q, v } = params;
  const { frequency: x, monetary } = customer;
  if (x > 0 && monetary <= 0) return refuse('monetary', 'not-positive', `monetary must be above 0 for a repeat buyer, got ${monetary}`);
  if (p * x + q <= 1)
    return refuse('params.q', 'infinite-mean', `with q = ${q} the mean spend of a customer with ${x} repeat purchases is infinite`);
  const value = (p * (v + (x > 0 ? x * monetary : 0))) / (p * x + q - 1);
  return Number.isFinite(value) ? value : refuse('monetary', 'out-of-range', 'the expected spend exceeds double precision');
};

/** {@link gammaGammaExpectedSpend} for many customers; the first refusal ends it and names its row. */
export const gammaGammaExpectedSpends = (params: GammaGammaParams, { frequency, monetary }: SpendSummary): Float64Array | Refusal => {
  if (monetary.length !== frequency.length)
    return refuse('monetary', 'length-mismatch', `monetary has ${monetary.length} entries, ${frequency.length} were expected`);
  const out = new Float64Array(frequency.length);
  for (let i = 0; i < out.length; i += 1) {
    const value = gammaGammaExpectedSpend(params, { frequency: frequency[i] as number, monetary: monetary[i] as number });
    if (typeof value !== 'number') return { ...value, index: i };
    out[i] = value;
  }
  return out;
};
