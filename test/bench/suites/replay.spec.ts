import { describe, expect, it } from '@jest/globals';
import type { ProcessSample } from '../measure/take-turn.ts';
import { growthPercent } from './replay.ts';

const samples = Array.from({ length: 101 }, (_, index) => ({ count: index * 10, memoryMb: 100 + index })) as unknown as ProcessSample[];

describe('growth of memory in a replay', () => {
  it('compares the end with a fifth of the way', () => {
    // Around 20 %: 115..125, middle 120. Around the end: 195..200, middle 197.5.
    expect(growthPercent({ samples }, 1_000)).toBeCloseTo((197.5 / 120 - 1) * 100, 10);
  });

  it('is no number where nothing was sampled, which no ceiling accepts', () => {
    expect(growthPercent({ samples: samples.slice(0, 10) }, 1_000)).toBeNaN();
  });
});
