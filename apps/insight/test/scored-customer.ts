import { expect } from '@jest/globals';
import type { CustomerFacts } from '../src/customer-facts.ts';
import type { ScoredCustomer } from '../src/score-customers.ts';

/** A customer with one order a purchase day, as the models of insight read him; days since 1970. */
export const scoredCustomer = (
  profileId: string,
  purchaseDays: number,
  firstDay: number,
  lastDay: number,
  net: number,
  today: number,
): ScoredCustomer => ({
  profileId,
  facts: {
    orders: purchaseDays,
    purchaseDays,
    firstDay,
    lastDay,
    recencyDays: today - lastDay,
    gross: net,
    returned: 0,
    net,
    netExact: BigInt(Math.round(net * 10_000)),
    returnRate: 0,
    complaints: 0,
    lowestScore: undefined,
  } satisfies CustomerFacts,
});

/** Every number of every score is one. */
export const expectFinite = (scores: readonly object[]): void => {
  for (const score of scores)
    for (const value of Object.values(score)) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
};
