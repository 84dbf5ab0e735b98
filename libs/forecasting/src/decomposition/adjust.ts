import type { FittedModel } from '../models/fitted-model.ts';
import type { SeasonKind } from './classical.ts';

/** Takes fixed seasonal indices out of a series. */
export function removeSeason(values: Float64Array, indices: Float64Array, kind: SeasonKind): Float64Array {
  const season = indices.length;
  return values.map((y, t) => (kind === 'multiplicative' ? y / (indices[t % season] as number) : y - (indices[t % season] as number)));
}

/** Puts fixed seasonal indices back onto the forecasts of a model of the adjusted series; they cost `freedom` estimated quantities. */
export function withSeason(model: FittedModel, indices: Float64Array, kind: SeasonKind, freedom = indices.length - 1): FittedModel {
  const season = indices.length;
  return {
    ...model,
    freedom: model.freedom + freedom,
    forecastFrom: (origin, out) => {
      model.forecastFrom(origin, out);
      for (let h = 0; h < out.length; h++) {
        const index = indices[(origin + h) % season] as number;
        out[h] = kind === 'multiplicative' ? (out[h] as number) * index : (out[h] as number) + index;
      }
    },
  };
}
