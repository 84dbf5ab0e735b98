import type { CustomerFacts } from './customer-facts.ts';
import type { StoredScore } from './insight.store.ts';
import type { RuleFacts } from './segment-rule.ts';

/** The facts that segment rules see: the customer's own, and the models' where they have spoken. */
export const ruleFacts = (facts: CustomerFacts, score: StoredScore | undefined): RuleFacts => ({
  orders: facts.orders,
  purchaseDays: facts.purchaseDays,
  recencyDays: facts.recencyDays,
  gross: facts.gross,
  returned: facts.returned,
  net: facts.net,
  returnRate: facts.returnRate,
  complaints: facts.complaints,
  lowestScore: facts.lowestScore,
  r: score?.r,
  f: score?.f,
  m: score?.m,
  abcClass: score?.abcClass,
  pAlive: score?.pAlive ?? undefined,
  expectedPurchases: score?.expectedPurchases ?? undefined,
  lifetimeValue: score?.lifetimeValue ?? undefined,
});
