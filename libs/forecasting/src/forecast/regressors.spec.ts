import { createRandom } from '@tributary/numerics';
import { describe, expect, it } from '@jest/globals';
import { forecast } from './forecast.ts';

const random = createRandom(2);
const promotion = Array.from({ length: 60 }, (_, t) => (t % 11 === 3 ? 1 : 0));
const values = promotion.map((flag) => 100 + 40 * flag + 3 * random.normal());

describe('regressors', () => {
  it('a promotion is measured and carried into the future', () => {
    const result = forecast(
      { values, regressors: [{ name: 'promotion', past: promotion, future: [0, 1, 0] }] },
      { horizon: 3, levels: [0.1, 0.9] },
    );
    if (result.refused) throw new Error(result.refused.reason);
    expect(Math.abs((result.effects?.promotion ?? 0) - 40)).toBeLessThan(5);
    expect((result.mean[1] as number) - (result.mean[0] as number)).toBeCloseTo(result.effects?.promotion ?? 0, 2);
    expect((result.quantiles[0.9]?.[1] as number) - (result.quantiles[0.1]?.[1] as number)).toBeLessThan(20);
  });

  it('a promotion, a price and a holiday are told apart, and each can be planned', () => {
    const random2 = createRandom(9);
    const price = Array.from({ length: 90 }, (_, t) => 10 + ((t * 7) % 5));
    const holiday = price.map((_, t) => (t % 30 === 12 ? 1 : 0));
    const offer = price.map((_, t) => (t % 13 === 4 ? 1 : 0));
    const sold = price.map((value, t) => 200 - 6 * value + 50 * (offer[t] as number) - 70 * (holiday[t] as number) + 3 * random2.normal());
    const result = forecast(
      {
        values: sold,
        regressors: [
          { name: 'promotion', past: offer, future: [0, 0, 1] },
          { name: 'price', past: price, future: [10, 14, 10] },
          { name: 'holiday', past: holiday, future: [0, 1, 0] },
        ],
      },
      { horizon: 3 },
    );
    if (result.refused) throw new Error(result.refused.reason);
    for (const [name, effect] of Object.entries({ promotion: 50, price: -6, holiday: -70 }))
      expect(Math.abs((result.effects?.[name] ?? 0) / effect - 1)).toBeLessThan(0.1);
    for (const [h, expected] of [140, 46, 190].entries()) expect(Math.abs((result.mean[h] as number) - expected)).toBeLessThan(8);
  });

  it('refuses by name', () => {
    const ask = (past: number[], future: number[]) =>
      forecast({ values, regressors: [{ name: 'price', past, future }] }, { horizon: 3 }).refused;
    expect(ask([1], [1, 1, 1])).toMatchObject({ code: 'length-mismatch', field: 'series.regressors.price.past' });
    expect(ask(promotion, [1])).toMatchObject({ code: 'length-mismatch', field: 'series.regressors.price.future' });
    expect(
      ask(
        promotion.map(() => Number.NaN),
        [1, 1, 1],
      ),
    ).toMatchObject({ code: 'not-finite' });
    expect(
      ask(
        promotion.map(() => 0),
        [1, 1, 1],
      ),
    ).toMatchObject({ code: 'singular' });
  });
});
