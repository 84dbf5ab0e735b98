import { describe, expect, it } from '@jest/globals';
import { expectFinite, scoredCustomer } from '../test/scored-customer.ts';
import { scoreCustomers, type ScoredCustomer } from './score-customers.ts';

const DAY = 86_400_000_000;
describe('scoreCustomers', () => {
  it('nobody: no scores, no model, and the notes say why', () => {
    const { model, scores } = scoreCustomers([], 100 * DAY);
    expect(scores).toEqual([]);
    expect(model).toMatchObject({ customers: 0, purchase: null, spend: null, cutPoints: null });
    expect(model.notes.length).toBeGreaterThan(0);
  });

  it.each<[string, ScoredCustomer[]]>([
    ['one buyer', [scoredCustomer('a', 1, 90, 90, 10, 100)]],
    ['everybody alike', Array.from({ length: 30 }, (_, index) => scoredCustomer(`c${index}`, 1, 50, 50, 10, 100))],
    ['everybody bought today', Array.from({ length: 30 }, (_, index) => scoredCustomer(`c${index}`, 1, 100, 100, 10, 100))],
    ['everything returned', Array.from({ length: 30 }, (_, index) => scoredCustomer(`c${index}`, 2, 10, 10 + index, 0, 100))],
    ['more returned than bought', Array.from({ length: 30 }, (_, index) => scoredCustomer(`c${index}`, 2, 10, 10 + index, -5, 100))],
    [
      'one buyer of millions among small ones',
      Array.from({ length: 30 }, (_, index) =>
        scoredCustomer(`c${index}`, 1 + (index % 3), 10, 10 + 3 * (index % 3), index === 0 ? 1e9 : 5, 100),
      ),
    ],
  ])('%s: every number finite, every score says which model spoke', (_what, customers) => {
    const { model, scores } = scoreCustomers(customers, 100 * DAY);
    expect(scores).toHaveLength(customers.length);
    expectFinite(scores);
    for (const score of scores) {
      expect(score.model).not.toBe('');
      if (score.pAlive !== null) expect(score.pAlive >= 0 && score.pAlive <= 1).toBe(true);
      if (score.lifetimeValue !== null) expect(score.lifetimeValue).toBeGreaterThanOrEqual(0);
      if (score.pAlive === null) expect(score.model).toMatch(/^none: /);
    }
    expect(model.customers).toBe(customers.length);
  });
});
