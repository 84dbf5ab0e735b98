import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { CustomerFacts } from './customer-facts.ts';
import { scoreCustomers, type ScoredCustomer } from './score-customers.ts';

const DAY = 86_400_000_000;
const customer = (
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
const finite = (scores: readonly object[]): void => {
  for (const score of scores)
    for (const value of Object.values(score)) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
};

describe('scoreCustomers on real customers', () => {
  it('fits the CDNOW sample as its authors did', () => {
    const file = new URL('../../../../shared/data/cdnow/cdnow-summary.csv', import.meta.url);
    if (!existsSync(file)) {
      console.warn(`SKIPPED: ${file.pathname.split('/').slice(-4).join('/')} is not here`);
      return;
    }
    const today = 300;
    const customers = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [id = '', x = 0, tx = 0, T = 0, zbar = 0] = line.split(',').map((cell, index) => (index === 0 ? cell : Number(cell))) as [
          string,
          ...number[],
        ];
        const first = today - Math.round(T * 7);
        return customer(id, x + 1, first, first + Math.round(tx * 7), zbar * (x + 1), today);
      });
    const { model, scores } = scoreCustomers(customers, today * DAY);
    // Fader, Hardie and Lee (2005), table 2: r 0.243, alpha 4.414, a 0.793, b 2.426 on the same customers in weeks.
    const { r = 0, alpha = 0, a = 0, b = 0 } = { ...model.purchase };
    for (const [found, known] of [
      [r, 0.243],
      [alpha, 4.414],
      [a, 0.793],
      [b, 2.426],
    ] as const)
      expect(Math.abs(found / known - 1)).toBeLessThan(0.02);
    expect(model.spend).not.toBeNull();
    expect(scores).toHaveLength(2_357);
    finite(scores);
    expect(scores.every((score) => score.pAlive !== null && score.lifetimeValue !== null)).toBe(true);
    const total = scores.reduce((sum, score) => sum + (score.expectedPurchases ?? 0), 0);
    expect(total).toBeGreaterThan(500);
  }, 60_000);
});
