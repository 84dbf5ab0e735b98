import { bgNbdExpectedRepeatPurchases, bgNbdScore, bgNbdScores, fitBgNbd } from './bg-nbd.ts';
import type { BgNbdParams, PurchaseScore, PurchaseScores } from './bg-nbd.ts';
import type { Customer, CustomerSummary } from './customer-summary.ts';
import { fitMbgNbd, mbgNbdExpectedRepeatPurchases, mbgNbdScore, mbgNbdScores } from './mbg-nbd.ts';
import type { MbgNbdParams } from './mbg-nbd.ts';
import { fitNbd, nbdExpectedPurchases, nbdScore, nbdScores } from './nbd.ts';
import type { NbdParams } from './nbd.ts';
import { fitParetoNbd, paretoNbdExpectedRepeatPurchases, paretoNbdScore, paretoNbdScores } from './pareto-nbd.ts';
import type { ParetoNbdParams } from './pareto-nbd.ts';
import { refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A continuous-time purchase model by name with its parameters: what a fit's `model` and `params` make, ready to store. */
export type PurchaseModel =
  | { readonly model: 'bg-nbd'; readonly params: BgNbdParams }
  | { readonly model: 'mbg-nbd'; readonly params: MbgNbdParams }
  | { readonly model: 'pareto-nbd'; readonly params: ParetoNbdParams }
  | { readonly model: 'nbd'; readonly params: NbdParams };

/** The names of the continuous-time purchase models. */
export type PurchaseModelName = PurchaseModel['model'];

const unknownModel = (model: never): Refusal =>
  refuse('model', 'unknown-model', `model must be bg-nbd, mbg-nbd, pareto-nbd or nbd, got ${String(model)}`);

/** Fits the named model to a summary; see the model's own fit function. */
export const fitPurchaseModel = (model: PurchaseModelName, summary: CustomerSummary) => {
  switch (model) {
    case 'bg-nbd':
      return fitBgNbd(summary);
    case 'mbg-nbd':
      return fitMbgNbd(summary);
    case 'pareto-nbd':
      return fitParetoNbd(summary);
    case 'nbd':
      return fitNbd(summary);
    default:
      return unknownModel(model);
  }
};

/** P(alive) and expected purchases of one customer in the next `horizon`, in the time unit of the fit. */
export const purchaseScore = (fitted: PurchaseModel, customer: Customer, horizon: number): PurchaseScore | Refusal => {
  switch (fitted.model) {
    case 'bg-nbd':
      return bgNbdScore(fitted.params, customer, horizon);
    case 'mbg-nbd':
      return mbgNbdScore(fitted.params, customer, horizon);
    case 'pareto-nbd':
      return paretoNbdScore(fitted.params, customer, horizon);
    case 'nbd':
      return nbdScore(fitted.params, customer, horizon);
    default:
      return unknownModel(fitted);
  }
};

/** {@link purchaseScore} of many customers. */
export const purchaseScores = (fitted: PurchaseModel, summary: CustomerSummary, horizon: number): PurchaseScores | Refusal => {
  switch (fitted.model) {
    case 'bg-nbd':
      return bgNbdScores(fitted.params, summary, horizon);
    case 'mbg-nbd':
      return mbgNbdScores(fitted.params, summary, horizon);
    case 'pareto-nbd':
      return paretoNbdScores(fitted.params, summary, horizon);
    case 'nbd':
      return nbdScores(fitted.params, summary, horizon);
    default:
      return unknownModel(fitted);
  }
};

/** Expected repeat purchases of a new customer in the first `time`, in the time unit of the fit. */
export const expectedRepeatPurchases = (fitted: PurchaseModel, time: number): number | Refusal => {
  switch (fitted.model) {
    case 'bg-nbd':
      return bgNbdExpectedRepeatPurchases(fitted.params, time);
    case 'mbg-nbd':
      return mbgNbdExpectedRepeatPurchases(fitted.params, time);
    case 'pareto-nbd':
      return paretoNbdExpectedRepeatPurchases(fitted.params, time);
    case 'nbd':
      return nbdExpectedPurchases(fitted.params, time);
    default:
      return unknownModel(fitted);
  }
};
