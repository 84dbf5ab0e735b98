import { digamma, gaussLegendre, logGamma } from '@tributary/numerics';
import { checkPositiveParams, finiteScore, finiteScores } from './bg-nbd.ts';
import type { PurchaseScore, PurchaseScores } from './bg-nbd.ts';
import { checkCustomer, checkSummary, compressSummary, frequencyCounts, thinSummary, timeScale } from './customer-summary.ts';
import type { CompressedSummary, Customer, CustomerSummary } from './customer-summary.ts';
import { maximise, SCALE, SHAPE } from './maximum-likelihood.ts';
import type { Fit, LogLikelihood } from './maximum-likelihood.ts';
import { checkNumber, finiteNumber, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** r and alpha shape the purchase rate λ ~ Gamma(r, α); s and beta the rate of leaving μ ~ Gamma(s, β); both per time unit of the data. */
export type ParetoNbdParams = Readonly<Record<'r' | 'alpha' | 's' | 'beta', number>>;

/** A fitted Pareto/NBD model. `alpha` and `beta` are in the time unit of the summary. */
export type ParetoNbdFit = Fit<'pareto-nbd', 'r' | 'alpha' | 's' | 'beta'>;

const NAMES = ['r', 'alpha', 's', 'beta'] as const;
const RULE = gaussLegendre(32);

/** Exponent beyond which the rest of a falling integrand is below double precision. */
const NEGLIGIBLE = 40;

/** What one customer adds, relative to (α+tₓ)^−(r+x) (β+tₓ)^−s: alive at T, gone between tₓ and T, and the slopes of their log sum. */
interface Part {
  alive: number;
  gone: number;
  dr: number;
  dAlpha: number;
  ds: number;
  dBeta: number;
}

/**
 * The two ways to have bought x times, last at tₓ: still alive at T, (α+T)^−(r+x) (β+T)^−s, or gone at some τ in (tₓ, T),
 * s ∫ (α+τ)^−(r+x) (β+τ)^−(s+1) dτ. Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model", write the integral with two ₂F₁;
 * here it is taken as it stands, by Gauss–Legendre in ln(min(α, β) + τ): no case α < β, no overflow at large x, and the gradient comes with it.
 */
const partOf = (r: number, alpha: number, s: number, beta: number, x: number, tx: number, T: number, part: Part): void => {
  const rate = r + x;
  const [logA, logB] = [Math.log(alpha + tx), Math.log(beta + tx)];
  const [endA, endB] = [Math.log(alpha + T) - logA, Math.log(beta + T) - logB];
  const alive = Math.exp(-rate * endA - s * endB);
  part.alive = alive;
  part.gone = 0;
  part.dr = -endA * alive;
  part.dAlpha = (-rate * alive) / (alpha + T);
  part.ds = -endB * alive;
  part.dBeta = (-s * alive) / (beta + T);
  if (T <= tx) return;
  const small = Math.min(alpha, beta);
  const from = Math.log(small + tx);
  // In u = ln(small + τ) the integrand falls at least like e^−(power)u.
  const power = alpha <= beta ? rate - 1 : s;
  const length = Math.min(Math.log(small + T) - from, power > 0 ? NEGLIGIBLE / power : Infinity);
  const half = 0.5 * length;
  for (let i = 0; i < 32; i += 1) {
    const u = half * (1 + (RULE.nodes[i] as number));
    const at = (small + tx) * Math.exp(u);
    const tau = at - small;
    const logFallA = alpha <= beta ? u : Math.log(alpha + tau) - logA;
    const logFallB = alpha <= beta ? Math.log(beta + tau) - logB : u;
    const weight =
      half * (RULE.weights[i] as number) * s * Math.exp(u - rate * logFallA - (s + 1) * logFallB) * ((small + tx) / (beta + tx));
    part.gone += weight;
    part.dr -= weight * logFallA;
    part.dAlpha -= (weight * rate) / (alpha + tau);
    part.ds += weight * (1 / s - logFallB);
    part.dBeta -= (weight * (s + 1)) / (beta + tau);
  }
};

const emptyPart = (): Part => ({ alive: 0, gone: 0, dr: 0, dAlpha: 0, ds: 0, dBeta: 0 });

/** Log-likelihood Γ(r+x)/Γ(r) α^r β^s [alive + gone] and its gradient in (r, α, s, β). */
const likelihood = (data: CompressedSummary): LogLikelihood => {
  const { x, tx, T, count, customers } = data;
  const counts = [...frequencyCounts(data)];
  const part = emptyPart();
  return (theta, gradient) => {
    const [r, alpha, s, beta] = theta as unknown as readonly [number, number, number, number];
    const [logAlpha, logBeta, logGammaR, psiR] = [Math.log(alpha), Math.log(beta), logGamma(r), digamma(r)];
    let value = customers * (r * logAlpha + s * logBeta);
    let [dr, dAlpha, ds, dBeta] = [customers * logAlpha, (customers * r) / alpha, customers * logBeta, (customers * s) / beta];
    for (const [xi, n] of counts) {
      if (xi === 0) continue;
      value += n * (logGamma(r + xi) - logGammaR);
      dr += n * (digamma(r + xi) - psiR);
    }
    for (let i = 0; i < x.length; i += 1) {
      const n = count[i] as number;
      const xi = x[i] as number;
      const ti = tx[i] as number;
      partOf(r, alpha, s, beta, xi, ti, T[i] as number, part);
      const sum = part.alive + part.gone;
      const [logA, logB] = [Math.log(alpha + ti), Math.log(beta + ti)];
      value += n * (Math.log(sum) - (r + xi) * logA - s * logB);
      dr += n * (part.dr / sum - logA);
      dAlpha += (n * part.dAlpha) / sum;
      ds += n * (part.ds / sum - logB);
      dBeta += (n * part.dBeta) / sum;
    }
    gradient[0] = dr;
    gradient[1] = dAlpha;
    gradient[2] = ds;
    gradient[3] = dBeta;
    return value;
  };
};

/**
 * Maximum-likelihood Pareto/NBD (Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005). All times in one unit of the caller's choice.
 * Refuses bad rows by field and index, and data without any repeat purchase. Nobody ever leaving shows as `s` or `beta` at its bound.
 */
export const fitParetoNbd = (summary: CustomerSummary): ParetoNbdFit | Refusal => {
  const bad = checkSummary(summary);
  if (bad) return bad;
  const scale = timeScale(summary);
  const data = compressSummary(summary, scale);
  const purchases = data.x.reduce((sum, x, i) => sum + x * (data.count[i] as number), 0);
  if (purchases === 0)
    return refuse(
      'frequency',
      'no-repeat-buyers',
      'nobody has bought again: neither the purchase rate nor the rate of leaving can be estimated',
    );
  const thin = data.x.length > 4000 ? thinSummary(data, Math.ceil(data.x.length / 1500)) : undefined;
  return maximise({
    model: 'pareto-nbd',
    names: NAMES,
    box: [SHAPE, SCALE, SHAPE, SCALE],
    customers: data.customers,
    logLikelihood: likelihood(data),
    rehearsal: thin?.x.some((x) => x > 0) ? { logLikelihood: likelihood(thin), customers: thin.customers } : undefined,
    starts: [
      [0.5, 0.3, 0.6, 0.4],
      [1, 1, 1, 1],
      [2, 1, 0.3, 2],
    ],
    unscale: { factors: [1, scale, 1, scale], logLikelihood: -purchases * Math.log(scale) },
  });
};

const score = (
  { r, alpha, s, beta }: ParetoNbdParams,
  { frequency: x, recency, T }: Customer,
  horizon: number,
  part: Part,
): PurchaseScore => {
  partOf(r, alpha, s, beta, x, recency, T, part);
  const pAlive = part.alive === 0 ? 0 : 1 / (1 + part.gone / part.alive);
  return { pAlive, expectedPurchases: pAlive * ((r + x) / (alpha + T)) * expectedTimeAlive(s, beta + T, horizon) };
};

/** E[min(lifetime left, t)] of a customer alive now whose μ ~ Gamma(s, age): age/(s−1) [1 − (age/(age+t))^(s−1)], and its limit at s = 1. */
const expectedTimeAlive = (s: number, age: number, t: number): number => {
  const log = Math.log1p(t / age);
  const power = (s - 1) * log;
  return age * log * (Math.abs(power) < 1e-12 ? 1 : -Math.expm1(-power) / power);
};

/** P(alive) and expected purchases in the next `horizon`: the note's sections on P(alive) and on the conditional expectation (Fader & Hardie 2005). */
export const paretoNbdScore = (params: ParetoNbdParams, customer: Customer, horizon: number): PurchaseScore | Refusal =>
  checkPositiveParams(params, NAMES) ??
  checkCustomer(customer) ??
  checkNumber('horizon', horizon, 'non-negative') ??
  finiteScore(score(params, customer, horizon, emptyPart()));

/** {@link paretoNbdScore} for many customers at once. */
export const paretoNbdScores = (params: ParetoNbdParams, summary: CustomerSummary, horizon: number): PurchaseScores | Refusal => {
  const bad = checkPositiveParams(params, NAMES) ?? checkSummary(summary) ?? checkNumber('horizon', horizon, 'non-negative');
  if (bad) return bad;
  const n = summary.frequency.length;
  const [pAlive, expectedPurchases] = [new Float64Array(n), new Float64Array(n)];
  const part = emptyPart();
  for (let i = 0; i < n; i += 1) {
    const customer = { frequency: summary.frequency[i] as number, recency: summary.recency[i] as number, T: summary.T[i] as number };
    const one = score(params, customer, horizon, part);
    pAlive[i] = one.pAlive;
    expectedPurchases[i] = one.expectedPurchases;
  }
  return finiteScores({ pAlive, expectedPurchases });
};

/** Expected repeat purchases of a new customer in the first `time`: Schmittlein et al. (1987); Fader & Hardie (2005) on the mean, r β/(α(s−1)) [1 − (β/(β+t))^(s−1)]. */
export const paretoNbdExpectedRepeatPurchases = (params: ParetoNbdParams, time: number): number | Refusal =>
  checkPositiveParams(params, NAMES) ??
  checkNumber('time', time, 'non-negative') ??
  finiteNumber('time', (params.r / params.alpha) * expectedTimeAlive(params.s, params.beta, time));
