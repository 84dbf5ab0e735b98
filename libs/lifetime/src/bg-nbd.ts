import { chebyshevInterpolant, logGamma } from '@tributary/numerics';
import { aliveAfterChances, betaGeometricLikelihood, expectedWhileAlive } from './beta-geometric.ts';
import { checkCustomer, checkSummary, compressSummary, thinSummary, timeScale } from './customer-summary.ts';
import type { Customer, CustomerSummary } from './customer-summary.ts';
import { maximise, SCALE, SHAPE } from './maximum-likelihood.ts';
import type { Fit } from './maximum-likelihood.ts';
import { checkNumber, finiteNumber, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** r and alpha shape the purchase rate λ ~ Gamma(r, α) per time unit of the data; a and b the chance of leaving p ~ Beta(a, b) after each repeat purchase. */
export type BgNbdParams = Readonly<Record<'r' | 'alpha' | 'a' | 'b', number>>;

/** A fitted BG/NBD model. `alpha` is in the time unit of the summary. */
export type BgNbdFit = Fit<'bg-nbd', 'r' | 'alpha' | 'a' | 'b'>;

/** What a purchase model says of one customer. */
export interface PurchaseScore {
  /** Probability that the customer has not left by T. */
  readonly pAlive: number;
  /** Expected purchases in the `horizon` after T, leaving included. */
  readonly expectedPurchases: number;
}

/** The refusal of a parameter set whose entries are not all finite and above 0, or nothing. */
export const checkPositiveParams = (params: Readonly<Record<string, number>>, names: readonly string[]): Refusal | undefined => {
  for (const name of names) {
    const bad = checkNumber(`params.${name}`, params[name] as number, 'positive');
    if (bad) return bad;
  }
  return undefined;
};

const NAMES = ['r', 'alpha', 'a', 'b'] as const;

/** Distinct rows above which the starting values are first tried on a thinned sample. */
const REHEARSE_ABOVE = 12_000;

/** Fits both beta-geometric models; `extra` is the chance to leave after the first purchase. */
export const fitBetaGeometric = <M extends 'bg-nbd' | 'mbg-nbd'>(
  model: M,
  summary: CustomerSummary,
  extra: 0 | 1,
): Fit<M, (typeof NAMES)[number]> | Refusal => {
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
  const thin = data.x.length > REHEARSE_ABOVE ? thinSummary(data, Math.ceil(data.x.length / (REHEARSE_ABOVE / 3))) : undefined;
  const rehearsal =
    thin && thin.x.some((x) => x > 0) ? { logLikelihood: betaGeometricLikelihood(thin, extra), customers: thin.customers } : undefined;
  return maximise({
    model,
    names: NAMES,
    box: [SHAPE, SCALE, SHAPE, SHAPE],
    customers: data.customers,
    logLikelihood: betaGeometricLikelihood(data, extra),
    rehearsal,
    // Heterogeneous and nearly homogeneous buyers, early and late leavers.
    starts: [
      [0.5, 0.5, 1, 2],
      [2, 1, 0.5, 5],
      [0.2, 0.1, 1, 1],
    ],
    unscale: { factors: [1, scale, 1, 1], logLikelihood: -purchases * Math.log(scale) },
  });
};

/**
 * Maximum-likelihood BG/NBD (Fader, Hardie & Lee 2005, "Counting Your Customers the Easy Way", eq. 6). All times in one unit of the caller's choice.
 * Refuses bad rows by field and index, and data without any repeat purchase. Nobody ever leaving shows as `a` at its bound.
 */
export const fitBgNbd = (summary: CustomerSummary): BgNbdFit | Refusal => fitBetaGeometric('bg-nbd', summary, 0);

/** P(alive) and expected purchases in the next `horizon` (same time unit as the fit): Fader, Hardie & Lee (2008) and (2005) eq. (10). */
export const bgNbdScore = (params: BgNbdParams, customer: Customer, horizon: number): PurchaseScore | Refusal => {
  const bad = checkPositiveParams(params, NAMES) ?? checkCustomer(customer) ?? checkNumber('horizon', horizon, 'non-negative');
  if (bad) return bad;
  return finiteScore(betaGeometricScore(params, customer, horizon, 0));
};

/** A score, or a refusal when its expectation has left double precision. */
export const finiteScore = (score: PurchaseScore): PurchaseScore | Refusal => {
  const expected = finiteNumber('horizon', score.expectedPurchases);
  return typeof expected === 'number' ? score : expected;
};

/** Scores, or a refusal by row when one has left double precision. */
export const finiteScores = (scores: PurchaseScores): PurchaseScores | Refusal => {
  const index = scores.expectedPurchases.findIndex((value) => !Number.isFinite(value));
  return index < 0 ? scores : refuse('horizon', 'out-of-range', 'at this horizon the answer exceeds double precision', index);
};

/** The score of either beta-geometric model, arguments already checked. */
export const betaGeometricScore = (
  { r, alpha, a, b }: BgNbdParams,
  { frequency: x, recency, T }: Customer,
  horizon: number,
  extra: 0 | 1,
): PurchaseScore => {
  const pAlive = aliveAfterChances(r, alpha, a, b, x, recency, T, extra);
  return { pAlive, expectedPurchases: pAlive * expectedWhileAlive(r + x, alpha + T, a, b + x + extra, horizon) };
};

/** Scores of many customers, one entry each, in typed arrays. */
export interface PurchaseScores {
  readonly pAlive: Float64Array;
  readonly expectedPurchases: Float64Array;
}

/** {@link bgNbdScore} for many customers at once, in one pass over typed arrays. */
export const bgNbdScores = (params: BgNbdParams, summary: CustomerSummary, horizon: number): PurchaseScores | Refusal =>
  betaGeometricScores(params, summary, horizon, 0);

/** Customers of one frequency above which their expectation is interpolated over their ages, and how well it must be. */
const INTERPOLATE_FROM = 200;
const NODES = 24;
const INTERPOLATION_ERROR = 1e-12;

/** For each frequency that many customers share: expected purchases while alive as a function of ln(α + T), smooth, so 24 points do for all. */
const interpolants = ({ r, alpha, a, b }: BgNbdParams, { frequency, T }: CustomerSummary, horizon: number, extra: 0 | 1) => {
  const groups = new Map<number, { count: number; low: number; high: number }>();
  for (let i = 0; i < frequency.length; i += 1) {
    const group = groups.get(frequency[i] as number);
    const age = T[i] as number;
    if (group === undefined) groups.set(frequency[i] as number, { count: 1, low: age, high: age });
    else {
      group.count += 1;
      if (age < group.low) group.low = age;
      if (age > group.high) group.high = age;
    }
  }
  const found = new Map<number, (logAge: number) => number>();
  for (const [x, { count, low, high }] of groups) {
    if (count < INTERPOLATE_FROM) continue;
    const exact = (logAge: number) => expectedWhileAlive(r + x, Math.exp(logAge), a, b + x + extra, horizon);
    const smooth = chebyshevInterpolant(exact, Math.log(alpha + low), Math.log(alpha + high), NODES, INTERPOLATION_ERROR);
    if (smooth) found.set(x, smooth);
  }
  return found;
};

/** Both beta-geometric models' scores. In large groups of one frequency the expectation is interpolated to 1e-12 of its largest value (see {@link interpolants}). */
export const betaGeometricScores = (
  params: BgNbdParams,
  summary: CustomerSummary,
  horizon: number,
  extra: 0 | 1,
): PurchaseScores | Refusal => {
  const bad = checkPositiveParams(params, NAMES) ?? checkSummary(summary) ?? checkNumber('horizon', horizon, 'non-negative');
  if (bad) return bad;
  const { r, alpha, a, b } = params;
  const { frequency, recency, T } = summary;
  const n = frequency.length;
  const [pAlive, expectedPurchases] = [new Float64Array(n), new Float64Array(n)];
  const smooth = interpolants(params, summary, horizon, extra);
  for (let i = 0; i < n; i += 1) {
    const x = frequency[i] as number;
    const age = T[i] as number;
    const alive = aliveAfterChances(r, alpha, a, b, x, recency[i] as number, age, extra);
    const quick = smooth.get(x);
    pAlive[i] = alive;
    expectedPurchases[i] =
      alive * (quick ? Math.max(0, quick(Math.log(alpha + age))) : expectedWhileAlive(r + x, alpha + age, a, b + x + extra, horizon));
  }
  return finiteScores({ pAlive, expectedPurchases });
};

/** Expected repeat purchases of a new customer in the first `time` since his first purchase: E[X(t)] of Fader, Hardie & Lee (2005). */
export const bgNbdExpectedRepeatPurchases = (params: BgNbdParams, time: number): number | Refusal =>
  checkPositiveParams(params, NAMES) ??
  checkNumber('time', time, 'non-negative') ??
  finiteNumber('time', expectedWhileAlive(params.r, params.alpha, params.a, params.b, time));

/** P(X(t) = 0), …, P(X(t) = max): how many repeat purchases a new customer makes in `time`: P(X(t) = x) of Fader, Hardie & Lee (2005). */
export const bgNbdPurchaseCounts = (params: BgNbdParams, time: number, max: number): Float64Array | Refusal => {
  const bad = checkPositiveParams(params, NAMES) ?? checkNumber('time', time, 'non-negative') ?? checkNumber('max', max, 'count');
  if (bad) return bad;
  if (max > 1_000_000) return refuse('max', 'out-of-range', `max is at most 1,000,000, got ${max}`);
  const { r, alpha, a, b } = params;
  const out = new Float64Array(max + 1);
  const z = time / (alpha + time);
  const empty = r * Math.log(alpha / (alpha + time));
  let before = 0;
  // ln B(a, b + x)/B(a, b), built up step by step: each chance survived multiplies by (b + x)/(a + b + x).
  let stayed = 0;
  /** The chance to leave right after purchase x: to survive those before it, and not this one. */
  let leaves = 0;
  for (let x = 0; x <= max; x += 1) {
    const nbd = z === 0 ? Number(x === 0) : Math.exp(logGamma(r + x) - logGamma(r) - logGamma(x + 1) + empty + x * Math.log(z));
    out[x] = Math.exp(stayed) * nbd + leaves * Math.max(0, 1 - before);
    before += nbd;
    leaves = Math.exp(stayed) * (a / (a + b + x));
    stayed += Math.log((b + x) / (a + b + x));
  }
  const beyond = out.findIndex((value) => !Number.isFinite(value));
  return beyond < 0 ? out : refuse('params', 'out-of-range', 'at these parameters the answer exceeds double precision', beyond);
};
