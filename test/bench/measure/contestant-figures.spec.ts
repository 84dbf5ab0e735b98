import { describe, expect, it } from '@jest/globals';
import { figuresOf, ratioOf } from './contestant-figures.ts';
import type { TurnResult } from './take-turn.ts';

const turn = (contestant: string, perSecond: number, verified = true): TurnResult =>
  ({ contestant, perSecond, verified }) as unknown as TurnResult;

describe('figures of contestants', () => {
  const figures = figuresOf([turn('hub', 30), turn('naive', 1), turn('hub', 50), turn('hub', 40), turn('hand', 5), turn('hand', 6, false)]);

  it('are the median and the spread of the rounds', () => {
    expect(figures.hub).toEqual({ median: 40, min: 30, max: 50, verified: true });
  });

  it('give no ratio where one round could not be verified or somebody did not take part', () => {
    expect(ratioOf(figures, 'hub', 'naive')).toBe(40);
    expect(ratioOf(figures, 'hub', 'hand')).toBeNull();
    expect(ratioOf(figures, 'hub', 'debezium')).toBeNull();
  });
});
