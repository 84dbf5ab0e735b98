import type { CustomerSummary } from './customer-summary.ts';
import { checkSummary } from './customer-summary.ts';
import { fitPurchaseModel } from './purchase-model.ts';
import type { PurchaseModel, PurchaseModelName } from './purchase-model.ts';
import { refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A model that was tried and why it was not taken. */
export interface PassedOver {
  readonly model: PurchaseModelName;
  readonly why: string;
}

/** The model to use, how it came about, and what was tried before it. */
export interface ChosenModel {
  readonly fitted: PurchaseModel;
  /** `fit`: maximum likelihood. `pooled-rate`: one rate for everybody with Jeffreys' half purchase, when no model can be fitted. */
  readonly source: 'fit' | 'pooled-rate';
  readonly logLikelihood: number | null;
  readonly passedOver: readonly PassedOver[];
}

const whyNot = (fit: Exclude<ReturnType<typeof fitPurchaseModel>, Refusal>): string | undefined => {
  if (!fit.converged) return 'the search did not converge';
  if (fit.atBound.length > 0) return `${fit.atBound.join(' and ')} ran into a bound: the data ask for a simpler model`;
  return undefined;
};

/**
 * Always a usable model for a valid summary: the wanted ones in turn (default BG/NBD, then NBD), and at last one pooled rate. A model is passed over when it
 * refuses, does not converge, or sits on a bound (nobody ever leaves: NBD says the same with two parameters). Refuses only a bad summary
 * or one in which nobody was observed for any time.
 */
export const chooseModel = (summary: CustomerSummary, models: readonly PurchaseModelName[] = ['bg-nbd', 'nbd']): ChosenModel | Refusal => {
  const bad = checkSummary(summary);
  if (bad) return bad;
  const passedOver: PassedOver[] = [];
  for (const model of models) {
    const fit = fitPurchaseModel(model, summary);
    if ('refused' in fit) {
      if (fit.reason === 'unknown-model') return fit;
      passedOver.push({ model, why: fit.detail });
      continue;
    }
    const why = whyNot(fit);
    if (why === undefined)
      return {
        fitted: { model: fit.model, params: fit.params } as PurchaseModel,
        source: 'fit',
        logLikelihood: fit.logLikelihood,
        passedOver,
      };
    passedOver.push({ model, why });
  }
  let [purchases, observed] = [0, 0];
  for (let i = 0; i < summary.T.length; i += 1) {
    purchases += summary.frequency[i] as number;
    observed += summary.T[i] as number;
  }
  if (!(observed > 0)) return refuse('T', 'not-positive', 'nobody was observed for any time: no rate can be told');
  if (!Number.isFinite(observed)) return refuse('T', 'out-of-range', 'the time observed exceeds double precision');
  return {
    fitted: { model: 'nbd', params: { r: purchases + 0.5, alpha: observed } },
    source: 'pooled-rate',
    logLikelihood: null,
    passedOver,
  };
};
