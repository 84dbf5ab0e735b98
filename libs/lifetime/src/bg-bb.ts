import { digamma, logBeta } from '@tributary/numerics';
import { checkPositiveParams, finiteScore } from './bg-nbd.ts';
import type { PurchaseScore } from './bg-nbd.ts';
import { maximise, SHAPE } from './maximum-likelihood.ts';
import type { Fit, LogLikelihood } from './maximum-likelihood.ts';
import { checkNumber, checkNumbers, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';

/** alpha and beta shape the chance to buy at an opportunity, p ~ Beta(α, β); gamma and delta the chance to leave before one, θ ~ Beta(γ, δ). */
export type BgBbParams = Readonly<Record<'alpha' | 'beta' | 'gamma' | 'delta', number>>;

/** Buying at discrete opportunities (a season, an issue, a yearly appeal), one entry a customer or a group of equal customers. */
export interface OpportunitySummary {
  /** Opportunities taken, x. */
  readonly frequency: Numbers;
  /** Number of the last opportunity taken, tₓ (0 when none was). */
  readonly recency: Numbers;
  /** Opportunities offered, n. */
  readonly opportunities: Numbers;
  /** Customers with these three numbers; 1 each when missing. */
  readonly count?: Numbers;
}

/** One customer of an {@link OpportunitySummary}. */
export interface OpportunityCustomer {
  readonly frequency: number;
  readonly recency: number;
  readonly opportunities: number;
}

/** A fitted BG/BB model. */
export type BgBbFit = Fit<'bg-bb', 'alpha' | 'beta' | 'gamma' | 'delta'>;

const NAMES = ['alpha', 'beta', 'gamma', 'delta'] as const;

/** 27 years of days. Each opportunity is looked at by itself; where there are more, time is as good as continuous and BG/NBD says the same. */
const MOST_OPPORTUNITIES = 10_000;

const inconsistency = ({ frequency: x, recency: tx, opportunities: n }: OpportunityCustomer, index?: number): Refusal | undefined => {
  if (n > MOST_OPPORTUNITIES)
    return refuse('opportunities', 'out-of-range', `at most ${MOST_OPPORTUNITIES} opportunities, got ${n}`, index);
  if (tx > n) return refuse('recency', 'inconsistent', `recency ${tx} lies after the last opportunity ${n}`, index);
  if (x > tx) return refuse('frequency', 'inconsistent', `${x} purchases do not fit into ${tx} opportunities`, index);
  if (x === 0 && tx > 0) return refuse('recency', 'inconsistent', `recency must be 0 without a purchase, got ${tx}`, index);
  return undefined;
};

const checkOpportunities = (customer: OpportunityCustomer): Refusal | undefined =>
  checkNumber('frequency', customer.frequency, 'count') ??
  checkNumber('recency', customer.recency, 'count') ??
  checkNumber('opportunities', customer.opportunities, 'count') ??
  inconsistency(customer);

interface Row {
  readonly x: number;
  readonly tx: number;
  readonly n: number;
  count: number;
}

/** ln of what every way shares, and each way's weight relative to leaving right after tₓ: index 0 is being alive through all n. */
const ways = ({ x, tx, n }: Row, alpha: number, beta: number, gamma: number, delta: number): { front: number; weights: Float64Array } => {
  const front = logBeta(alpha + x, beta + (tx - x)) - logBeta(alpha, beta) + logBeta(gamma + 1, delta + tx) - logBeta(gamma, delta);
  const weights = new Float64Array(n - tx + 1);
  let product = 1;
  for (let t = tx; t < n; t += 1) {
    weights[t - tx + 1] = product;
    product *= ((beta + (t - x)) / (alpha + beta + t)) * ((delta + t) / (gamma + 1 + delta + t));
  }
  weights[0] = product * ((gamma + delta + n) / gamma);
  return { front, weights };
};

const total = (weights: Float64Array): number => weights.reduce((sum, weight) => sum + weight, 0);

/** The likelihood of Fader, Hardie & Shang (2010) and its gradient. Betas and digammas of neighbouring opportunities follow from each other by one product or sum. */
const likelihood =
  (rows: readonly Row[]): LogLikelihood =>
  (theta, gradient) => {
    const [alpha, beta, gamma, delta] = theta as unknown as readonly [number, number, number, number];
    const [psiAB, psiGD] = [digamma(alpha + beta), digamma(gamma + delta)];
    const [baseA, baseB, baseG, baseD] = [digamma(alpha) - psiAB, digamma(beta) - psiAB, digamma(gamma) - psiGD, digamma(delta) - psiGD];
    let [value, dAlpha, dBeta, dGamma, dDelta] = [0, 0, 0, 0, 0];
    for (const row of rows) {
      const { x, tx, n, count } = row;
      const { front, weights } = ways(row, alpha, beta, gamma, delta);
      const sum = total(weights);
      value += count * (front + Math.log(sum));
      const scale = count / sum;
      let [psiMiss, psiPair, psiStay, psiLife] = [
        digamma(beta + (tx - x)),
        digamma(alpha + beta + tx),
        digamma(delta + tx),
        digamma(gamma + 1 + delta + tx),
      ];
      let [pair, miss, stay, life] = [0, 0, 0, 0];
      for (let t = tx; t <= n; t += 1) {
        // The last round is the customer alive through all n, who has one θ less to his account.
        const weight = t < n ? (weights[t - tx + 1] as number) : (weights[0] as number);
        pair += weight * psiPair;
        miss += weight * psiMiss;
        stay += weight * psiStay;
        life += weight * (t < n ? psiLife : psiLife - 1 / (gamma + delta + n));
        psiMiss += 1 / (beta + (t - x));
        psiPair += 1 / (alpha + beta + t);
        psiStay += 1 / (delta + t);
        psiLife += 1 / (gamma + 1 + delta + t);
      }
      dAlpha += count * (digamma(alpha + x) - baseA) - scale * pair;
      dBeta += scale * (miss - pair) - count * baseB;
      dGamma += count * (digamma(gamma) - baseG) + (count * (1 - (weights[0] as number) / sum)) / gamma - scale * life;
      dDelta += scale * (stay - life) - count * baseD;
    }
    gradient[0] = dAlpha;
    gradient[1] = dBeta;
    gradient[2] = dGamma;
    gradient[3] = dDelta;
    return value;
  };

/**
 * Maximum-likelihood BG/BB (Fader, Hardie & Shang 2010, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting").
 * Refuses bad rows by field and index, data in which nobody buys, and data in which everybody always buys.
 */
export const fitBgBb = (summary: OpportunitySummary): BgBbFit | Refusal => {
  const { frequency, recency, opportunities, count } = summary;
  const size = frequency.length;
  if (size === 0) return refuse('frequency', 'empty', 'there is no customer');
  const bad =
    checkNumbers('frequency', frequency, 'count') ??
    checkNumbers('recency', recency, 'count', size) ??
    checkNumbers('opportunities', opportunities, 'count', size) ??
    (count && checkNumbers('count', count, 'count', size));
  if (bad) return bad;
  const rows = new Map<string, Row>();
  let [customers, taken, offered] = [0, 0, 0];
  for (let i = 0; i < size; i += 1) {
    const [x, tx, n] = [frequency[i] as number, recency[i] as number, opportunities[i] as number];
    const fault = inconsistency({ frequency: x, recency: tx, opportunities: n }, i);
    if (fault) return fault;
    const many = count ? (count[i] as number) : 1;
    customers += many;
    taken += many * x;
    offered += many * n;
    const key = `${x}|${tx}|${n}`;
    const row = rows.get(key);
    if (row) row.count += many;
    else rows.set(key, { x, tx, n, count: many });
  }
  if (customers === 0) return refuse('count', 'empty', 'there is no customer');
  if (taken === 0) return refuse('frequency', 'no-repeat-buyers', 'nobody took an opportunity: the chances cannot be estimated');
  if (taken === offered)
    return refuse('frequency', 'no-variation', 'every opportunity was taken: nobody leaves and the chance to buy is 1');
  return maximise({
    model: 'bg-bb',
    names: NAMES,
    box: [SHAPE, SHAPE, SHAPE, SHAPE],
    customers,
    logLikelihood: likelihood([...rows.values()]),
    starts: [
      [1, 1, 1, 2],
      [0.5, 1, 0.5, 5],
      [3, 3, 2, 10],
    ],
  });
};

/**
 * P(alive at the next opportunity) and the expected number of the next `horizon` opportunities that the customer takes: Fader, Hardie & Shang (2010)
 * on P(alive) and the conditional expectation. Their closed form is 0/0 at γ = 1, so its sum over the opportunities is taken, each term from the one before.
 */
export const bgBbScore = (params: BgBbParams, customer: OpportunityCustomer, horizon: number): PurchaseScore | Refusal => {
  const bad = checkPositiveParams(params, NAMES) ?? checkOpportunities(customer) ?? checkNumber('horizon', horizon, 'count');
  if (bad) return bad;
  if (horizon > 1_000_000) return refuse('horizon', 'out-of-range', `horizon counts opportunities, at most 1,000,000, got ${horizon}`);
  const { alpha, beta, gamma, delta } = params;
  const { frequency: x, recency: tx, opportunities: n } = customer;
  const { weights } = ways({ x, tx, n, count: 1 }, alpha, beta, gamma, delta);
  const aliveAtLast = (weights[0] as number) / total(weights);
  const buys = (alpha + x) / (alpha + beta + n);
  let staying = 1;
  let expected = 0;
  for (let j = 0; j < horizon; j += 1) {
    staying *= (delta + n + j) / (gamma + delta + n + j);
    expected += staying;
  }
  return finiteScore({ pAlive: aliveAtLast * ((delta + n) / (gamma + delta + n)), expectedPurchases: aliveAtLast * buys * expected });
};

/** Expected opportunities taken by a new customer out of the first `opportunities`: E[X(n)] of Fader, Hardie & Shang (2010). */
export const bgBbExpectedPurchases = (params: BgBbParams, opportunities: number): number | Refusal => {
  const answer = bgBbScore(params, { frequency: 0, recency: 0, opportunities: 0 }, opportunities);
  return 'refused' in answer ? { ...answer, field: answer.field === 'horizon' ? 'opportunities' : answer.field } : answer.expectedPurchases;
};
