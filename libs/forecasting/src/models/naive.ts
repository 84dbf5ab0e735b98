import type { FittedModel } from './fitted-model.ts';

/** The last observation of the same season: what every other method has to beat. `season` 1 is the plain naive method. */
export function seasonalNaive(values: Float64Array, season: number): FittedModel {
  return {
    name: season > 1 ? 'seasonal-naive' : 'naive',
    parameters: { season },
    firstOrigin: season,
    freedom: 0,
    forecastFrom: (origin, out) => {
      const first = origin - season;
      for (let h = 0; h < out.length; h++) out[h] = values[first + (h % season)] as number;
    },
  };
}

/** Random walk with drift: the line through the first and the last observation (Hyndman and Athanasopoulos, FPP3, 5.2). */
export function drift(values: Float64Array): FittedModel {
  return {
    name: 'drift',
    parameters: { slope: values.length > 1 ? ((values[values.length - 1] as number) - (values[0] as number)) / (values.length - 1) : 0 },
    firstOrigin: 2,
    freedom: 1,
    forecastFrom: (origin, out) => {
      const last = values[origin - 1] as number;
      const slope = origin > 1 ? (last - (values[0] as number)) / (origin - 1) : 0;
      for (let h = 0; h < out.length; h++) out[h] = last + slope * (h + 1);
    },
  };
}
