import {
  abcClasses,
  customerLifetimeValue,
  fitBgNbd,
  fitGammaGamma,
  gammaGammaExpectedSpend,
  isRefusal,
  rfmScores,
  type BgNbdParams,
  type GammaGammaParams,
} from '@tributary/lifetime';
import type { CustomerFacts } from './customer-facts.ts';
import type { StoredModel, StoredScore } from './insight.store.ts';

/** Horizon of expected purchases and life-time value. */
export const HORIZON_DAYS = 365;
/** Effective yearly discount rate. */
const YEARLY_RATE = 0.1;
const DAYS_A_WEEK = 7;

/** A customer as the models see them: one entry for each that ever bought. */
export interface ScoredCustomer {
  readonly profileId: string;
  readonly facts: CustomerFacts;
}

/** The fit and the scores that follow from it. */
export interface Refit {
  readonly model: StoredModel;
  readonly scores: readonly StoredScore[];
}

/**
 * Fits and scores all buyers at a reference time: RFM by quintiles, ABC by net value, BG/NBD on purchase days in weeks, Gamma-Gamma on the mean
 * net value of a purchase day. A model that refuses or does not converge is not used; `notes` and each score's `model` say so. Pure.
 */
export function scoreCustomers(customers: readonly ScoredCustomer[], asOf: number): Refit {
  const notes: string[] = [];
  const today = Math.floor(asOf / 86_400_000_000);
  const weeks = customers.map(({ facts }) => {
    const first = facts.firstDay ?? today;
    return {
      frequency: Math.max(0, facts.purchaseDays - 1),
      recency: ((facts.lastDay ?? first) - first) / DAYS_A_WEEK,
      T: (today - first) / DAYS_A_WEEK,
    };
  });
  const rfm =
    customers.length === 0
      ? undefined
      : rfmScores({
          recencyDays: customers.map(({ facts }) => facts.recencyDays ?? 0),
          frequency: customers.map(({ facts }) => facts.purchaseDays),
          monetary: customers.map(({ facts }) => facts.net),
        });
  const abc = abcClasses(customers.map(({ facts }) => facts.net));
  if (isRefusal(rfm)) notes.push(`RFM refused: ${rfm.detail}`);

  const purchase = fitPurchases(weeks, notes);
  const spends = customers.map(({ facts }) => (facts.purchaseDays > 0 ? facts.net / facts.purchaseDays : 0));
  const spend = fitSpend(
    weeks.map((row) => row.frequency),
    spends,
    notes,
  );

  const scores = customers.map(({ profileId, facts }, index): StoredScore => {
    const week = weeks[index];
    const value = week === undefined ? undefined : valueOf(purchase, spend, week, spends[index] ?? 0);
    return {
      profileId,
      recencyDays: facts.recencyDays ?? 0,
      frequency: facts.purchaseDays,
      monetary: facts.netExact,
      r: rfm === undefined || isRefusal(rfm) ? 0 : (rfm.r[index] ?? 0),
      f: rfm === undefined || isRefusal(rfm) ? 0 : (rfm.f[index] ?? 0),
      m: rfm === undefined || isRefusal(rfm) ? 0 : (rfm.m[index] ?? 0),
      abcClass: isRefusal(abc) ? 'C' : (abc[index] ?? 'C'),
      pAlive: value?.pAlive ?? null,
      expectedPurchases: value?.expectedPurchases ?? null,
      lifetimeValue: value?.lifetimeValue ?? null,
      horizonDays: HORIZON_DAYS,
      model:
        value === undefined
          ? `none: ${notes.join('; ') || 'no fit'}`
          : spend === undefined
            ? 'bg-nbd + own mean spend'
            : 'bg-nbd + gamma-gamma',
    };
  });
  return {
    model: {
      asOf,
      customers: customers.length,
      cutPoints: rfm === undefined || isRefusal(rfm) ? null : rfm.cutPoints,
      purchase: purchase ?? null,
      spend: spend ?? null,
      notes,
    },
    scores,
  };
}

interface Weeks {
  readonly frequency: number;
  readonly recency: number;
  readonly T: number;
}

function fitPurchases(weeks: readonly Weeks[], notes: string[]): BgNbdParams | undefined {
  const fit = fitBgNbd({
    frequency: weeks.map((row) => row.frequency),
    recency: weeks.map((row) => row.recency),
    T: weeks.map((row) => row.T),
  });
  if (isRefusal(fit)) {
    notes.push(`BG/NBD refused: ${fit.detail}`);
    return undefined;
  }
  if (fit.atBound.length > 0) notes.push(`BG/NBD at its bound: ${fit.atBound.join(', ')}`);
  if (fit.converged) return fit.params;
  notes.push('BG/NBD did not converge');
  return undefined;
}

function fitSpend(frequency: readonly number[], monetary: readonly number[], notes: string[]): GammaGammaParams | undefined {
  const fit = fitGammaGamma({ frequency, monetary }, { nonPositive: 'exclude' });
  if (isRefusal(fit)) {
    notes.push(`Gamma-Gamma refused: ${fit.detail}`);
    return undefined;
  }
  if (fit.nonPositiveExcluded > 0) notes.push(`Gamma-Gamma left out ${fit.nonPositiveExcluded} buyers whose net value is not above 0`);
  if (fit.converged) return fit.params;
  notes.push('Gamma-Gamma did not converge');
  return undefined;
}

/** P(alive), expected purchases and discounted value within the horizon; without a spend model, the customer's own mean stands in. */
function valueOf(
  purchase: BgNbdParams | undefined,
  spend: GammaGammaParams | undefined,
  week: Weeks,
  own: number,
): { pAlive: number; expectedPurchases: number; lifetimeValue: number } | undefined {
  if (purchase === undefined) return undefined;
  const modelled =
    spend === undefined || (week.frequency > 0 && own <= 0)
      ? undefined
      : gammaGammaExpectedSpend(spend, { frequency: week.frequency, monetary: own });
  const perPurchase = modelled === undefined || isRefusal(modelled) ? Math.max(0, own) : modelled;
  const value = customerLifetimeValue({
    fitted: { model: 'bg-nbd', params: purchase },
    unit: 'week',
    customer: week,
    spendPerPurchase: perPurchase,
    horizon: { length: HORIZON_DAYS, unit: 'day' },
    discount: { rate: YEARLY_RATE, per: 'year' },
  });
  return isRefusal(value) ? undefined : { pAlive: value.pAlive, expectedPurchases: value.expectedPurchases, lifetimeValue: value.value };
}
