import type { FittedModel } from '../models/fitted-model.ts';
import { removeSeason, withSeason } from './adjust.ts';
import { harmonicSeason } from './harmonic-season.ts';
import type { HarmonicSeason } from './harmonic-season.ts';
import { mstl } from './mstl.ts';
import { recurringPhases } from './recurring-phases.ts';

/** A series without its long or multiple seasons, and the way back for a model of it. */
export interface SeasonAdjustment {
  readonly adjusted: Float64Array;
  readonly restore: (model: FittedModel) => FittedModel;
}

/** Smoothing models carry seasons up to here in their own states. */
export const LONGEST_STATE_SEASON = 24;
/** What the seasonal loess of MSTL averages over at the end of a series, in cycles. */
const CYCLES_SEEN = 6;
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
    if (n < CYCLES_FOR_STL * single) return adjustByWaves(values, single, waves);
    if (!waves) return undefined;
  }
  const usable = seasons.filter((season) => n >= 2 * season);
  if (usable.length === 0) return undefined;
  const { seasonals, remainder } = mstl(values, usable);
  const freed = usable.reduce((sum, season) => sum + season - 1, 0);
  for (const [i, season] of usable.entries()) shrinkSeason(seasonals[i] as Float64Array, season, remainder, freed);
  const adjusted = values.slice();
  for (const seasonal of seasonals) for (let t = 0; t < n; t++) adjusted[t] = (adjusted[t] as number) - (seasonal[t] as number);
  const longest = usable[usable.length - 1] as number;
  return {
    adjusted,
    restore: (model) => ({
      ...model,
      firstOrigin: Math.max(model.firstOrigin, longest),
      // Loess over the cycles of each phase frees at least as much as fixed indices would.
      freedom: model.freedom + freed,
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

/** Waves, and on top of them the single phases that depart from their neighbours every season. */
function adjustByWaves(values: Float64Array, season: number, waves: HarmonicSeason | undefined): SeasonAdjustment | undefined {
  const smooth = waves ? removeSeason(values, waves.indices, waves.kind) : values;
  const phases = recurringPhases(smooth, season);
  if (!waves && !phases) return undefined;
  return {
    adjusted: phases ? removeSeason(smooth, phases.indices, 'additive') : smooth,
    restore: (model) => {
      const sharp = phases ? withSeason(model, phases.indices, 'additive', phases.freedom) : model;
      return waves ? withSeason(sharp, waves.indices, waves.kind, 2 * waves.tried) : sharp;
    },
  };
}

/**
 * Shrinks a decomposed season towards none by the share of its variance that noise alone would give it (positive-part Stein): the mean of `cycles` noisy
 * values a phase has 1 / cycles of the noise.
 */
function shrinkSeason(seasonal: Float64Array, season: number, remainder: Float64Array, freed: number): void {
  const n = seasonal.length;
  const variance = (x: Float64Array): number => {
    const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
    return x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
  };
  const sizes = remainder.map(Math.abs).sort();
  const noise = (((sizes[n >> 1] as number) / 0.6745) ** 2 * n) / Math.max(n - freed, n / 3);
  const cycles = Math.min(n / season, CYCLES_SEEN);
  const observed = variance(seasonal.subarray(n - season));
  const share = observed > 0 ? Math.max(0, 1 - noise / cycles / observed) : 0;
  for (let t = 0; t < n; t++) seasonal[t] = share * (seasonal[t] as number);
}
