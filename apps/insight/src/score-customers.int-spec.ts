import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { expectFinite, scoredCustomer } from '../test/scored-customer.ts';
import { scoreCustomers } from './score-customers.ts';

const DAY = 86_400_000_000;
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
        return scoredCustomer(id, x + 1, first, first + Math.round(tx * 7), zbar * (x + 1), today);
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
    expectFinite(scores);
    expect(scores.every((score) => score.pAlive !== null && score.lifetimeValue !== null)).toBe(true);
    const total = scores.reduce((sum, score) => sum + (score.expectedPurchases ?? 0), 0);
    expect(total).toBeGreaterThan(500);
  }, 60_000);
});
