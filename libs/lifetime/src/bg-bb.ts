import { digamma, logBeta } from '@tributary/numerics';
import { checkPositiveParams } from './bg-nbd.ts';
import type { PurchaseScore } from './bg-nbd.ts';
import { maximise } from './maximum-likelihood.ts';
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

const inconsistency = ({ frequency: x, recency: tx, opportunities: n }: OpportunityCustomer, index?: number): Refusal | undefined => {
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

/** Sums exp(terms) in logs; the terms are the ways the history can have come about. */
const logSum = (terms: readonly number[]): number => {
  const top = Math.max(...terms);
  return top + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - top), 0));
};

/** ln of each term of Fader, Hardie & Shang (2010) eq. (6): alive through all n, then gone before opportunity tₓ + 1 + i. */
const terms = ({ x, tx, n }: Row, alpha: number, beta: number, gamma: number, delta: number): number[] => {
  const front = -logBeta(alpha, beta) - logBeta(gamma, delta);
  const out = [front + logBeta(alpha + x, beta + n - x) + logBeta(gamma, delta + n)];
  for (let t = tx; t < n; t += 1) out.push(front + logBeta(alpha + x, beta + t - x) + logBeta(gamma + 1, delta + t));
  return out;
};

const likelihood =
  (rows: readonly Row[]): LogLikelihood =>
  (theta, gradient) => {
    const [alpha, beta, gamma, delta] = theta as unknown as readonly [number, number, number, number];
    const [psiAB, psiGD] = [digamma(alpha + beta), digamma(gamma + delta)];
    const base = [digamma(alpha) - psiAB, digamma(beta) - psiAB, digamma(gamma) - psiGD, digamma(delta) - psiGD] as const;
    let value = 0;
    gradient.fill(0);
    for (const row of rows) {
      const { x, tx, n, count } = row;
      const ways = terms(row, alpha, beta, gamma, delta);
      const total = logSum(ways);
      value += count * total;
      ways.forEach((way, i) => {
        const weight = count * Math.exp(way - total);
        const offered = i === 0 ? n : tx + i - 1;
        const left = i === 0 ? 0 : 1;
        const psiPair = digamma(alpha + beta + offered);
        const psiLife = digamma(gamma + delta + offered + left);
        gradient[0] = (gradient[0] as number) + weight * (digamma(alpha + x) - psiPair - base[0]);
        gradient[1] = (gradient[1] as number) + weight * (digamma(beta + offered - x) - psiPair - base[1]);
        gradient[2] = (gradient[2] as number) + weight * (digamma(gamma + left) - psiLife - base[2]);
        gradient[3] = (gradient[3] as number) + weight * (digamma(delta + offered) - psiLife - base[3]);
      });
    }
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
 * eq. (11) and (13). Their closed form is 0/0 at γ = 1, so its sum over the opportunities is taken, each term from the one before.
 */
export const bgBbScore = (params: BgBbParams, customer: OpportunityCustomer, horizon: number): PurchaseScore | Refusal => {
  const bad = checkPositiveParams(params, NAMES) ?? checkOpportunities(customer) ?? checkNumber('horizon', horizon, 'count');
  if (bad) return bad;
  if (horizon > 1_000_000) return refuse('horizon', 'out-of-range', `horizon counts opportunities, at most 1,000,000, got ${horizon}`);
  const { alpha, beta, gamma, delta } = params;
  const { frequency: x, recency: tx, opportunities: n } = customer;
  const ways = terms({ x, tx, n, count: 1 }, alpha, beta, gamma, delta);
  const aliveAtLast = Math.exp((ways[0] as number) - logSum(ways));
  const buys = (alpha + x) / (alpha + beta + n);
  let staying = 1;
  let expected = 0;
  for (let j = 0; j < horizon; j += 1) {
    staying *= (delta + n + j) / (gamma + delta + n + j);
    expected += staying;
  }
  return { pAlive: aliveAtLast * ((delta + n) / (gamma + delta + n)), expectedPurchases: aliveAtLast * buys * expected };
};

/** Expected opportunities taken by a new customer out of the first `opportunities`: Fader, Hardie & Shang (2010) eq. (8). */
export const bgBbExpectedPurchases = (params: BgBbParams, opportunities: number): number | Refusal => {
  const answer = bgBbScore(params, { frequency: 0, recency: 0, opportunities: 0 }, opportunities);
  return 'refused' in answer ? { ...answer, field: answer.field === 'horizon' ? 'opportunities' : answer.field } : answer.expectedPurchases;
};
