import { expectedWhileAlive } from './beta-geometric.ts';
import { betaGeometricScore, betaGeometricScores, checkPositiveParams, finiteScore, fitBetaGeometric } from './bg-nbd.ts';
import type { BgNbdParams, PurchaseScore, PurchaseScores } from './bg-nbd.ts';
import { checkCustomer } from './customer-summary.ts';
import type { Customer, CustomerSummary } from './customer-summary.ts';
import type { Fit } from './maximum-likelihood.ts';
import { checkNumber, finiteNumber } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** As in BG/NBD, but the customer may also leave right after the first purchase: one-time buyers need not be alive. */
export type MbgNbdParams = BgNbdParams;

/** A fitted MBG/NBD model. `alpha` is in the time unit of the summary. */
export type MbgNbdFit = Fit<'mbg-nbd', 'r' | 'alpha' | 'a' | 'b'>;

const NAMES = ['r', 'alpha', 'a', 'b'] as const;

/** Maximum-likelihood MBG/NBD (Batislam, Denizel & Filiztekin 2007; Wagner & Hoppe 2008). Refuses like {@link fitBgNbd}. */
export const fitMbgNbd = (summary: CustomerSummary): MbgNbdFit | Refusal => fitBetaGeometric('mbg-nbd', summary, 1);

/** P(alive) = 1/(1 + a/(b+x) ((α+T)/(α+tₓ))^(r+x)) and expected purchases in the next `horizon`. */
export const mbgNbdScore = (params: MbgNbdParams, customer: Customer, horizon: number): PurchaseScore | Refusal =>
  checkPositiveParams(params, NAMES) ??
  checkCustomer(customer) ??
  checkNumber('horizon', horizon, 'non-negative') ??
  finiteScore(betaGeometricScore(params, customer, horizon, 1));

/** {@link mbgNbdScore} for many customers at once. */
export const mbgNbdScores = (params: MbgNbdParams, summary: CustomerSummary, horizon: number): PurchaseScores | Refusal =>
  betaGeometricScores(params, summary, horizon, 1);

/** Expected repeat purchases of a new customer in the first `time`: he stays past the first purchase with probability b/(a+b). */
export const mbgNbdExpectedRepeatPurchases = (params: MbgNbdParams, time: number): number | Refusal =>
  checkPositiveParams(params, NAMES) ??
  checkNumber('time', time, 'non-negative') ??
  finiteNumber('time', (params.b / (params.a + params.b)) * expectedWhileAlive(params.r, params.alpha, params.a, params.b + 1, time));
