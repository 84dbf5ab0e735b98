import type { FittedModel } from '../models/fitted-model.ts';
import { removeSeason, withSeason } from './adjust.ts';
import { harmonicSeason } from './harmonic-season.ts';
import { mstl } from './mstl.ts';

/** A series without its long or multiple seasons, and the way back for a model of it. */
export interface SeasonAdjustment {
  readonly adjusted: Float64Array;
  readonly restore: (model: FittedModel) => FittedModel;
}

/** Smoothing models carry seasons up to here in their own states. */
export const LONGEST_STATE_SEASON = 24;
/** With fewer cycles, waves tell more than a decomposition. */
const CYCLES_FOR_STL = 4;

/** True when the seasons are too long or too many for seasonal states. */
export function needsAdjustment(seasons: readonly number[]): boolean {
  return seasons.length > 1 || (seasons[0] ?? 1) > LONGEST_STATE_SEASON;
}

/**
 * Takes long and multiple seasons out of a series: by MSTL where the history holds every season often enough, by shrunken waves for one long season
 * in a short history. `undefined` where no season shows.
 */
export function adjustLongSeasons(values: Float64Array, seasons: readonly number[]): SeasonAdjustment | undefined {
  const n = values.length;
  const single = seasons.length === 1 ? seasons[0] : undefined;
  if (single !== undefined) {
    const waves = harmonicSeason(values, single);
    if (!waves) return undefined;
    if (n < CYCLES_FOR_STL * single) {
      return {
        adjusted: removeSeason(values, waves.indices, waves.kind),
        restore: (model) => withSeason(model, waves.indices, waves.kind, 2 * waves.tried),
      };
    }
  }
  const usable = seasons.filter((season) => n >= 2 * season);
  if (usable.length === 0) return undefined;
  const { seasonals } = mstl(values, usable);
  const adjusted = values.slice();
  for (const seasonal of seasonals) for (let t = 0; t < n; t++) adjusted[t] = (adjusted[t] as number) - (seasonal[t] as number);
  const longest = usable[usable.length - 1] as number;
  return {
    adjusted,
    restore: (model) => ({
      ...model,
      firstOrigin: Math.max(model.firstOrigin, longest),
      // Loess over the cycles of each phase frees at least as much as fixed indices would.
      freedom: model.freedom + usable.reduce((sum, season) => sum + season - 1, 0),
      forecastFrom: (origin, out) => {
        model.forecastFrom(origin, out);
        for (const [i, season] of usable.entries()) {
          const seasonal = seasonals[i] as Float64Array;
          // The last cycle before the origin is repeated.
          const start = origin - season;
          for (let h = 0; h < out.length; h++) out[h] = (out[h] as number) + (seasonal[start + (h % season)] as number);
        }
      },
    }),
  };
}
