import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@tributary/numerics';
import { createPatternCounter } from './agreement-patterns.ts';
import type { PatternTable } from './agreement-patterns.ts';
import { estimateFellegiSunter, matchWeights, probabilityOf } from './fellegi-sunter.ts';

describe('Fellegi–Sunter weights', () => {
  it('gives agreement on a month of birth with m = 0.95 and u = 1/12 the weight log2(11.4) = 3.51 (Fellegi & Sunter 1969; Herzog, Scheuren & Winkler 2007, ch. 8)', () => {
    const model = {
      m: [Float64Array.of(0.95, 0.05)],
      u: [Float64Array.of(1 / 12, 11 / 12)],
      prior: 0.01,
      related: [],
      iterations: 0,
      converged: true,
      expectedMatches: 0,
    };
    expect(matchWeights(model)[0]?.[0]).toBeCloseTo(Math.log2(11.4), 12);
    expect(matchWeights(model)[0]?.[1]).toBeCloseTo(Math.log2((0.05 * 12) / 11), 12);
  });

  it('turns bits into probabilities: 0 bits is even odds, 10 bits 1,024 to 1', () => {
    expect(probabilityOf(0)).toBe(0.5);
    expect(probabilityOf(10)).toBeCloseTo(1024 / 1025, 12);
    expect(probabilityOf(-2000)).toBe(0);
  });
});

describe('estimateFellegiSunter', () => {
  const m = [0.9, 0.8, 0.95, 0.7];
  const u = [0.02, 0.1, 0.005, 0.05];
  const drawn = (size: number, matches: number, random: ReturnType<typeof createRandom>): PatternTable => {
    const counter = createPatternCounter(m.map(() => 3));
    const out = new Uint8Array(m.length);
    for (let pair = 0; pair < size; pair += 1) {
      for (const f of m.keys()) out[f] = random.next() < 0.05 ? 2 : random.next() < ((pair < matches ? m[f] : u[f]) ?? 0) ? 0 : 1;
      counter.add(out);
    }
    return counter.table();
  };

  it('recovers the m, u and prior that drew the data', () => {
    const random = createRandom(7);
    const model = estimateFellegiSunter({
      candidates: drawn(60_000, 4000, random),
      weight: 1,
      random: drawn(60_000, 4, random),
      totalPairs: 60_000,
      levels: m.map(() => 2),
      kinds: m.map(() => 'category' as const),
    });
    expect(model.converged).toBe(true);
    expect(model.expectedMatches / 4000).toBeGreaterThan(0.97);
    expect(model.expectedMatches / 4000).toBeLessThan(1.03);
    for (const f of m.keys()) {
      expect(model.m[f]?.[0]).toBeCloseTo(m[f] ?? 0, 1);
      expect(model.u[f]?.[0]).toBeCloseTo(u[f] ?? 0, 2);
    }
  });

  it('answers without matches, and nothing is NaN', () => {
    const random = createRandom(8);
    const model = estimateFellegiSunter({
      candidates: drawn(500, 0, random),
      weight: 1,
      random: drawn(20_000, 0, random),
      totalPairs: 1e6,
      levels: m.map(() => 2),
      kinds: m.map(() => 'number' as const),
    });
    expect([...model.m, ...model.u].every((own) => own.every((value) => value > 0 && value <= 1))).toBe(true);
    expect(model.expectedMatches).toBeLessThan(50);
  });
});
