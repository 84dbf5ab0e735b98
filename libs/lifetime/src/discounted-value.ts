import { gaussLegendre, integrateUnit } from '@tributary/numerics';
import type { Customer } from './customer-summary.ts';
import { paretoNbdScore } from './pareto-nbd.ts';
import type { ParetoNbdParams } from './pareto-nbd.ts';
import { purchaseScore } from './purchase-model.ts';
import type { PurchaseModel } from './purchase-model.ts';
import { checkNumber, finiteNumber, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { durationIn, rateIn } from './time-unit.ts';
import type { DiscountRate, Duration, TimeUnit } from './time-unit.ts';

/** When a future purchase is paid: at its own moment, or all of a period's purchases at the period's end (the custom of spreadsheets and of `lifetimes`). */
export type Timing = 'continuous' | { readonly endOf: TimeUnit };

/** Everything a life-time value depends on, every time with its unit. */
export interface LifetimeValueInput {
  readonly fitted: PurchaseModel;
  /** The unit of the customer's times and of the model's parameters. */
  readonly unit: TimeUnit;
  readonly customer: Customer;
  /** Expected money per purchase, from {@link gammaGammaExpectedSpend} or a plain mean. */
  readonly spendPerPurchase: number;
  /** Share of the money that is kept, default 1 (revenue, not profit). */
  readonly margin?: number;
  /** How far to look ahead. */
  readonly horizon: Duration;
  /** Effective rate for one period of its own unit; converted, never assumed to be per `unit`. */
  readonly discount: DiscountRate;
  /** Default `continuous`. */
  readonly timing?: Timing;
}

/** A life-time value with the parts that make it. */
export interface LifetimeValue {
  /** Discounted money over the horizon, margin applied. Purchases already made are not in it. */
  readonly value: number;
  readonly pAlive: number;
  /** Expected purchases over the horizon, and the same discounted. */
  readonly expectedPurchases: number;
  readonly discountedPurchases: number;
  /** The discount rate for one `unit`, as it was used. */
  readonly ratePerUnit: number;
}

const NODES = 8;
const RULE = gaussLegendre(NODES);
const MAX_PERIODS = 10_000;

/** ∫₀ᴴ e^−δt dE(t) = e^−δH E(H) + δ ∫₀ᴴ e^−δt E(t) dt, by parts because E is known and its slope is not. */
const continuousSum = (expected: (t: number) => number, horizon: number, force: number): number => {
  if (force === 0) return expected(horizon);
  // Panels of at most one e-fold of discount, ever shorter towards 0 where E bends most.
  const edges = [0, horizon / 64, horizon / 16, horizon / 4];
  const panels = Math.max(2, Math.min(64, Math.ceil(force * horizon)));
  for (let i = 1; i <= panels; i += 1) edges.push(horizon * Math.max(0.25, i / panels));
  let sum = 0;
  for (let k = 1; k < edges.length; k += 1) {
    const [low, high] = [edges[k - 1] as number, edges[k] as number];
    const half = 0.5 * (high - low);
    if (half <= 0) continue;
    for (let i = 0; i < NODES; i += 1) {
      const t = low + half * (1 + (RULE.nodes[i] as number));
      sum += half * (RULE.weights[i] as number) * Math.exp(-force * t) * expected(t);
    }
  }
  return Math.exp(-force * horizon) * expected(horizon) + force * sum;
};

/** Σ [E(k) − E(k−1)] (1 + rate)^−k over whole periods; a last broken period is paid at the horizon. */
const periodicSum = (expected: (t: number) => number, horizon: number, period: number, force: number): number => {
  let [sum, before] = [0, 0];
  for (let end = Math.min(period, horizon), k = 1; before < horizon; k += 1, end = Math.min(k * period, horizon)) {
    sum += (expected(end) - expected(before)) * Math.exp(-force * end);
    before = end;
  }
  return sum;
};

/**
 * Discounted life-time value of one customer over a horizon: margin × spend × Σ discounted expected purchases (Fader, Hardie & Lee 2005, "RFM and CLV", its definition of lifetime value).
 * Rates and horizons are converted from their own units; anything without a unit is refused.
 */
export const customerLifetimeValue = (input: LifetimeValueInput): LifetimeValue | Refusal => {
  const { fitted, unit, customer, spendPerPurchase, margin = 1, timing = 'continuous' } = input;
  const horizon = durationIn('horizon', input.horizon, unit);
  if (typeof horizon !== 'number') return horizon;
  const ratePerUnit = rateIn('discount', input.discount, unit);
  if (typeof ratePerUnit !== 'number') return ratePerUnit;
  const bad = checkNumber('spendPerPurchase', spendPerPurchase, 'finite') ?? checkNumber('margin', margin, 'finite');
  if (bad) return bad;
  const whole = purchaseScore(fitted, customer, horizon);
  if ('refused' in whole) return whole;
  const expected = (t: number) => {
    const answer = purchaseScore(fitted, customer, t);
    return 'refused' in answer ? NaN : answer.expectedPurchases;
  };
  const force = Math.log1p(ratePerUnit);
  let discountedPurchases: number;
  if (timing === 'continuous') {
    discountedPurchases = continuousSum(expected, horizon, force);
  } else {
    const period = durationIn('timing', { length: 1, unit: timing.endOf }, unit);
    if (typeof period !== 'number') return period;
    if (horizon / period > MAX_PERIODS)
      return refuse('horizon.length', 'out-of-range', `the horizon has more than ${MAX_PERIODS} periods of one ${timing.endOf}`);
    discountedPurchases = periodicSum(expected, horizon, period, force);
  }
  const value = margin * spendPerPurchase * discountedPurchases;
  if (!Number.isFinite(value)) return refuse('spendPerPurchase', 'out-of-range', 'the life-time value exceeds double precision');
  return { value, pAlive: whole.pAlive, expectedPurchases: whole.expectedPurchases, discountedPurchases, ratePerUnit };
};

/** The unit of the parameters, and the discount, of {@link paretoNbdResidualPurchases}. */
export interface ResidualInput {
  readonly params: ParetoNbdParams;
  readonly unit: TimeUnit;
  readonly customer: Customer;
  readonly discount: DiscountRate;
}

/**
 * Discounted expected residual purchases over an unlimited future under Pareto/NBD: the DERT of Fader, Hardie & Lee (2005) with continuous
 * compounding, as P(alive) (r+x)/(α+T) ∫₀^∞ e^−δt ((β+T)/(β+T+t))^s dt instead of Tricomi's function. Refused at a rate of 0, where it may be infinite.
 */
export const paretoNbdResidualPurchases = ({ params, unit, customer, discount }: ResidualInput): number | Refusal => {
  const rate = rateIn('discount', discount, unit);
  if (typeof rate !== 'number') return rate;
  const bad = checkNumber('discount.rate', rate, 'positive');
  if (bad) return bad;
  const now = paretoNbdScore(params, customer, 0);
  if ('refused' in now) return now;
  const force = Math.log1p(rate);
  const age = params.beta + customer.T;
  // t = −ln(u)/δ maps the whole future onto (0, 1).
  const { value } = integrateUnit((u, rest) => ((age * force) / (age * force - (u < 0.5 ? Math.log(u) : Math.log1p(-rest)))) ** params.s);
  return finiteNumber('discount.rate', now.pAlive * ((params.r + customer.frequency) / (params.alpha + customer.T)) * (value / force));
};
