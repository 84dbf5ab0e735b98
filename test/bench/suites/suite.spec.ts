import { describe, expect, it } from '@jest/globals';
import { judge } from './suite.ts';

describe('floors and ceilings', () => {
  it('names what is missed, and only that', () => {
    const { lines, missed } = judge([
      { row: 'hub to naive', value: 39.9, least: 40 },
      { row: 'p99', value: 40, most: 40 },
      { row: 'idle', value: Number.NaN, most: 3 },
      { row: 'chain', value: undefined, least: 6_000 },
    ]);
    expect(missed).toEqual(['hub to naive', 'idle']);
    expect(lines[1]).toMatch(/^ok/);
    expect(lines[3]).toMatch(/^not measured/);
  });

  it('holds a value to both bounds', () => {
    expect(judge([{ row: 'a', value: 5, least: 1, most: 4 }]).missed).toEqual(['a']);
  });
});
