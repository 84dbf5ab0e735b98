import { stl } from './stl.ts';
import type { StlOptions } from './stl.ts';

export interface MultipleDecomposition {
  readonly trend: Float64Array;
  /** One seasonal component a season, in the order of the seasons given. */
  readonly seasonals: readonly Float64Array[];
  readonly remainder: Float64Array;
}

/**
 * MSTL (Bandara, Hyndman and Bergmeir 2021): STL for each season in turn, shortest first, each on what the others leave; twice.
 * Seasonal windows are 7 + 4·i for the i-th season and seasonal loess is of degree 0 unless told. Seasons ascend and fit into the history at least twice.
 */
export function mstl(
  values: Float64Array,
  seasons: readonly number[],
  options: Omit<StlOptions, 'seasonalWindow'> & { readonly seasonalWindows?: readonly number[] } = {},
): MultipleDecomposition {
  const n = values.length;
  const seasonals = seasons.map(() => new Float64Array(n));
  const rest = values.slice();
  let trend = new Float64Array(n);
  const rounds = seasons.length > 1 ? 2 : 1;
  for (let round = 0; round < rounds; round++) {
    for (const [i, season] of seasons.entries()) {
      const component = seasonals[i] as Float64Array;
      for (let t = 0; t < n; t++) rest[t] = (rest[t] as number) + (component[t] as number);
      const seasonalWindow = options.seasonalWindows?.[i] ?? 7 + 4 * (i + 1);
      const parts = stl(rest, season, { seasonalDegree: 0, innerLoops: 2, ...options, seasonalWindow });
      component.set(parts.seasonal);
      trend = Float64Array.from(parts.trend);
      for (let t = 0; t < n; t++) rest[t] = (rest[t] as number) - (component[t] as number);
    }
  }
  return { trend, seasonals, remainder: rest.map((value, t) => value - (trend[t] as number)) };
}
