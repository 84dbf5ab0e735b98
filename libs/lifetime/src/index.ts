export { isRefusal } from './refusal.ts';
export type { Numbers, Refusal, RefusalReason } from './refusal.ts';
export { daysPer, durationIn, isTimeUnit, rateIn } from './time-unit.ts';
export type { DiscountRate, Duration, TimeUnit } from './time-unit.ts';
export { checkCustomer, checkSummary } from './customer-summary.ts';
export type { Customer, CustomerSummary } from './customer-summary.ts';
export { rfmCutPoints, rfmScore, rfmScores } from './rfm.ts';
export type { RfmCustomer, RfmCutPoints, RfmDefinition, RfmInput, RfmScores } from './rfm.ts';
export { abcClasses, paretoSummary } from './abc.ts';
export type { AbcClass, AbcLimits, ParetoSummary } from './abc.ts';
export type { Fit } from './maximum-likelihood.ts';
export { bgNbdExpectedRepeatPurchases, bgNbdPurchaseCounts, bgNbdScore, bgNbdScores, fitBgNbd } from './bg-nbd.ts';
export type { BgNbdFit, BgNbdParams, PurchaseScore, PurchaseScores } from './bg-nbd.ts';
export { fitMbgNbd, mbgNbdExpectedRepeatPurchases, mbgNbdScore, mbgNbdScores } from './mbg-nbd.ts';
export type { MbgNbdFit, MbgNbdParams } from './mbg-nbd.ts';
export { fitGammaGamma, gammaGammaExpectedSpend, gammaGammaExpectedSpends } from './gamma-gamma.ts';
export type { GammaGammaFit, GammaGammaOptions, GammaGammaParams, SpendSummary } from './gamma-gamma.ts';
export { fitParetoNbd, paretoNbdExpectedRepeatPurchases, paretoNbdScore, paretoNbdScores } from './pareto-nbd.ts';
export type { ParetoNbdFit, ParetoNbdParams } from './pareto-nbd.ts';
export { fitNbd, nbdExpectedPurchases, nbdScore, nbdScores } from './nbd.ts';
export type { CountSummary, NbdFit, NbdParams } from './nbd.ts';
export { bgBbExpectedPurchases, bgBbScore, fitBgBb } from './bg-bb.ts';
export type { BgBbFit, BgBbParams, OpportunityCustomer, OpportunitySummary } from './bg-bb.ts';
export { expectedRepeatPurchases, fitPurchaseModel, purchaseScore, purchaseScores } from './purchase-model.ts';
export type { PurchaseModel, PurchaseModelName } from './purchase-model.ts';
export { customerLifetimeValue, paretoNbdResidualPurchases } from './discounted-value.ts';
export type { LifetimeValue, LifetimeValueInput, ResidualInput, Timing } from './discounted-value.ts';
export { rfmOfTransactions, splitCalibrationHoldout, summariseTransactions } from './transactions.ts';
export type { CalibrationHoldout, SummaryOptions, TransactionLog, TransactionSummary } from './transactions.ts';
export { holdoutScore, trackPurchases } from './holdout.ts';
export type { FrequencyBin, HoldoutScore, Tracking, TrackingInput } from './holdout.ts';
export { cohortTable, migrationMatrix } from './cohorts.ts';
export type { Cohort, CohortPeriod, MigrationMatrix } from './cohorts.ts';
export {
  ageingBuckets,
  daysSalesOutstanding,
  daysSalesOutstandingByCountBack,
  fitLatePayment,
  latePaymentProbability,
  pooledLatePaymentPrior,
} from './credit.ts';
export type {
  AgeingBucket,
  LatePaymentChance,
  LatePaymentFit,
  LatePaymentPrior,
  PaymentHistory,
  Receivables,
  SalesPeriod,
} from './credit.ts';
export { chooseModel } from './fallback.ts';
export type { ChosenModel, PassedOver } from './fallback.ts';
export { fitLifetimeModel, isLifetimeModel, LIFETIME_MODELS, lifetimeParams, scoreLifetimeModel } from './lifetime-command.ts';
export type { LifetimeModelName, LifetimeScores, LifetimeTable } from './lifetime-command.ts';
